// What a person is doing on the board right now. None of it is a fact of the plan, and none of it is kept.
import { useCallback, useState } from "react";

export type EditKind = "title" | "state" | "points" | "assignee";

export interface Desk {
  /** The one card that the tab key reaches; raising `n_refocus` moves the focus there. */
  focus: string | null;
  n_refocus: number;
  selected: ReadonlySet<string>;
  /** Carried by the keyboard: from where, and the cell it is over. */
  carried: { key: string; team: number; column: number } | null;
  /** A link is being made, from this tile. */
  linking: string | null;
  editing: { keys: readonly string[]; kind: EditKind } | null;
  creating: { team: number; column: number; parent: string | null } | null;
  moving: readonly string[] | null;
  removing: readonly string[] | null;
  menu: { keys: readonly string[]; x: number; y: number } | null;
  has_tray: boolean;
}

const NOTHING: Desk = {
  focus: null,
  n_refocus: 0,
  selected: new Set(),
  carried: null,
  linking: null,
  editing: null,
  creating: null,
  moving: null,
  removing: null,
  menu: null,
  has_tray: false,
};

export interface DeskActs {
  patch: (changes: Partial<Desk>) => void;
  /** Moves the focus to a tile, and the view with it. */
  focusOn: (key: string) => void;
}

export function useDesk(): [Desk, DeskActs] {
  const [desk, set] = useState(NOTHING);
  const patch = useCallback((changes: Partial<Desk>) => set((old) => ({ ...old, ...changes })), []);
  const focusOn = useCallback(
    (key: string) => set((old) => ({ ...old, focus: key, n_refocus: old.n_refocus + 1 })),
    [],
  );
  return [desk, { patch, focusOn }];
}
