// The sample company of the in-memory server: people, connections and action items of Northquay.
import type { ActionItem, Connection, DemoPerson, HookRow, MyToken, SyncHealth } from "../src/api/types";
import { ME, connection, edit, item, myToken, workItem } from "./samples.ts";

const us = (ms: number) => ms * 1000;
export const now_us = () => us(Date.now());
const minutes = (n: number) => us(n * 60_000);
const date = (n_days: number) => new Date(Date.now() + n_days * 86_400_000).toISOString().slice(0, 10);

const role = "member" as const;
export const PEOPLE: DemoPerson[] = [
  { id: "m-mara", name: "Mara Lindqvist", role: "company_admin", initials: "ML", avatar: 1 },
  { id: "m-tom", name: "Tom Okafor", role: "board_admin", initials: "TO", avatar: 2 },
  { id: "m-ines", name: "Ines Duarte", role, initials: "ID", avatar: 3 },
  { id: "m-ravi", name: "Ravi Shah", role, initials: "RS", avatar: 5 },
  { id: "m-elena", name: "Elena Petrova", role, initials: "EP", avatar: 6 },
  { id: "m-jonas", name: "Jonas Weber", role, initials: "JW", avatar: 1 },
  { id: "m-aisha", name: "Aisha Bello", role: "viewer", initials: "AB", avatar: 3 },
];

function owner(id: string) {
  const person = PEOPLE.find((one) => one.id === id);
  return person
    ? { member_id: person.id, name: person.name, initials: person.initials, avatar: person.avatar }
    : null;
}

const synced = { state: "in_lockstep" as const, n_waiting: 0, detail: null };

export function items(): ActionItem[] {
  const t = now_us();
  const refused = edit({
    id: "e-refused",
    field: "status",
    label: "Status",
    state: "refused",
    at_us: t - minutes(22),
    author: { member_id: "m-aisha", name: "Aisha Bello", initials: "AB" },
    was: "Open",
    to: "Blocked",
    answer: "TF401320: Rule Error for field Root cause. “Root cause” is required when the state is Blocked.",
    next_step: "Fill in Root cause in Azure DevOps, then try again.",
    acts: ["retry", "give_up"],
  });
  const conflict = (id: string, field: string, label: string, was: string, to: string, theirs: string) =>
    edit({
      id,
      field,
      label,
      state: "conflict",
      at_us: t - minutes(6),
      author: { member_id: "m-ravi", name: "Ravi Shah", initials: "RS" },
      was,
      to,
      theirs,
      theirs_by: "Elena Petrova",
      acts: ["ours", "theirs"],
    });
  return [
    item({
      id: "i-1",
      number: 12,
      title: "Order fibre for terminal 2 gate",
      description_html:
        "<p>The gate loses its link every time a crane passes.</p><ul><li>Two offers, one from the port’s own supplier</li><li>Trench permit from the harbour office</li></ul>",
      team: "Quay",
      owner: owner("m-ravi"),
      due_on: date(-3),
      tags: ["network", "go-live"],
      work_item: workItem(),
      sync: { state: "conflict", n_waiting: 2, detail: "Priority and due date changed in both places." },
      open_edits: [
        conflict("e-c1", "priority", "Priority", "2", "1", "3"),
        conflict(
          "e-c2",
          "title",
          "Title",
          "Order fibre",
          "Order fibre for terminal 2 gate",
          "Order fibre T2",
        ),
      ],
    }),
    item({
      id: "i-2",
      number: 13,
      title: "Agree hold reasons with customs office",
      priority: 2,
      team: "Customs",
      origin: "inspect_adapt",
      owner: owner("m-jonas"),
      due_on: date(4),
      work_item: workItem({ id: 4705 }),
      sync: synced,
    }),
    item({
      id: "i-3",
      number: 14,
      title: "Book room for PI review",
      priority: 3,
      origin: "other",
      due_on: date(11),
    }),
    item({
      id: "i-4",
      number: 15,
      title: "Write broker onboarding guide",
      status: "in_progress",
      priority: 2,
      team: "Customs",
      owner: owner("m-ines"),
      due_on: date(1),
      work_item: workItem({ id: 4701, state: "Doing", state_category: "InProgress" }),
      sync: { state: "waiting", n_waiting: 1, detail: null },
      open_edits: [
        edit({
          id: "e-w",
          field: "due_on",
          label: "Due date",
          was: "20 Oct",
          to: "23 Oct",
          at_us: t - us(14_000),
        }),
      ],
    }),
    item({
      id: "i-5",
      number: 16,
      title: "Raise events quota in staging",
      status: "blocked",
      team: "Beacon",
      origin: "inspect_adapt",
      owner: owner("m-aisha"),
      due_on: date(0),
      work_item: workItem({ id: 4698, state: "Doing", state_category: "InProgress" }),
      sync: { state: "refused", n_waiting: 1, detail: "Azure DevOps refused the status." },
      open_edits: [refused],
    }),
    item({
      id: "i-6",
      number: 17,
      title: "Invite two carriers to the webhook trial",
      status: "in_progress",
      priority: 2,
      team: "Beacon",
      origin: "assessment",
      owner: owner("m-mara"),
      due_on: date(6),
      is_description_editable: false,
      description_html:
        "<table><tr><td>Carrier</td><td>Contact</td></tr><tr><td>Nordsea</td><td>Ask Tom</td></tr></table>",
      work_item: workItem({ id: 4699, type: "Product Backlog Item", type_color: "009CCC" }),
      sync: { state: "needs_token", n_waiting: 1, detail: null },
      open_edits: [
        edit({
          id: "e-t",
          field: "status",
          label: "Status",
          was: "Open",
          to: "In progress",
          state: "needs_token",
          at_us: t - minutes(200),
          next_step: "Store your own token, and it is sent under your name.",
          acts: ["give_up"],
        }),
      ],
    }),
    item({
      id: "i-7",
      number: 8,
      title: "Lower sprint 43 capacity for the holiday",
      status: "done",
      priority: 2,
      team: "Quay",
      owner: owner("m-tom"),
      due_on: date(-10),
      work_item: workItem({ id: 4688, state: "Done", state_category: "Completed" }),
      sync: synced,
    }),
    item({
      id: "i-8",
      number: 9,
      title: "Renew staging licences",
      status: "done",
      priority: 3,
      team: "Tideway",
      origin: "other",
      owner: owner("m-elena"),
      due_on: date(-13),
      work_item: workItem({ id: 4685, state: "Done", state_category: "Completed" }),
      sync: synced,
    }),
    item({
      id: "i-9",
      number: 10,
      title: "Second daily for night shift",
      status: "wont_do",
      priority: 3,
      team: "Customs",
      owner: owner("m-ravi"),
      due_on: date(-6),
    }),
    item({
      id: "i-10",
      number: 11,
      title: "Print badges for the gate pilot",
      priority: 4,
      deleted: {
        at_us: t - minutes(300),
        by: "Elena Petrova",
        where: "azure_devops",
        until_us: t + minutes(60 * 24 * 28),
      },
      work_item: workItem({ id: 4650 }),
    }),
  ];
}

const ROWS: [string, (number | null)[]][] = [
  ["Harbour", [0.2, 0.05, 3000, 30_000]],
  ["Yard", [4, null, null, null]],
  ["Gate pilot", [120, 8, null, null]],
];
const EVENTS = ["created", "updated", "deleted", "restored"] as const;

function hooks(): HookRow[] {
  return ROWS.flatMap(([project, ages]) =>
    EVENTS.map((event, index) => {
      const age = ages[index] ?? null;
      const last_us = age === null ? null : now_us() - minutes(age);
      return { project_id: project, project, event, last_us, n: last_us ? 12 : 0 };
    }),
  );
}

export function tokens(): MyToken[] {
  return [
    myToken({
      connection_id: "c-yard",
      connection_label: "Yard TFS",
      host: "tfs.northquay.example/tfs/Yard",
      state: "none",
      owner: null,
      unique_name: null,
      expires_on: null,
      days_left: null,
      held_edits: 4,
      oldest_held_us: now_us() - minutes(200),
      token_page: "https://tfs.northquay.example/tfs/Yard/_details/security/tokens",
    }),
    myToken({ verified_us: now_us() - minutes(12) }),
    myToken({
      connection_id: "c-partner",
      connection_label: "Partner sandbox",
      host: "dev.azure.com/nq-partners",
      state: "expired",
      expires_on: date(-11),
      days_left: -11,
      held_edits: 2,
      token_page: "https://dev.azure.com/nq-partners/_usersSettings/tokens",
    }),
  ];
}

export function connections(): Connection[] {
  const t = now_us();
  const mine = tokens();
  const health = (state: Connection["health"]["state"], age_s: number, detail: string | null = null) => ({
    state,
    detail,
    since_us: t - minutes(60),
    to_reconcile: null,
    last_poll_us: t - us(age_s * 1000),
    poll_interval_ms: 60_000,
  });
  const defaults = {
    project_id: "p-harbour",
    project: "Harbour",
    work_item_type: "Task",
    area_path: "Harbour\\Quay",
    iteration_path: null,
  };
  return [
    connection({
      health: health("in_lockstep", 3),
      counts: { waiting: 3, needs_decision: 2, paired: 366 },
      my_token: mine[1],
      hooks: hooks(),
      defaults,
    }),
    connection({
      id: "c-yard",
      label: "Yard TFS",
      server_url: "https://tfs.northquay.example/tfs/Yard",
      host: "tfs.northquay.example/tfs/Yard",
      flavor: "tfs_2018",
      api: "4.1",
      health: health("in_lockstep", 12),
      counts: { waiting: 4, needs_decision: 0, paired: 214 },
      token: {
        owner: "svc-yard",
        unique_name: "NORTHQUAY\\svc-yard",
        expires_on: date(6),
        state: "ok",
        days_left: 6,
        warning: "expires_soon",
      },
      my_token: mine[0],
      hooks: hooks(),
    }),
    connection({
      id: "c-ledger",
      label: "Ledger server",
      server_url: "http://devops.ledger.example/Fees",
      host: "devops.ledger.example/Fees",
      flavor: "server_2022",
      is_plain_http: true,
      without_own_token: "write_as_connection",
      health: health("in_lockstep", 12),
      counts: { waiting: 0, needs_decision: 0, paired: 41 },
      token: { ...connection().token, owner: "svc-ledger" },
    }),
    connection({
      id: "c-partner",
      label: "Partner sandbox",
      server_url: "https://dev.azure.com/nq-partners",
      host: "dev.azure.com/nq-partners",
      health: health("token_refused", 90_000, "Answer 401 from dev.azure.com/nq-partners."),
      counts: { waiting: 2, needs_decision: 0, paired: 12 },
      token: { ...connection().token, expires_on: date(-11), state: "expired", days_left: -11 },
      my_token: mine[2],
    }),
    connection({
      id: "c-archive",
      label: "Archive 2024",
      server_url: "https://tfs.northquay.example/tfs/Archive",
      host: "tfs.northquay.example/tfs/Archive",
      is_enabled: false,
      health: health("disabled", 900_000),
      counts: { waiting: 0, needs_decision: 0, paired: 0 },
    }),
  ];
}

export function syncHealth(all: ActionItem[]): SyncHealth {
  const rows = all.flatMap((one) =>
    one.open_edits.map((open) => ({
      item: {
        id: one.id,
        number: one.number,
        title: one.title,
        work_item_id: one.work_item?.id ?? null,
        type: one.work_item?.type ?? null,
        board_id: null,
      },
      connection: { id: "c-cloud", label: "Northquay cloud" },
      edit: open,
    })),
  );
  const isDecision = (state: string) => ["conflict", "refused", "unknown"].includes(state);
  const recent = all.slice(0, 6).map((one, index) => ({
    id: `a-${one.id}`,
    at_us: now_us() - minutes(4 + index * 9),
    item: {
      id: one.id,
      number: one.number,
      title: one.title,
      work_item_id: one.work_item?.id ?? null,
      board_id: null,
    },
    what: index % 2 ? "Status" : "Title, Priority",
    who: PEOPLE[index]?.name ?? ME.name,
    written_as: PEOPLE[index]?.name ?? ME.name,
    outcome: index === 2 ? "refused" : "applied",
    rev: index === 2 ? null : 17 - index,
  }));
  return {
    in_lockstep: 366,
    paired: 371,
    needs_decision: rows.filter((row) => isDecision(row.edit.state)),
    waiting: rows.filter((row) => !isDecision(row.edit.state)),
    recent,
    change: 100,
  };
}
