import { useSyncExternalStore } from "react";

type Overlay = "palette" | "keys" | null;
let shown: Overlay = null;
const listeners = new Set<() => void>();

function set(next: Overlay) {
  shown = next;
  listeners.forEach((listener) => listener());
}

export const openPalette = () => set("palette");
export const openKeysHelp = () => set("keys");
export const closeOverlay = () => set(null);

export const isOverlayOpen = () => shown !== null;

export function useOverlay(): Overlay {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
}
