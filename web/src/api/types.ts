// The shapes the server answers with, under the names the pages use.

export type Role = "company_admin" | "board_admin" | "member" | "viewer";
export type Theme = "system" | "light" | "dark";

export interface Me {
  id: string;
  name: string;
  email: string;
  role: Role;
  initials: string;
  avatar: number;
  theme: Theme;
  has_single_keys: boolean;
  may: string[];
}
export interface DemoPerson {
  id: string;
  name: string;
  role: Role;
  initials: string;
  avatar: number;
}
export interface Demo {
  people: DemoPerson[];
  azure_devops_url: string;
}
export interface Session {
  phase: "setup" | "signed_out" | "signed_in";
  company: { id: string; name: string } | null;
  me: Me | null;
  demo: Demo | null;
  version: string;
}
export interface SessionRow {
  id: string;
  created_us: number;
  last_seen_us: number;
  user_agent: string;
  is_current: boolean;
}
export interface Member {
  id: string;
  name: string;
  email: string;
  role: Role;
  initials: string;
  avatar: number;
  is_active: boolean;
  created_us: number;
}

export type HealthState =
  "new" | "in_lockstep" | "waiting" | "unreachable" | "token_refused" | "throttled" | "disabled";
export type TokenState = "ok" | "refused" | "expired" | "reenter";
export type WithoutOwnToken = "hold" | "write_as_connection";
export type ConflictRule = "ask" | "azure_devops_wins" | "lockstep_wins";
export type Flavor = "services" | "server_2022" | "server_2020" | "server_2019" | "tfs_2018" | "unknown";

export interface Defaults {
  project_id: string;
  project: string;
  work_item_type: string;
  area_path: string | null;
  iteration_path: string | null;
}
export interface HookRow {
  project_id: string | null;
  project: string | null;
  event: "created" | "updated" | "deleted" | "restored";
  last_us: number | null;
  n: number;
}
export interface MyToken {
  connection_id: string;
  connection_label: string;
  host: string;
  state: "none" | TokenState;
  owner: string | null;
  unique_name: string | null;
  expires_on: string | null;
  days_left: number | null;
  verified_us: number | null;
  held_edits: number;
  oldest_held_us: number | null;
  token_page: string;
  without_own_token: WithoutOwnToken;
}
export interface Connection {
  id: string;
  label: string;
  server_url: string;
  host: string;
  organization: string;
  flavor: Flavor;
  api: string;
  is_enabled: boolean;
  is_plain_http: boolean;
  health: {
    state: HealthState;
    detail: string | null;
    since_us: number;
    last_poll_us: number | null;
    poll_interval_ms: number;
  };
  counts: { waiting: number; needs_decision: number; paired: number };
  token: {
    owner: string | null;
    unique_name: string | null;
    expires_on: string | null;
    state: TokenState;
    days_left: number | null;
    warning: string | null;
  };
  without_own_token: WithoutOwnToken;
  conflict_rule: ConflictRule;
  notes_on_behalf_create: boolean;
  notes_on_behalf_update: boolean;
  time_zone: string | null;
  defaults: Defaults | null;
  my_token: MyToken;
  hooks: HookRow[];
  own_tokens: { stored: number; members: number };
  created_us: number;
}
export interface CheckStep {
  id: "server" | "organization" | "token" | "work_items_write" | "project_read" | "hooks_read" | "hooks_edit";
  title: string;
  kind: "required" | "optional";
  state: "ok" | "missing" | "unknown" | "not_tried";
  detail: string;
  unlocks: string | null;
}
export interface CheckProblem {
  code: string;
  title: string;
  detail: string;
  next_step: string;
  answer: string | null;
}
export interface Checklist {
  holds: boolean;
  server: { url: string; organization: string; flavor: Flavor; api: string; instance_id: string } | null;
  owner: { name: string; unique_name: string | null } | null;
  token_page: string | null;
  steps: CheckStep[];
  problem: CheckProblem | null;
  warnings: string[];
}
export interface Webhook {
  url: string;
  user_name: string;
  secret: string;
  steps: string[];
  rotated_us: number | null;
  previous_valid_until_us: number | null;
}
export interface Project {
  id: string;
  name: string;
}
export interface Targets {
  work_item_types: { name: string; color: string | null }[];
  areas: string[];
  iterations: { path: string; start_on: string | null; finish_on: string | null }[];
}

export type Status = "open" | "in_progress" | "blocked" | "done" | "wont_do";
export type Origin = "retrospective" | "inspect_adapt" | "assessment" | "other";
export type Priority = 1 | 2 | 3 | 4;
export type SyncState =
  | "local"
  | "in_lockstep"
  | "waiting"
  | "needs_token"
  | "conflict"
  | "refused"
  | "held"
  | "unknown"
  | "out_of_sight";
export type Act = "retry" | "give_up" | "ours" | "theirs" | "search_again" | "create_anyway";

export interface WorkItemRef {
  connection_id: string;
  connection_label: string;
  id: number | null;
  type: string;
  type_color: string | null;
  state: string | null;
  state_category: string | null;
  state_color: string | null;
  project: string;
  area_path: string;
  iteration_path: string;
  url: string | null;
  rev: number | null;
}
export interface OpenEdit {
  id: string;
  field: string;
  label: string;
  author: { member_id: string | null; name: string; initials: string };
  at_us: number;
  state: "waiting" | "sending" | "conflict" | "refused" | "needs_token" | "held" | "unknown";
  was: string | null;
  to: string | null;
  theirs: string | null;
  theirs_by: string | null;
  answer: string | null;
  next_step: string | null;
  may_decide: boolean;
  acts: Act[];
}
export interface Owner {
  member_id: string | null;
  name: string;
  initials: string;
  avatar: number | null;
}
export interface ActionItem {
  id: string;
  number: number;
  title: string;
  description_html: string;
  is_description_editable: boolean;
  status: Status;
  priority: Priority | null;
  due_on: string | null;
  tags: string[];
  team: string | null;
  origin: Origin;
  owner: Owner | null;
  work_item: WorkItemRef | null;
  sync: { state: SyncState; n_waiting: number; detail: string | null };
  open_edits: OpenEdit[];
  created_us: number;
  created_by: string;
  changed_us: number;
  deleted: { at_us: number; by: string; where: "here" | "azure_devops"; until_us: number } | null;
  change: number;
}
export interface ActionItemList {
  items: ActionItem[];
  change: number;
}
export interface HistoryRow {
  id: string;
  at_us: number;
  who: string;
  where: "lockstep" | "azure_devops";
  what: string;
  from: string | null;
  to: string | null;
  state: "settled" | "waiting" | "sending" | "held" | "superseded" | "lost_conflict" | "given_up";
  written_as: string | null;
  written_with: "own_token" | "connection_token" | null;
  rev: number | null;
  answer: string | null;
}
export interface CommentRow {
  id: string;
  at_us: number;
  who: string;
  where: "lockstep" | "azure_devops";
  html: string;
  state: string;
}
export interface ActionItemDetail {
  item: ActionItem;
  history: HistoryRow[];
  comments: CommentRow[];
}
export interface Changes {
  title?: string;
  description_html?: string;
  owner_id?: string | null;
  status?: Status;
  priority?: Priority | null;
  due_on?: string | null;
  tags?: string[];
  team?: string | null;
  origin?: Origin;
}
export interface Push {
  connection_id: string;
  project_id: string;
  work_item_type: string;
  area_path?: string;
  iteration_path?: string;
}
export interface SyncRow {
  item: { id: string; number: number; title: string; work_item_id: number | null; type: string | null };
  connection: { id: string; label: string };
  edit: OpenEdit;
}
export interface AttemptRow {
  id: string;
  at_us: number;
  item: { id: string; number: number; title: string; work_item_id: number | null };
  what: string;
  who: string;
  written_as: string;
  outcome: string;
  rev: number | null;
}
export interface SyncHealth {
  in_lockstep: number;
  paired: number;
  needs_decision: SyncRow[];
  waiting: SyncRow[];
  recent: AttemptRow[];
  change: number;
}
