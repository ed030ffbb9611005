// Menus behind a button. The button is there at once; the menu's own code comes when the page has time for it.
import { cloneElement, useState, useSyncExternalStore, type ReactElement, type ReactNode } from "react";
import type * as MenuPopups from "./MenuPopup";

type Trigger = ReactElement<{ onClick?: () => void; "aria-haspopup"?: "menu" }>;

export interface MenuEntry {
  id: string;
  label: string;
  icon?: ReactNode;
  hint?: string;
  isDanger?: boolean;
  isDisabled?: boolean;
  onPick: () => void;
}

export interface MenuProps {
  trigger: Trigger;
  /** Groups of entries, with a line between them. */
  groups: { label?: string; entries: MenuEntry[] }[];
  align?: "start" | "end" | "center";
  side?: "top" | "right" | "bottom" | "left";
}

export interface Choice {
  value: string;
  label: string;
  icon?: ReactNode;
  hint?: string;
}

export interface ChoiceMenuProps {
  trigger: Trigger;
  choices: Choice[];
  value: string;
  onChoose: (value: string) => void;
  label?: string;
}

export interface AtOnce {
  /** It was asked for before it was here. */
  isOpenAtOnce: boolean;
}

export function Menu(props: MenuProps) {
  const [isWanted, setWanted] = useState(false);
  const popups = usePopups();
  if (popups) return <popups.MenuPopup {...props} isOpenAtOnce={isWanted} />;
  return early(props.trigger, () => setWanted(true));
}

/** One of several, marked with a tick. */
export function ChoiceMenu(props: ChoiceMenuProps) {
  const [isWanted, setWanted] = useState(false);
  const popups = usePopups();
  if (popups) return <popups.ChoicePopup {...props} isOpenAtOnce={isWanted} />;
  return early(props.trigger, () => setWanted(true));
}

function early(trigger: Trigger, want: () => void) {
  return cloneElement(trigger, {
    "aria-haspopup": "menu",
    onClick: () => {
      want();
      load();
    },
  });
}

type Popups = typeof MenuPopups;
let popups: Popups | null = null;
let isLoading = false;
const listeners = new Set<() => void>();

function load() {
  if (isLoading) return;
  isLoading = true;
  void import("./MenuPopup").then((loaded) => {
    popups = loaded;
    listeners.forEach((listener) => listener());
  });
}

function usePopups(): Popups | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      // After the first paint, with no hurry.
      const timer = setTimeout(load, 300);
      return () => {
        clearTimeout(timer);
        listeners.delete(listener);
      };
    },
    () => popups,
  );
}
