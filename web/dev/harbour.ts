// The plan of the sample company: eight teams, five iterations, features with their stories, and what waits for what.
import type { Choices, Column, Iteration, SetUp, Team } from "../src/program-board/list/shapes";

const DAY_MS = 86_400_000;
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** The Monday two weeks before this week's, so that the second iteration is the present one. */
const START_MS = (() => {
  const now = Date.now();
  const weekday = (new Date(now).getUTCDay() + 6) % 7;
  return now - (weekday + 14) * DAY_MS;
})();
export const onDay = (n: number) => iso(START_MS + n * DAY_MS);

const NAMES = ["Sprint 41", "Sprint 42", "Sprint 43", "Sprint 44", "IP sprint"];
export const PI = { project_id: "p-harbour", node_id: 500, name: "26.4" };

export const COLUMNS: Column[] = NAMES.map((name, index) => ({
  id: `c-${index + 1}`,
  name,
  node_ids: [501 + index],
  start_on: onDay(index * 14),
  finish_on: onDay(index * 14 + 11),
}));

// Name, what it does, velocity, capacity of each iteration where it is not the velocity.
const TEAMS: [string, string, number, number[]][] = [
  ["Quay", "Gate and yard", 24, [24, 24, 22, 24, 12]],
  ["Manifest", "Cargo data", 26, [26, 26, 24, 26, 14]],
  ["Customs", "Pre-clearance", 24, [20, 22, 20, 22, 10]],
  ["Beacon", "Events, telemetry", 22, [22, 22, 18, 22, 10]],
  ["Tideway", "Platform", 20, [20, 20, 20, 20, 10]],
  ["Dockside", "Cranes, berths", 18, [18, 18, 16, 18, 8]],
  ["Ledger", "Tariffs, fees", 16, [16, 16, 14, 16, 8]],
  ["Relay", "Carrier portal", 20, [20, 20, 18, 20, 10]],
];

export const ALL_TEAMS: Team[] = TEAMS.map(([name, sub, velocity], index) => ({
  id: `t-${name.toLowerCase()}`,
  name,
  sub,
  project_id: "p-harbour",
  team_id: `00000000-0000-4000-8000-00000000000${index}`,
  area_id: 100 + index,
  areas: [{ id: 100 + index, includes_children: true }],
  velocity,
  is_shown: true,
}));

export function setUp(n_teams: number): SetUp {
  const teams = ALL_TEAMS.slice(0, n_teams);
  return {
    scope: { kind: "areas", projects: [{ id: "p-harbour", name: "Harbour" }] },
    pi: PI,
    teams,
    columns: COLUMNS,
    milestones: [
      { id: "m-pilot", name: "Gate pilot", on: onDay(23), is_hard: false },
      { id: "m-live", name: "Go-live", on: onDay(46), is_hard: true },
      { id: "m-review", name: "PI review", on: onDay(65), is_hard: false },
    ],
    levels: { features: ["Feature"], stories: ["User Story", "Bug"] },
    unit: { field: "Microsoft.VSTS.Scheduling.StoryPoints", name: "points" },
    capacity: {
      kind: "velocity",
      overrides: teams.flatMap((team, index) =>
        (TEAMS[index]?.[3] ?? []).flatMap((capacity, at) =>
          capacity === team.velocity
            ? []
            : [{ team_id: team.id, column_id: COLUMNS[at]?.id ?? "", capacity }],
        ),
      ),
    },
    writes_feature_place: false,
    dependency: {
      name: "Predecessor",
      taker: "System.LinkTypes.Dependency-Reverse",
      giver: "System.LinkTypes.Dependency-Forward",
    },
  };
}

const iteration = (id: number, path: string, at: number | null): Iteration => ({
  id,
  path: `Harbour\\${path}`,
  name: path.split("\\").pop() ?? path,
  start_on: at === null ? null : onDay(at),
  finish_on: at === null ? null : onDay(at + 11),
  project_id: "p-harbour",
});

export const CHOICES: Choices = {
  projects: [
    { id: "p-harbour", name: "Harbour" },
    { id: "p-yard", name: "Yard" },
  ],
  teams: ALL_TEAMS.map((team, index) => ({ ...team, is_shown: index < 5 })),
  pis: [
    { project_id: "p-harbour", node_id: 500, name: "26.4", path: "Harbour\\26.4" },
    { project_id: "p-harbour", node_id: 400, name: "26.3", path: "Harbour\\26.3" },
  ],
  iterations: [
    ...NAMES.map((name, index) => iteration(501 + index, `26.4\\${name}`, index * 14)),
    iteration(506, "26.4\\Hardening", 56),
    ...[37, 38, 39, 40].map((n, index) => iteration(401 + index, `26.3\\Sprint ${n}`, (index - 4) * 14)),
  ],
  types: [
    type("Feature", "773B93", "feature"),
    type("User Story", "0086B0", "story"),
    type("Bug", "CC293D", "story"),
    type("Epic", "D15F00", null),
    type("Task", "937700", null),
    type("Test Case", "004B50", null),
  ],
  number_fields: [
    { reference_name: "Microsoft.VSTS.Scheduling.StoryPoints", name: "Story Points" },
    { reference_name: "Microsoft.VSTS.Scheduling.Effort", name: "Effort" },
    { reference_name: "Microsoft.VSTS.Scheduling.OriginalEstimate", name: "Original Estimate" },
  ],
  queries: [
    {
      id: "q1",
      path: "Shared Queries/Program/PI 26.4 features and stories",
      name: "PI 26.4 features and stories",
      project_id: "p-harbour",
    },
    {
      id: "q2",
      path: "Shared Queries/Program/PI 26.3 features and stories",
      name: "PI 26.3 features and stories",
      project_id: "p-harbour",
    },
    { id: "q3", path: "Shared Queries/Quay/Open bugs", name: "Open bugs", project_id: "p-harbour" },
    {
      id: "q4",
      path: "Shared Queries/Everything active",
      name: "Everything active",
      project_id: "p-harbour",
    },
    {
      id: "q5",
      path: "My Queries/Waiting for customs",
      name: "Waiting for customs",
      project_id: "p-harbour",
    },
  ],
  areas: ALL_TEAMS.flatMap((team) => [
    { id: team.area_id, path: `Harbour\\${team.name}`, project_id: "p-harbour" },
    { id: team.area_id + 50, path: `Harbour\\${team.name}\\Intake`, project_id: "p-harbour" },
  ]),
};

function type(name: string, color: string, level: "feature" | "story" | null) {
  return {
    name,
    color,
    icon: null,
    category: name === "Test Case" ? null : `Microsoft.${name}`,
    level,
    states: [
      { name: "New", category: "proposed" },
      { name: "Active", category: "in_progress" },
      ...(name === "User Story" ? [{ name: "In review", category: "in_progress" }] : []),
      { name: "Resolved", category: "resolved" },
      { name: "Closed", category: "completed" },
      ...(name === "Task" ? [] : [{ name: "Removed", category: "removed" }]),
    ],
  };
}

export interface PlanStory {
  number: number;
  title: string;
  type: "Feature" | "User Story" | "Bug";
  state: "New" | "Active" | "Resolved" | "Closed";
  team: number;
  column: number;
  who: string | null;
  points: number | null;
  parent: number | null;
}

// Team, column, number, title, state, who, points of its stories in that cell. A bar of three letters is the owner.
const FEATURES: [number, number, number, string, PlanStory["state"], string, number[]][] = [
  [0, 0, 4102, "Gate slot booking", "Resolved", "ML", [3, 2, 3]],
  [0, 0, 4103, "Lane cameras read plates", "Closed", "TO", [3, 2]],
  [0, 1, 4104, "Driver check-in kiosk", "Active", "ML", [3, 5]],
  [0, 1, 4121, "Move and cancel a slot", "Active", "TO", [5, 3]],
  [0, 2, 4106, "Live yard positions", "New", "ID", [5, 5, 3]],
  [0, 2, 4127, "Kiosk offline mode", "New", "TO", [3, 2]],
  [0, 3, 4131, "Move boxes on the map", "New", "", [3, 5]],
  [0, 3, 4133, "Gate waiting times", "New", "ID", [2, 3]],
  [1, 0, 4087, "Manifest import v2", "Resolved", "YT", [5, 5, 3]],
  [1, 0, 4089, "Import from e-mail", "Closed", "EP", [2, 3]],
  [1, 1, 4088, "Line-level validation", "Active", "YT", [3, 5]],
  [1, 1, 4090, "Check IMO numbers", "Active", "EP", [2, 3]],
  [1, 2, 4110, "Pre-clearance feed", "New", "YT", [3, 5]],
  [1, 2, 4092, "Partial manifests", "New", "EP", [5]],
  [1, 3, 4094, "Correct many lines", "New", "", [5, 3]],
  [1, 3, 4097, "Manifest diff", "New", "EP", [8]],
  [2, 0, 4108, "Declaration intake", "Resolved", "RS", [5, 5, 3]],
  [2, 0, 4140, "Tariff code lookup", "Closed", "RS", [3, 2]],
  [2, 1, 4112, "Pre-clearance decision", "Active", "RS", [8, 5]],
  [2, 1, 4113, "Broker accounts", "Active", "JW", [5, 3]],
  [2, 1, 4116, "Hold reasons list", "New", "ID", [5]],
  [2, 2, 4144, "Hold and release events", "New", "RS", [5, 3]],
  [2, 2, 4146, "Appeal a hold", "New", "JW", [5]],
  [2, 3, 4115, "Officer work queue", "New", "JW", [5, 3]],
  [2, 3, 4147, "Night shift handover", "New", "RS", [3]],
  [3, 0, 4098, "Event bus on premises", "Closed", "AB", [8, 5]],
  [3, 0, 4101, "Sensor registry", "Closed", "AB", [5]],
  [3, 1, 4150, "Arrival notices", "Active", "AB", [5]],
  [3, 1, 4151, "Carrier contact book", "New", "ID", [5, 3]],
  [3, 2, 4152, "Reefer alerts", "New", "AB", [5, 3]],
  [3, 3, 4155, "Carrier webhooks", "New", "AB", [8, 5]],
  [4, 0, 4170, "Carrier single sign-on", "Resolved", "EP", [5, 3]],
  [4, 0, 4171, "Secret store", "Closed", "JW", [5]],
  [4, 1, 4172, "Audit trail service", "Active", "EP", [8]],
  [4, 1, 4175, "Rotate secrets", "Active", "JW", [5]],
  [4, 1, 4176, "Staging on demand", "New", "EP", [5]],
  [4, 2, 4177, "Retention rules", "New", "EP", [5, 3]],
  [4, 3, 4179, "Cold storage export", "New", "", [8]],
  [4, 3, 4180, "Cost per tenant", "New", "JW", [5]],
];

const STORY_TITLES: Record<number, string[]> = {
  4108: ["Read the EU declaration form", "Reject incomplete declarations", "Show the broker what is missing"],
  4140: ["Search tariff codes by word", "Remember the last ten codes"],
  4112: ["Decide from declaration and manifest", "Give the reason with each decision"],
  4113: ["Invite a broker by e-mail", "Brokers see only their own lines"],
  4116: ["Agree hold reasons with the office"],
  4144: ["Send an event when a hold starts", "Send an event on release"],
  4146: ["Broker appeals with documents"],
  4115: ["One queue for all three lists", "Take, hand over, give back"],
  4147: ["Print the open holds at 22:00"],
};

const LOOSE: PlanStory[] = [
  loose(4118, "Slot calendar, read only", "User Story", "Closed", 0, 0, "TO", 5),
  loose(4122, "Kiosk loses its reader", "Bug", "Active", 0, 1, "TO", 3),
  loose(4135, "Gate drill, terminal 2", "User Story", "New", 0, 4, "ML", 3),
  loose(4163, "Duplicates on re-import", "Bug", "Active", 1, 1, "EP", 3),
  loose(4099, "Load test, 40 000 lines", "User Story", "New", 1, 4, "EP", 3),
  loose(4149, "Dry run, two brokers", "User Story", "New", 2, 4, "JW", 2),
  loose(4166, "Late events keep time", "Bug", "New", 3, 2, null, 3),
  loose(4181, "Restore drill", "User Story", "New", 4, 4, "JW", 5),
  loose(4191, "Berth conflict detection", "Feature", "New", 0, -1, "ML", 20),
  loose(4192, "Carrier invoice export", "Feature", "New", -1, -1, null, 13),
  loose(4194, "Tide window planner", "Feature", "New", -1, -1, null, 8),
];

function loose(
  number: number,
  title: string,
  kind: PlanStory["type"],
  state: PlanStory["state"],
  team: number,
  column: number,
  who: string | null,
  points: number,
): PlanStory {
  return { number, title, type: kind, state, team, column, who, points, parent: null };
}

/** Every card of the board of five teams. */
export function plan(): PlanStory[] {
  let number = 4230;
  const features = FEATURES.flatMap(([team, column, id, title, state, who, points]): PlanStory[] => [
    {
      number: id,
      title,
      type: "Feature",
      state,
      team,
      column: -1,
      who: who || null,
      points: null,
      parent: null,
    },
    ...points.map((one, index): PlanStory => ({
      number: (number += 1),
      title: STORY_TITLES[id]?.[index] ?? `${title}, part ${index + 1}`,
      type: "User Story",
      state: state === "Resolved" && index === points.length - 1 ? "Resolved" : storyState(state, index),
      team,
      column,
      who: who || null,
      points: one,
      parent: id,
    })),
  ]);
  // Stories of another team's feature.
  const across: PlanStory[] = [
    { ...loose(4391, "Decision reaches the manifest", "User Story", "New", 1, 2, "YT", 5), parent: 4112 },
    { ...loose(4392, "Secrets for the kiosk", "User Story", "New", 4, 2, "EP", 3), parent: 4104 },
    { ...loose(4393, "Retry queue for webhooks", "User Story", "New", 4, 4, "JW", 2), parent: 4155 },
  ];
  return [...features, ...across, ...LOOSE];
}

function storyState(state: PlanStory["state"], index: number): PlanStory["state"] {
  if (state === "Active") return index === 0 ? "Active" : "New";
  return state === "Resolved" ? "Closed" : state;
}

/** Giver, taker, agreement, needed by. */
export const LINKS: [number, number, 0 | 1 | 2 | 3 | 4, string | null][] = [
  [4087, 4121, 4, null],
  [4098, 4113, 2, null],
  [4112, 4110, 2, onDay(30)],
  [4144, 4152, 1, onDay(39)],
  [4115, 4106, 3, onDay(28)],
  [4172, 4155, 0, null],
  [4090, 4112, 2, onDay(18)],
  [4104, 4106, 2, null],
  [4110, 4131, 1, onDay(44)],
];
