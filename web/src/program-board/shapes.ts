// What the server says about a board, under the names the page uses. Their source is the server's own description.
// Indexes: `team` and `column` count in `SetUp.teams` and `SetUp.columns`, -1 is none.
import type { components } from "../api/schema";

type Schemas = components["schemas"];

/** The server sends every field of an answer; one without a value is `null`, never absent. Tuples stay tuples. */
type Sent<T> = T extends object ? { [K in keyof T]-?: Sent<T[K]> } : T;

export interface Named {
  id: string;
  name: string;
}
export type SetUp = Sent<Schemas["SetUp"]>;
export type TeamSetUp = SetUp["teams"][number];
export type ColumnSetUp = SetUp["columns"][number];
export type Milestone = SetUp["milestones"][number];
export type WriteMode = Schemas["WriteMode"];
export type BoardSummary = Sent<Schemas["BoardSummary"]>;
export type Import = BoardSummary["import"];

export type Snapshot = Sent<Schemas["Snapshot"]>;
export type TypeShape = Snapshot["types"][number];
export type Level = TypeShape["level"];
export type StateShape = Snapshot["states"][number];
export type StateCategory = StateShape["category"];
export type PersonShape = Snapshot["people"][number];

export type Card = Sent<Schemas["BoardCard"]>;
export type CardSync = Card["sync"];
export type CardLink = Card["links"][number];
export type Agreement = CardLink["agreement"];
export type Assignee = Sent<Schemas["CardAssignee"]>;
export type Changes = Sent<Schemas["BoardChanges"]>;
export type Present = Changes["present"][number];
export type CardDetail = Sent<Schemas["CardDetail"]>;
export type LeftCard = Sent<Schemas["LeftCard"]>;
export type Acted = Sent<Schemas["BoardActed"]>;

/** What an act may say; what is left out stays as it is. */
export type Act = Schemas["BoardAct"];
export type CardValue = Schemas["CardValue"];
export type CardField = CardValue["field"];

/** In the order the snapshot's numbers count. */
export const SYNC: readonly CardSync[] = [
  "in_step",
  "waiting",
  "draft",
  "conflict",
  "refused",
  "needs_token",
  "out_of_sight",
  "deleted_there",
  "held",
];
/** In the order the snapshot's numbers count. */
export const AGREEMENTS: readonly Agreement[] = ["none", "proposed", "accepted", "refused", "done"];
