// Keys of the whole app. Single letters act only while nothing is typed into, and can be turned off (WCAG 2.1.4).
import { useEffect, useRef } from "react";
import { isOverlayOpen } from "./palette-state";
import { useMe } from "./session";

const SEQUENCE_MS = 1_200;
const FIELD = "input, textarea, select, [contenteditable=''], [contenteditable='true']";
const FLOATING = "[role='dialog'], [role='menu'], [role='listbox']";

/** `G A` for a sequence, `Mod+K` for control or command, otherwise the key's own name. */
export type KeyMap = Record<string, (event: KeyboardEvent) => void>;

/** What a key press is called in a `KeyMap`. */
export function nameOf(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">): string {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  if (event.altKey) return `Alt+${key}`;
  return event.ctrlKey || event.metaKey ? `Mod+${key}` : key;
}

/** May a single key act, pressed where `target` has the focus? */
export function isFree(target: EventTarget | null): boolean {
  return !(target instanceof Element) || (!target.closest(FIELD) && !target.closest(FLOATING));
}

export function useKeys(keys: KeyMap): void {
  const { has_single_keys } = useMe();
  const current = useRef(keys);
  useEffect(() => {
    current.current = keys;
  });
  useEffect(() => {
    let before: { name: string; at: number } | null = null;
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const name = nameOf(event);
      const isSingle = name.length === 1;
      // What is typed for the palette while it is still on its way must not act on the page.
      if (isSingle && (!has_single_keys || !isFree(event.target) || isOverlayOpen())) return;
      if (!isSingle && !name.startsWith("Mod+") && !isFree(event.target)) return;
      const sequence = before && Date.now() - before.at < SEQUENCE_MS ? `${before.name} ${name}` : null;
      before = isSingle ? { name, at: Date.now() } : null;
      const act = (sequence && current.current[sequence]) || current.current[name];
      if (!act) return;
      // `G C` ends in a letter that means something else alone.
      if (sequence && !current.current[sequence] && sequence.startsWith("G ")) return;
      event.preventDefault();
      act(event);
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [has_single_keys]);
}
