// What the server says about a program board, written by hand after its contract until its own description has it.
// Indexes: `team` and `column` count in `SetUp.teams` and `SetUp.columns`, -1 is none.
import type { CommentRow, HistoryRow, OpenEdit } from "../api/types";

export interface Named {
  id: string;
  name: string;
}
export interface TeamSetUp {
  id: string;
  name: string;
  /** What it does. */
  sub: string | null;
  project_id: string;
  team_id: string | null;
  area_id: number;
  areas: { id: number; includes_children: boolean }[];
  velocity: number | null;
  is_shown: boolean;
}
export interface ColumnSetUp {
  id: string;
  name: string;
  node_ids: number[];
  start_on: string | null;
  finish_on: string | null;
}
export interface Milestone {
  id: string;
  name: string;
  on: string;
  is_hard: boolean;
}
export interface CapacityOverride {
  team_id: string;
  column_id: string;
  capacity: number;
}
export interface SetUp {
  scope:
    | { kind: "areas"; projects: Named[] }
    | { kind: "query"; project: Named; query: { id: string; path: string; name: string } }
    | { kind: "wiql"; project: Named | null; wiql: string };
  pi: { project_id: string; node_id: number; name: string } | null;
  teams: TeamSetUp[];
  columns: ColumnSetUp[];
  milestones: Milestone[];
  levels: { features: string[]; stories: string[] };
  unit: { field: string; name: string };
  capacity: { kind: "velocity" | "typed"; overrides: CapacityOverride[] };
  writes_feature_place: boolean;
}

export type WriteMode = "live" | "hold" | "read_only";
export interface Import {
  state: "importing" | "ready" | "stopped";
  n_found: number | null;
  n_read: number;
  detail: string | null;
  leaving: { n: number; since_us: number } | null;
}
export interface BoardSummary {
  id: string;
  name: string;
  connection: { id: string; label: string } | null;
  write_mode: WriteMode;
  n_cards: number;
  n_drafts: number;
  import: Import;
  may_edit: boolean;
  may_manage: boolean;
  change: number;
}

export type Level = "feature" | "story" | null;
export interface TypeShape {
  name: string;
  color: string | null;
  icon: string | null;
  level: Level;
}
export type StateCategory = "proposed" | "in_progress" | "resolved" | "completed" | "removed";
export interface StateShape {
  type: string;
  name: string;
  category: StateCategory;
  color: string | null;
}
export interface PersonShape {
  name: string;
  unique_name: string | null;
  member_id: string | null;
  initials: string;
}

/** In the order the snapshot's numbers count. */
export const SYNC = [
  "in_step",
  "waiting",
  "draft",
  "conflict",
  "refused",
  "needs_token",
  "out_of_sight",
  "deleted_there",
  "held",
] as const;
export type CardSync = (typeof SYNC)[number];
/** In the order the snapshot's numbers count. */
export const AGREEMENTS = ["none", "proposed", "accepted", "refused", "done"] as const;
export type Agreement = (typeof AGREEMENTS)[number];

export interface Snapshot {
  change: number;
  board: BoardSummary & { set_up: SetUp };
  types: TypeShape[];
  states: StateShape[];
  people: PersonShape[];
  strings: { tags: string[]; states: string[] };
  cards: {
    id: string[];
    number: number[];
    type: number[];
    title: string[];
    state: number[];
    team: number[];
    column: number[];
    points: (number | null)[];
    assignee: number[];
    parent: number[];
    rank: string[];
    tags: number[][];
    sync: number[];
    placed: (null | [number, number])[];
    change: number[];
  };
  links: [
    from: number,
    to: number,
    kind: number,
    agreement: number,
    needed_by: string | null,
    sync: number,
  ][];
  outside: { number: number; title: string | null }[];
  outside_links: [card: number, outside: number, direction: number][];
}

export interface Assignee {
  name: string;
  member_id: string | null;
}
export interface CardLink {
  to_or_from: string | null;
  number: number | null;
  direction: "waits_for" | "needed_by";
  agreement: Agreement;
  needed_by: string | null;
  sync: CardSync;
}
export interface CardConflict {
  edit: string;
  field: string;
  ours: string | null;
  theirs: string | null;
  theirs_by: string | null;
}
export interface Card {
  id: string;
  number: number | null;
  type: string;
  title: string;
  state: string;
  team: number;
  column: number;
  points: number | null;
  assignee: Assignee | null;
  parent: string | null;
  rank: string;
  tags: string[];
  sync: CardSync;
  placed: [number, number] | null;
  links: CardLink[];
  change: number;
  conflict: CardConflict | null;
}
export interface Present {
  member_id: string;
  name: string;
  initials: string;
  avatar: number;
  item: string | null;
}
export interface Changes {
  change: number;
  cards: Card[];
  gone: string[];
  board: BoardSummary | null;
  needs_snapshot: boolean;
  present?: Present[];
}

export type CardField = "title" | "state" | "points" | "assignee" | "tags" | "priority" | "target_on";
export type Act =
  | {
      kind: "move";
      item: string;
      team: number | null;
      column: number;
      after: string | null;
      from?: [number, number];
    }
  | { kind: "set"; item: string; field: CardField; to: unknown }
  | {
      kind: "create";
      item: string;
      type: string;
      title: string;
      team: number;
      column: number;
      parent: string | null;
      points?: number;
    }
  | { kind: "parent"; item: string; parent: string | null }
  | { kind: "link"; from: string; to: string; needed_by: string | null }
  | { kind: "unlink"; from: string; to: string }
  | { kind: "agree"; from: string; to: string; agreement: Agreement; needed_by?: string }
  | { kind: "remove"; item: string; how: "recycle_bin" }
  | { kind: "comment"; item: string; text: string };
export interface Acted {
  change: number;
  cards: Card[];
}

/** One line of what was sent to Azure DevOps about a card. */
export interface SyncLogRow {
  id: string;
  at_us: number;
  what: string;
  outcome: string;
  rev: number | null;
  written_as: string;
}
export interface CardDetail {
  card: Card;
  url: string | null;
  rev: number | null;
  priority: number | null;
  target_on: string | null;
  area_path: string | null;
  iteration_path: string | null;
  open_edits: OpenEdit[];
  history: HistoryRow[];
  comments: CommentRow[];
  sync_log: SyncLogRow[];
}
