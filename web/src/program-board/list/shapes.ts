// What the server says about making and keeping boards. What a board itself is made of: `../shapes`.
import type { BoardSummary, ColumnSetUp, Named, SetUp, TeamSetUp, WriteMode } from "../shapes";

export type { BoardSummary, Import, Milestone, Named, SetUp, WriteMode } from "../shapes";
export type Team = TeamSetUp;
export type Column = ColumnSetUp;
export type Scope = SetUp["scope"];

export interface BoardPerson {
  member_id: string;
  may_edit: boolean;
}

export interface BoardDetail extends BoardSummary {
  set_up: SetUp;
  created_by: string;
  created_us: number;
  /** Everybody of the company, or those listed. */
  see: "company" | "listed";
  people: BoardPerson[];
}

/** What publishing would create once a local board is connected. */
export interface ConnectPreview {
  n_items: number;
  n_links: number;
  n_comments: number;
  types: {
    from: string;
    to: string;
    n: number;
    samples: { title: string; area: string; iteration: string }[];
  }[];
  states: { type: string; from: string; to: string; n: number }[];
  doubts: { what: string; why: string; n: number }[];
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
  /** Link types that can be dependencies, the usual one first. */
  dependency_links?: SetUp["dependency"][];
  queries: { id: string; path: string; name: string; project_id: string }[];
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
  /** How long Azure DevOps took to tell. */
  read_us: number;
  cells: PreviewCell[];
  /** `reason` is a key, `why` words. */
  left_out: { reason: string; why: string; n: number; samples: { id: number; title: string }[] }[];
  without_iteration: { n: number; samples: { id: number; title: string; points: number | null }[] };
  refused: { n_tried: number; samples: { id: number; title: string; answer: string }[] };
  writes: { to_sprint: string; to_team: string; feature: string };
  warnings: string[];
}
