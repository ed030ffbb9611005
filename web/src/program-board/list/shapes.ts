// What the server says about boards: the shapes of `/api/boards`, as its description has them.

export type WriteMode = "live" | "hold" | "read_only";

export interface Import {
  state: "importing" | "ready" | "stopped";
  n_found: number | null;
  n_read: number;
  /** Why it stopped, in words. */
  detail: string | null;
  /** So many cards would leave at once that the server asks first. */
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

export interface Named {
  id: string;
  name: string;
}

export type Scope =
  | { kind: "areas"; projects: Named[] }
  | { kind: "query"; project: Named; query: { id: string; path: string; name: string } }
  | { kind: "wiql"; project: Named | null; wiql: string };

export interface Team {
  id: string;
  name: string;
  /** What it does, in a few words. */
  sub: string | null;
  project_id: string;
  team_id: string | null;
  /** Written when a card comes to this team. */
  area_id: number;
  areas: { id: number; includes_children: boolean }[];
  velocity: number | null;
  is_shown: boolean;
}

export interface Column {
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

export interface Override {
  team_id: string;
  column_id: string;
  capacity: number;
}

export interface Capacity {
  kind: "velocity" | "typed";
  overrides: Override[];
}

export interface SetUp {
  scope: Scope;
  pi: { project_id: string; node_id: number; name: string } | null;
  teams: Team[];
  columns: Column[];
  milestones: Milestone[];
  levels: { features: string[]; stories: string[] };
  unit: { field: string; name: string };
  capacity: Capacity;
  writes_feature_place: boolean;
}

export interface BoardPerson {
  member_id: string;
  may_edit: boolean;
}

export interface BoardDetail extends BoardSummary {
  set_up: SetUp;
  created_by: { member_id: string; name: string } | null;
  /** Everybody of the company, or those listed. */
  see: "company" | "listed";
  people: BoardPerson[];
}

export interface BoardChanges {
  name?: string;
  write_mode?: WriteMode;
  set_up?: SetUp;
  see?: "company" | "listed";
  people?: BoardPerson[];
}

export interface Iteration {
  id: number;
  path: string;
  name: string;
  start_on: string | null;
  finish_on: string | null;
  project_id: string;
}

export interface TypeChoice {
  name: string;
  color: string | null;
  icon: string | null;
  category: string | null;
  level: "feature" | "story" | null;
  states?: { name: string; category: string }[];
}

export interface Choices {
  projects: Named[];
  teams: Team[];
  pis: { project_id: string; node_id: number; name: string; path: string }[];
  iterations: Iteration[];
  types: TypeChoice[];
  number_fields: { reference_name: string; name: string }[];
  queries: { id: string; path: string; name: string }[];
  /** Area nodes by number, where the server names them. */
  areas?: { id: number; path: string; project_id: string }[];
}

export interface Proposal {
  set_up: SetUp;
  name: string;
  choices: Choices;
  warnings: string[];
}

export interface PreviewCell {
  team_id: string;
  column_id: string;
  cards: { id: number; type: string; title?: string | null }[];
  /** How many there are in all, where the server says so. */
  n?: number;
}

export interface Preview {
  n_items: number;
  n_dependencies: number;
  read_us: number;
  cells: PreviewCell[];
  left_out: { reason: string; why: string; n: number; samples: { id: number; title: string }[] }[];
  without_iteration: { n: number; samples: { id: number; title: string; points: number | null }[] };
  refused: { n_tried: number; samples: { id: number; title: string; answer: string }[] };
  writes: { to_sprint: string; to_team: string; feature: string };
  warnings: string[];
}
