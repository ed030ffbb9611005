// The shapes the server answers with, under the names the pages use. Their source is the server's own description.
import type { components } from "./schema";

type Schemas = components["schemas"];

/** The server sends every field of an answer; one without a value is `null`, never absent. */
export type Whole<T> = T extends readonly (infer E)[]
  ? Whole<E>[]
  : T extends object
    ? { [K in keyof T]-?: Whole<T[K]> }
    : T;

export type Role = Whole<Schemas["Role"]>;
export type Theme = Whole<Schemas["Theme"]>;
export type Me = Whole<Schemas["Me"]>;
export type DemoPerson = Whole<Schemas["DemoPerson"]>;
export type Demo = Whole<Schemas["Demo"]>;
export type Session = Whole<Schemas["Session"]>;
export type SessionRow = Whole<Schemas["SessionRow"]>;
export type Member = Whole<Schemas["Member"]>;
export type WithoutOwnToken = Whole<Schemas["WithoutOwnToken"]>;
export type ConflictRule = Whole<Schemas["ConflictRule"]>;
export type Defaults = Whole<Schemas["Defaults"]>;
export type HookRow = Whole<Schemas["HookRow"]>;
export type MyToken = Whole<Schemas["MyToken"]>;
export type Connection = Whole<Schemas["Connection"]>;
export type CheckStep = Whole<Schemas["CheckStep"]>;
export type CheckProblem = Whole<Schemas["CheckProblem"]>;
export type Checklist = Whole<Schemas["Checklist"]>;
export type Webhook = Whole<Schemas["Webhook"]>;
export type Project = Whole<Schemas["TargetProject"]>;
export type Targets = Whole<Schemas["Targets"]>;
export type Status = Whole<Schemas["Status"]>;
export type Origin = Whole<Schemas["Origin"]>;
export type SyncState = Whole<Schemas["SyncState"]>;
export type Act = Whole<Schemas["DecideAct"]>;
export type WorkItemRef = Whole<Schemas["WorkItemRef"]>;
export type OpenEdit = Whole<Schemas["OpenEdit"]>;
export type Owner = Whole<Schemas["ActionItemOwner"]>;
export type ActionItem = Whole<Schemas["ActionItem"]>;
export type ActionItemList = Whole<Schemas["ActionItemList"]>;
export type HistoryRow = Whole<Schemas["HistoryRow"]>;
export type CommentRow = Whole<Schemas["CommentRow"]>;
export type ActionItemDetail = Whole<Schemas["ActionItemDetail"]>;
export type SyncRow = Whole<Schemas["SyncRow"]>;
export type AttemptRow = Whole<Schemas["AttemptRow"]>;
export type SyncHealth = Whole<Schemas["SyncHealth"]>;

/** What an edit may change; a field left out stays, `null` clears it. */
export type Changes = Schemas["Changes"];
export type NewItem = Schemas["NewActionItem"];
export type ConnectionChanges = Schemas["EditConnection"];
/** Where a new work item goes; its id is made when it is sent. */
export type Push = Omit<Schemas["Push"], "id">;
