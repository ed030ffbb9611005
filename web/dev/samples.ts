// One of each thing the server sends, for tests and the in-memory server. Never part of the built app.
import type { ActionItem, Connection, Me, MyToken, OpenEdit, WorkItemRef } from "../src/api/types";

export const ME: Me = {
  id: "m-mara",
  name: "Mara Lindqvist",
  email: "mara.lindqvist@northquay.example",
  role: "company_admin",
  initials: "ML",
  avatar: 1,
  theme: "system",
  has_single_keys: true,
  has_presence: true,
  may: [
    "connections.manage",
    "boards.view",
    "boards.manage",
    "boards.edit",
    "action_items.edit",
    "members.manage",
    "edits.decide_any",
  ],
};

export function workItem(changes: Partial<WorkItemRef> = {}): WorkItemRef {
  return {
    connection_id: "c-cloud",
    connection_label: "Northquay cloud",
    id: 4703,
    type: "Task",
    type_color: "F2CB1D",
    state: "To Do",
    state_category: "Proposed",
    state_color: "b2b2b2",
    project: "Harbour",
    area_path: "Harbour\\Quay",
    iteration_path: "Harbour\\Sprint 42",
    url: "https://dev.azure.com/northquay/Harbour/_workitems/edit/4703",
    rev: 3,
    ...changes,
  };
}

export function item(changes: Partial<ActionItem> = {}): ActionItem {
  return {
    id: "i-1",
    number: 1,
    title: "Order fibre for terminal 2 gate",
    description_html: "",
    is_description_editable: true,
    status: "open",
    priority: 1,
    due_on: null,
    tags: [],
    team: null,
    origin: "retrospective",
    owner: null,
    work_item: null,
    sync: { state: "local", n_waiting: 0, detail: null },
    open_edits: [],
    created_us: 1_790_000_000_000_000,
    created_by: "Mara Lindqvist",
    changed_us: 1_790_000_000_000_000,
    deleted: null,
    change: 1,
    ...changes,
  };
}

export function edit(changes: Partial<OpenEdit> = {}): OpenEdit {
  return {
    id: "e-1",
    field: "title",
    label: "Title",
    author: { member_id: "m-mara", name: "Mara Lindqvist", initials: "ML" },
    at_us: 1_790_000_000_000_000,
    state: "waiting",
    was: "Before",
    to: "After",
    theirs: null,
    theirs_by: null,
    answer: null,
    next_step: null,
    may_decide: true,
    acts: [],
    ...changes,
  };
}

export function myToken(changes: Partial<MyToken> = {}): MyToken {
  return {
    connection_id: "c-cloud",
    connection_label: "Northquay cloud",
    host: "dev.azure.com/northquay",
    state: "ok",
    owner: "Mara Lindqvist",
    unique_name: "mara.lindqvist@northquay.example",
    expires_on: "2027-01-03",
    days_left: 73,
    verified_us: 1_790_000_000_000_000,
    held_edits: 0,
    oldest_held_us: null,
    token_page: "https://dev.azure.com/northquay/_usersSettings/tokens",
    without_own_token: "hold",
    ...changes,
  };
}

export function connection(changes: Partial<Connection> = {}): Connection {
  return {
    id: "c-cloud",
    label: "Northquay cloud",
    server_url: "https://dev.azure.com/northquay",
    host: "dev.azure.com/northquay",
    organization: "northquay",
    flavor: "services",
    api: "7.1",
    is_enabled: true,
    is_plain_http: false,
    health: {
      state: "in_lockstep",
      detail: null,
      since_us: 1_790_000_000_000_000,
      to_reconcile: null,
      last_poll_us: 1_790_000_000_000_000,
      poll_interval_ms: 60_000,
    },
    counts: { waiting: 0, needs_decision: 0, paired: 6 },
    token: {
      owner: "svc-lockstep",
      unique_name: "svc-lockstep@northquay.example",
      expires_on: "2027-02-14",
      state: "ok",
      days_left: 115,
      warning: null,
    },
    without_own_token: "hold",
    conflict_rule: "ask",
    notes_on_behalf_create: true,
    notes_on_behalf_update: false,
    time_zone: null,
    defaults: null,
    my_token: myToken(),
    hooks: [],
    own_tokens: { stored: 27, members: 34 },
    created_us: 1_786_000_000_000_000,
    ...changes,
  };
}
