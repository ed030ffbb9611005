// The harbour's plan for the in-memory server and for tests: eight teams, five iterations, and boards of any size.
import type {
  BoardSummary,
  Card,
  CardLink,
  CardSync,
  ColumnSetUp,
  PersonShape,
  SetUp,
  Snapshot,
  StateShape,
  TeamSetUp,
  TypeShape,
} from "../src/program-board/shapes.ts";

export const HARBOUR = "0199c1a0-0000-7000-8000-0000000000a1";
export const BIG = "0199c1a0-0000-7000-8000-0000000000b1";
export const FLAT = "0199c1a0-0000-7000-8000-0000000000c1";

const DAY_MS = 86_400_000;
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** Five iterations of two weeks each, the second of which holds today. */
export function columns(now_ms: number): ColumnSetUp[] {
  const today = Math.floor(now_ms / DAY_MS) * DAY_MS;
  const monday = today - ((new Date(today).getUTCDay() + 6) % 7) * DAY_MS - 7 * DAY_MS;
  return ["Sprint 41", "Sprint 42", "Sprint 43", "Sprint 44", "IP sprint"].map((name, k) => {
    const start = monday + (k - 1) * 14 * DAY_MS;
    return {
      id: `s${k}`,
      name,
      node_ids: [4100 + k],
      start_on: iso(start),
      finish_on: iso(start + 11 * DAY_MS),
    };
  });
}

type TeamRow = [name: string, sub: string, capacities: number[], velocity: number];
const TEAMS: TeamRow[] = [
  ["Quay", "Gate and yard", [24, 24, 22, 24, 12], 24],
  ["Manifest", "Cargo data", [26, 26, 24, 26, 14], 26],
  ["Customs", "Pre-clearance", [20, 22, 20, 22, 10], 24],
  ["Beacon", "Events, telemetry", [22, 22, 18, 22, 10], 22],
  ["Tideway", "Platform", [20, 20, 20, 20, 10], 20],
  ["Dockside", "Cranes, berths", [18, 18, 16, 18, 8], 18],
  ["Ledger", "Tariffs, fees", [16, 16, 14, 16, 8], 16],
  ["Relay", "Carrier portal", [20, 20, 18, 20, 10], 20],
];

function team(name: string, sub: string | null, velocity: number, index: number): TeamSetUp {
  return {
    id: `t${index}`,
    name,
    sub,
    project_id: "p-harbour",
    team_id: null,
    area_id: 500 + index,
    areas: [{ id: 500 + index, includes_children: true }],
    velocity,
    is_shown: true,
  };
}

export function setUp(now_ms: number, changes: Partial<SetUp> = {}): SetUp {
  const at = columns(now_ms);
  const on = (column: number, n_days: number) =>
    iso(Date.parse(at[column]?.start_on ?? "") + n_days * DAY_MS);
  return {
    scope: { kind: "areas", projects: [{ id: "p-harbour", name: "Harbour" }] },
    pi: { project_id: "p-harbour", node_id: 4000, name: "PI 26.4" },
    teams: TEAMS.map(([name, sub, , velocity], i) => team(name, sub, velocity, i)),
    columns: at,
    milestones: [
      { id: "m1", name: "Gate pilot", on: on(1, 9), is_hard: false },
      { id: "m2", name: "Go-live", on: on(3, 4), is_hard: true },
      { id: "m3", name: "PI review", on: on(4, 9), is_hard: false },
    ],
    levels: { features: ["Feature"], stories: ["User Story", "Bug"] },
    unit: { field: "Microsoft.VSTS.Scheduling.StoryPoints", name: "points" },
    capacity: {
      kind: "velocity",
      overrides: TEAMS.flatMap(([, , capacities, velocity], i) =>
        capacities.flatMap((capacity, k) =>
          capacity === velocity ? [] : [{ team_id: `t${i}`, column_id: `s${k}`, capacity }],
        ),
      ),
    },
    writes_feature_place: false,
    dependency: {
      name: "Predecessor",
      taker: "System.LinkTypes.Dependency-Reverse",
      giver: "System.LinkTypes.Dependency-Forward",
    },
    ...changes,
  };
}

export const TYPES: TypeShape[] = [
  { name: "Epic", color: "FF7B00", icon: "icon_crown", level: null },
  { name: "Feature", color: "773B93", icon: "icon_trophy", level: "feature" },
  { name: "User Story", color: "009CCC", icon: "icon_book", level: "story" },
  { name: "Bug", color: "CC293D", icon: "icon_insect", level: "story" },
];
export const STATES: StateShape[] = TYPES.flatMap(({ name }): StateShape[] => [
  { type: name, name: "New", category: "proposed", color: "b2b2b2" },
  { type: name, name: "Active", category: "in_progress", color: "007acc" },
  { type: name, name: "Resolved", category: "resolved", color: "ff9d00" },
  { type: name, name: "Closed", category: "completed", color: "339933" },
  { type: name, name: "Removed", category: "removed", color: "ffffff" },
]);
const person = (initials: string, name: string, member_id: string | null): PersonShape => ({
  name,
  unique_name: `${name.toLowerCase().replace(" ", ".")}@northquay.example`,
  member_id,
  initials,
});
export const CREW: PersonShape[] = [
  person("ML", "Mara Lindqvist", "m-mara"),
  person("TO", "Tom Okafor", "m-tom"),
  person("ID", "Ines Duarte", "m-ines"),
  person("YT", "Yuki Tanabe", null),
  person("RS", "Ravi Shah", "m-ravi"),
  person("EP", "Elena Petrova", "m-elena"),
  person("JW", "Jonas Weber", "m-jonas"),
  person("AB", "Aisha Bello", "m-aisha"),
];

export function uuid(n: number): string {
  return `0199c1a0-1111-7000-8000-${n.toString(16).padStart(12, "0")}`;
}

export function sampleCard(changes: Partial<Card> = {}): Card {
  return {
    id: uuid(changes.number ?? 1),
    number: 1,
    type: "User Story",
    title: "Slot calendar",
    state: "New",
    team: 0,
    column: 0,
    points: 3,
    assignee: null,
    parent: null,
    rank: "m",
    tags: [],
    sync: "in_step",
    placed: null,
    links: [],
    change: 1,
    conflict: null,
    ...changes,
  };
}

export function waitsFor(giver: Card, changes: Partial<CardLink> = {}): CardLink {
  return {
    to_or_from: giver.id,
    number: giver.number,
    direction: "waits_for",
    agreement: "proposed",
    needed_by: null,
    sync: "in_step",
    ...changes,
  };
}

export function summary(changes: Partial<BoardSummary> = {}): BoardSummary {
  return {
    id: HARBOUR,
    name: "PI 26.4 Harbour platform",
    connection: { id: "c-cloud", label: "Northquay cloud" },
    write_mode: "live",
    n_cards: 0,
    n_drafts: 0,
    import: { state: "ready", n_found: null, n_read: 0, detail: null, leaving: null },
    may_edit: true,
    is_local: false,
    may_manage: true,
    change: 1,
    ...changes,
  };
}

type Kind = "F" | "S" | "B";
type Line = [
  team: number,
  column: number,
  kind: Kind,
  number: number,
  title: string,
  state: "n" | "a" | "r" | "c",
  who: string | null,
  points: number,
  closed?: number,
  stories?: number,
];
// Team, column, kind, number, title, state, who, points; of a feature how many of its stories here are closed.
const PLAN: Line[] = [
  [0, 0, "F", 4102, "Gate slot booking", "r", "ML", 8, 4, 5],
  [0, 0, "F", 4103, "Lane cameras read plates", "c", "TO", 5, 3, 3],
  [0, 0, "S", 4118, "Slot calendar, read only", "c", "TO", 5],
  [0, 1, "F", 4104, "Driver check-in kiosk", "a", "ML", 8, 2, 5],
  [0, 1, "F", 4121, "Move and cancel a slot", "a", "TO", 8, 1, 3],
  [0, 1, "B", 4122, "Kiosk loses its reader", "a", "TO", 3],
  [0, 2, "F", 4106, "Live yard positions", "n", "ID", 13, 0, 4],
  [0, 2, "F", 4127, "Kiosk offline mode", "n", "TO", 5, 0, 2],
  [0, 3, "F", 4131, "Move boxes on the map", "n", null, 8, 0, 3],
  [0, 3, "F", 4133, "Gate waiting times", "n", "ID", 5, 0, 2],
  [0, 4, "S", 4135, "Gate drill, terminal 2", "n", "ML", 3],
  [1, 0, "F", 4087, "Manifest import v2", "r", "YT", 13, 4, 5],
  [1, 0, "F", 4089, "Import from e-mail", "c", "EP", 5, 3, 3],
  [1, 1, "F", 4088, "Line-level validation", "a", "YT", 8, 2, 5],
  [1, 1, "F", 4090, "Check IMO numbers", "a", "EP", 5, 1, 2],
  [1, 1, "B", 4163, "Duplicates on re-import", "a", "EP", 3],
  [1, 2, "F", 4110, "Pre-clearance feed", "n", "YT", 8, 0, 4],
  [1, 2, "F", 4092, "Partial manifests", "n", "EP", 5, 0, 2],
  [1, 3, "F", 4094, "Correct many lines", "n", null, 8, 0, 3],
  [1, 3, "F", 4097, "Manifest diff", "n", "EP", 8, 0, 3],
  [1, 4, "S", 4099, "Load test, 40 000 lines", "n", "EP", 3],
  [2, 0, "F", 4108, "Declaration intake", "r", "RS", 13, 5, 6],
  [2, 0, "F", 4140, "Tariff code lookup", "c", "RS", 5, 2, 2],
  [2, 1, "F", 4112, "Pre-clearance decision", "a", "RS", 13, 2, 5],
  [2, 1, "F", 4113, "Broker accounts", "a", "JW", 8, 1, 4],
  [2, 1, "F", 4116, "Hold reasons list", "a", "JW", 5, 0, 2],
  [2, 2, "F", 4144, "Hold and release events", "n", "RS", 8, 0, 3],
  [2, 2, "F", 4146, "Appeal a hold", "n", "JW", 5, 0, 2],
  [2, 3, "F", 4115, "Officer work queue", "n", "JW", 8, 0, 4],
  [2, 3, "F", 4147, "Night shift handover", "n", "RS", 3, 0, 1],
  [2, 4, "S", 4149, "Dry run, two brokers", "n", "JW", 2],
  [3, 0, "F", 4098, "Event bus on premises", "c", "AB", 13, 6, 6],
  [3, 0, "F", 4101, "Sensor registry", "c", "AB", 5, 2, 2],
  [3, 1, "F", 4150, "Arrival notices", "a", "AB", 5, 1, 3],
  [3, 1, "F", 4151, "Carrier contact book", "n", "ID", 8, 0, 3],
  [3, 2, "F", 4152, "Reefer alerts", "n", "AB", 8, 0, 4],
  [3, 2, "B", 4166, "Late events keep time", "n", null, 3],
  [3, 3, "F", 4155, "Carrier webhooks", "n", "AB", 13, 0, 5],
  [4, 0, "F", 4170, "Carrier single sign-on", "r", "EP", 8, 3, 4],
  [4, 0, "F", 4171, "Secret store", "c", "JW", 5, 2, 2],
  [4, 1, "F", 4172, "Audit trail service", "a", "EP", 8, 1, 4],
  [4, 1, "F", 4175, "Rotate secrets", "a", "JW", 5, 1, 2],
  [4, 1, "F", 4176, "Staging on demand", "n", "EP", 5, 0, 2],
  [4, 2, "F", 4177, "Retention rules", "n", "EP", 8, 0, 3],
  [4, 3, "F", 4179, "Cold storage export", "n", null, 8, 0, 3],
  [4, 3, "F", 4180, "Cost per tenant", "n", "JW", 5, 0, 2],
  [4, 4, "S", 4181, "Restore drill", "n", "JW", 5],
  [5, 0, "F", 4301, "Crane cycle times", "r", "ID", 8, 3, 4],
  [5, 0, "F", 4302, "Shift handover notes", "c", "ID", 5, 2, 2],
  [5, 1, "F", 4303, "Berth plan import", "a", "ID", 13, 2, 6],
  [5, 2, "F", 4304, "Mooring checklist", "n", "TO", 5, 0, 2],
  [5, 2, "F", 4307, "Crane faults feed", "n", "ID", 8, 0, 3],
  [5, 3, "F", 4306, "Berth conflict alerts", "n", "ID", 8, 0, 3],
  [5, 3, "F", 4308, "Pilot boarding times", "n", "TO", 5, 0, 2],
  [6, 0, "F", 4401, "Tariff tables 26.4", "c", "YT", 8, 4, 4],
  [6, 0, "F", 4408, "Fee audit report", "r", "YT", 5, 2, 3],
  [6, 1, "F", 4402, "Storage fee engine", "a", "YT", 8, 1, 4],
  [6, 1, "F", 4403, "Invoice preview", "a", "RS", 5, 1, 2],
  [6, 2, "F", 4404, "Demurrage rules", "n", "YT", 8, 0, 4],
  [6, 3, "F", 4405, "Credit notes", "n", "RS", 5, 0, 2],
  [6, 3, "F", 4406, "Fee disputes", "n", "YT", 5, 0, 2],
  [6, 4, "F", 4407, "Year-end dry run", "n", "YT", 3, 0, 1],
  [7, 0, "F", 4501, "Carrier portal shell", "r", "AB", 8, 4, 5],
  [7, 0, "F", 4502, "Status page", "c", "JW", 3, 2, 2],
  [7, 1, "F", 4503, "Slot offers to carriers", "a", "AB", 8, 1, 4],
  [7, 1, "F", 4504, "Portal in two languages", "a", "JW", 5, 1, 2],
  [7, 2, "F", 4505, "Booking by API", "n", "AB", 8, 0, 4],
  [7, 2, "F", 4506, "Proof of arrival", "n", "JW", 5, 0, 2],
  [7, 2, "F", 4509, "Portal accessibility", "n", "JW", 3, 0, 2],
  [7, 3, "F", 4507, "Carrier scorecard", "n", "AB", 8, 0, 3],
  [7, 4, "F", 4508, "Carrier onboarding day", "n", "JW", 2, 0, 1],
  [-1, -1, "F", 4191, "Berth conflict detection", "n", "ML", 20, 0, 6],
  [-1, -1, "F", 4192, "Carrier invoice export", "n", null, 13, 0, 4],
  [-1, -1, "F", 4194, "Tide window planner", "n", null, 8, 0, 3],
  [-1, -1, "F", 4196, "Drone yard survey pilot", "n", null, 13, 0, 4],
];
// Stories of a feature in another team's row: team, column, feature, points, how many.
const ELSEWHERE: [number, number, number, number, number][] = [
  [1, 2, 4112, 5, 1],
  [4, 2, 4104, 3, 1],
  [4, 4, 4155, 2, 1],
  [6, 2, 4115, 3, 1],
  [7, 3, 4155, 5, 2],
];
const WAITS: [giver: number, taker: number][] = [
  [4087, 4121],
  [4098, 4113],
  [4112, 4110],
  [4144, 4152],
  [4115, 4106],
  [4172, 4155],
  [4090, 4112],
  [4104, 4106],
  [4110, 4131],
  [4401, 4402],
  [4301, 4303],
  [4502, 4503],
  [4503, 4403],
  [4306, 4505],
  [4404, 4507],
];
const SYNCS: Record<number, CardSync> = {
  4106: "waiting",
  4163: "refused",
  4112: "conflict",
  4166: "waiting",
  4196: "waiting",
};
const DRAFTS = [4106, 4131, 4133, 4110, 4094, 4163, 4112, 4113, 4115, 4146, 4152, 4177];

/** The harbour's cards; on hold, with what is not published yet. */
export function harbourCards(isOnHold = false): Map<string, Card> {
  const cards = new Map<string, Card>();
  let next_story = 6000;
  const stateOf = { n: "New", a: "Active", r: "Resolved", c: "Closed" };
  const typeOf = { F: "Feature", S: "User Story", B: "Bug" };
  const who = (initials: string | null) => {
    const found = CREW.find((one) => one.initials === initials);
    return found ? { name: found.name, member_id: found.member_id } : null;
  };
  const stories = (feature: Card, team: number, column: number, sum: number, n: number, n_closed: number) => {
    for (let i = 0; i < n; i += 1) {
      const number = (next_story += 1);
      const points = Math.floor(sum / n) + (i < sum % n ? 1 : 0);
      const state =
        i < n_closed ? "Closed" : feature.state === "New" ? "New" : i === n_closed ? "Active" : "New";
      cards.set(
        uuid(number),
        sampleCard({
          number,
          title: `${feature.title}: part ${i + 1}`,
          state,
          team,
          column,
          points,
          assignee: feature.assignee,
          parent: feature.id,
          rank: rank(number),
        }),
      );
    }
  };
  PLAN.forEach(([team, column, kind, number, title, state, initials, points, n_closed, n_stories], i) => {
    const card = sampleCard({
      number,
      type: typeOf[kind],
      title,
      state: stateOf[state],
      // As SAFe has it: a feature keeps the iteration of the PI.
      team,
      column: kind === "F" ? -1 : column,
      points: kind === "F" ? null : points,
      assignee: who(initials),
      rank: rank(i),
      tags: number === 4112 ? ["customs", "go-live"] : number % 7 === 0 ? ["go-live"] : [],
      sync: isOnHold ? (DRAFTS.includes(number) ? "draft" : "in_step") : (SYNCS[number] ?? "in_step"),
    });
    cards.set(card.id, card);
    if (kind === "F") stories(card, team, column, points, n_stories ?? 0, n_closed ?? 0);
  });
  cards.set(
    uuid(4019),
    sampleCard({
      number: 4019,
      type: "Epic",
      title: "Paperless gate",
      state: "Active",
      team: -1,
      column: -1,
      points: null,
      assignee: who("ML"),
      rank: "zz",
    }),
  );
  for (const [team, column, number, points, n] of ELSEWHERE) {
    const feature = cards.get(uuid(number));
    if (feature) stories(feature, team, column, points, n, 0);
  }
  for (const [giver, taker] of WAITS) {
    const [from, to] = [cards.get(uuid(giver)), cards.get(uuid(taker))];
    if (!from || !to) continue;
    const agreement = giver === 4115 ? "refused" : giver === 4144 ? "proposed" : "accepted";
    cards.set(to.id, { ...to, links: [...to.links, waitsFor(from, { agreement })] });
  }
  return cards;
}

function rank(n: number): string {
  return n.toString(36).padStart(4, "0");
}

/** A plan of any size, the same for the same number. `n_features` 0: stories alone, each a card of its own. */
export function manyCards(
  n_cards: number,
  n_features: number,
  n_teams: number,
  n_columns: number,
): Map<string, Card> {
  const cards = new Map<string, Card>();
  let seed = 42;
  const dice = (n: number) => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
    return Math.floor((seed / 0x7fffffff) * n) % n;
  };
  const nouns = [
    "Berth",
    "Crane",
    "Gate",
    "Carrier",
    "Manifest",
    "Tariff",
    "Reefer",
    "Pilot",
    "Yard",
    "Customs",
  ];
  const deeds = [
    "slot booking",
    "alerts for late arrivals",
    "import",
    "report by terminal and shift",
    "offline mode",
    "audit",
    "accounts",
  ];
  const features: Card[] = [];
  for (let i = 0; i < n_cards; i += 1) {
    const isFeature = i < n_features;
    const parent = isFeature ? undefined : features[dice(Math.max(1, features.length))];
    const isAway = dice(12) === 0;
    const team = parent && !isAway ? parent.team : dice(n_teams);
    const column = isFeature
      ? dice(n_columns)
      : parent
        ? Math.min(n_columns - 1, Number(parent.tags[0]) + (dice(6) === 0 ? 1 : 0))
        : dice(n_columns);
    const card = sampleCard({
      id: uuid(100_000 + i),
      number: 100_000 + i,
      type: isFeature ? "Feature" : dice(9) === 0 ? "Bug" : "User Story",
      title: `${nouns[dice(nouns.length)]} ${deeds[dice(deeds.length)]} ${i}`,
      state: ["New", "Active", "Resolved", "Closed"][dice(4)] ?? "New",
      team,
      column: isFeature ? -1 : column,
      points: isFeature ? null : ([1, 2, 3, 5, 8][dice(5)] ?? 3),
      assignee: { name: CREW[dice(CREW.length)]?.name ?? "", member_id: null },
      parent: parent?.id ?? null,
      rank: rank(i),
      // Where its stories begin; the sample keeps it as a tag.
      tags: isFeature ? [String(column)] : [],
      sync: dice(60) === 0 ? "waiting" : "in_step",
    });
    if (isFeature) features.push(card);
    cards.set(card.id, card);
  }
  const all = [...cards.values()];
  for (let i = 0; i < Math.min(400, n_cards / 10); i += 1) {
    const pool = features.length > 0 ? features : all;
    const from = pool[dice(pool.length)];
    const to = pool[dice(pool.length)];
    if (!from || !to || from === to) continue;
    const known = cards.get(to.id);
    if (known) cards.set(to.id, { ...known, links: [...known.links, waitsFor(from)] });
  }
  return cards;
}

export function manyTeams(n: number): TeamSetUp[] {
  return Array.from({ length: n }, (_, i) => {
    const sample = TEAMS[i % TEAMS.length];
    return team(
      i < TEAMS.length ? (sample?.[0] ?? "") : `${sample?.[0]} ${Math.floor(i / TEAMS.length) + 1}`,
      sample?.[1] ?? null,
      400,
      i,
    );
  });
}

/** What the server would send of these cards. */
export function snapshotOf(
  board: BoardSummary & { set_up: SetUp },
  cards: ReadonlyMap<string, Card>,
  change: number,
  code: (uuid: string) => string,
): Snapshot {
  const list = [...cards.values()];
  const at = new Map(list.map((card, i) => [card.id, i]));
  const states = [...new Set(list.map((card) => card.state))];
  const tags = [...new Set(list.flatMap((card) => card.tags))];
  const sync = [
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
  const agreements = ["none", "proposed", "accepted", "refused", "done"];
  return {
    change,
    board: { ...board, n_cards: list.length },
    types: TYPES,
    states: STATES,
    people: CREW,
    strings: { tags, states },
    cards: {
      id: list.map((card) => code(card.id)),
      number: list.map((card) => card.number ?? 0),
      type: list.map((card) => TYPES.findIndex((type) => type.name === card.type)),
      title: list.map((card) => card.title),
      state: list.map((card) => states.indexOf(card.state)),
      team: list.map((card) => card.team),
      column: list.map((card) => card.column),
      points: list.map((card) => card.points),
      assignee: list.map((card) => CREW.findIndex((one) => one.name === card.assignee?.name)),
      parent: list.map((card) => (card.parent === null ? -1 : (at.get(card.parent) ?? -1))),
      rank: list.map((card) => card.rank),
      tags: list.map((card) => card.tags.map((tag) => tags.indexOf(tag))),
      sync: list.map((card) => sync.indexOf(card.sync)),
      placed: list.map((card) => card.placed),
      change: list.map((card) => card.change),
    },
    links: list.flatMap((card, to) =>
      card.links.flatMap((link): Snapshot["links"] => {
        const from = link.to_or_from === null ? undefined : at.get(link.to_or_from);
        if (from === undefined || link.direction !== "waits_for") return [];
        return [[from, to, 0, agreements.indexOf(link.agreement), link.needed_by, sync.indexOf(link.sync)]];
      }),
    ),
    outside: [],
    outside_links: [],
  };
}
