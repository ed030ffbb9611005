// What the server says about unpublished changes: `/api/boards/{id}/publish`.

export interface ReviewPerson {
  member_id: string;
  name: string;
  initials: string;
}

/** One unpublished edit. Values are in words, as the history shows them. */
export interface ReviewChange {
  edit: string;
  /** The field's key; `create`, `link` and `unlink` are acts of their own. */
  field: string;
  label: string;
  from: string | null;
  to: string | null;
  by: ReviewPerson;
}

/** What Azure DevOps said when it was tried without saving. */
export type Result =
  "not_tried" | "taken" | "created" | "link" | "merged" | "refused" | "conflict" | "needs_token";

export interface ReviewItem {
  item: string;
  /** `null`: not created yet. */
  number: number | null;
  type: string;
  type_color: string | null;
  title: string;
  /** Index in the board's teams and columns, -1 for none. */
  team: number;
  column: number;
  changes: ReviewChange[];
  /** Under whose name it is written, and with which token. */
  writes: (ReviewPerson & { with: "own_token" | "connection_token" | null })[];
  result: Result;
  /** The server's own words. */
  answer: string | null;
  /** What changed in Azure DevOps meanwhile without getting in the way. */
  merged: string | null;
  conflict: {
    edit: string;
    label: string;
    ours: string | null;
    theirs: string | null;
    theirs_by: string | null;
  } | null;
  /** The field a rule asked for, when the answer names one. */
  fix: { field: string; name: string; values: string[] | null } | null;
  /** Its page in Azure DevOps, where the server says it: what cannot be filled in here is filled in there. */
  url?: string | null;
}

export type Outcome = "written" | "refused" | "conflict" | "held" | "unknown";

export interface RunResult {
  item: string;
  number: number | null;
  title: string;
  outcome: Outcome;
  answer: string | null;
  rev: number | null;
}

export interface Run {
  state: "running" | "done" | "stopped";
  n_all: number;
  started_us: number;
  ended_us: number | null;
  results: RunResult[];
}

export interface Review {
  /** The oldest unpublished change. */
  since_us: number | null;
  tried_us: number | null;
  /** Something on the board changed since the try. */
  is_stale: boolean;
  items: ReviewItem[];
  run: Run | null;
}
