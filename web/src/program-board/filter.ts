// What a person may want to see of a board. Apart from the rules, because every page of the app reads addresses.
import type { Health } from "./links";
import type { StateCategory } from "./shapes";

export type Group = "team" | "type";
export type SyncFilter = "in_step" | "waiting" | "decision";

export interface Filter {
  /** Ids of teams; empty: all that the board shows. */
  teams: readonly string[];
  types: readonly string[];
  states: readonly StateCategory[];
  /** Names; the empty name is nobody. */
  people: readonly string[];
  tags: readonly string[];
  health: readonly Health[];
  sync: readonly SyncFilter[];
  /** Only what needs a person: not in step, wrong order or same sprint. */
  only_problems: boolean;
  /** Only what changed after this change number. */
  since: number | null;
}

export const NO_FILTER: Filter = {
  teams: [],
  types: [],
  states: [],
  people: [],
  tags: [],
  health: [],
  sync: [],
  only_problems: false,
  since: null,
};
