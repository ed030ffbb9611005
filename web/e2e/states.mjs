// States that the demo does not come with: a local board, a link to a board, other people there, and connections that stand
// otherwise. What is Lockstep's own is made by its routes; how a connection stands is written into the answer on its way.
import { randomUUID } from "node:crypto";

const LOCAL = "Workshop";
const TEAMS = ["Gate", "Yard"];
const N_COLUMNS = 3;
const N_LINKS = 10;
const DAY_MS = 86_400_000;
/** Team, column, type, title and points of each card. */
const CARDS = [
  [0, 0, "User Story", "Walk the gate with the drivers", 3],
  [0, 1, "Feature", "One lane for empty boxes", null],
  [1, 0, "User Story", "Count the reefer plugs", 5],
  [1, 2, "Bug", "Yard map is upside down in print", 2],
];

/** A board without Azure DevOps, with a few cards; made once. */
export async function localBoard(ask, boards) {
  const made = boards.find((board) => board.is_local);
  if (made) return made.id;
  const id = randomUUID();
  await ask("POST", "/api/boards", {
    id,
    name: LOCAL,
    connection_id: null,
    write_mode: "live",
    set_up: {
      scope: { kind: "local" },
      pi: null,
      teams: TEAMS.map((name) => ({
        id: randomUUID(),
        name,
        sub: null,
        project_id: "",
        team_id: null,
        area_id: 0,
        areas: [],
        velocity: 10,
        is_shown: true,
      })),
      columns: columnsFrom(Date.now()),
      milestones: [],
      levels: { features: ["Feature"], stories: ["User Story", "Bug"] },
      unit: { field: "", name: "points" },
      capacity: { kind: "velocity", overrides: [] },
      writes_feature_place: false,
      dependency: {
        name: "Predecessor",
        taker: "System.LinkTypes.Dependency-Reverse",
        giver: "System.LinkTypes.Dependency-Forward",
      },
    },
  });
  const acts = CARDS.map(([team, column, type, title, points]) => ({ kind: "create", item: randomUUID(), team, column, type, title, points }));
  await ask("POST", `/api/boards/${id}/acts`, { id: randomUUID(), acts });
  return id;
}

/** Iterations of two weeks, the first with today in it. */
function columnsFrom(now_ms) {
  const day = (n) => new Date(now_ms + n * DAY_MS).toISOString().slice(0, 10);
  return Array.from({ length: N_COLUMNS }, (_, n) => ({
    id: randomUUID(),
    name: `Iteration ${n + 1}`,
    node_ids: [],
    start_on: day(14 * n - 3),
    finish_on: day(14 * n + 8),
  }));
}

/** The address of a page that shows the board to whoever has it. */
export async function sharedPath(ask, board) {
  const links = `/api/boards/${board}/links`;
  const open = await ask("GET", links);
  // A board holds only so many; those of earlier rounds have been looked at.
  if (open.length >= N_LINKS) for (const { id } of open.slice(N_LINKS - 1)) await ask("DELETE", `${links}/${id}`);
  const { path } = await ask("POST", links, { days: 1 });
  return path;
}

/** Two others come to the board in view: one at a card, one at none. */
export async function othersCome(page) {
  const item = await page.locator("main [data-key]").first().getAttribute("data-key");
  await join(page, "Tom Okafor", item);
  await join(page, "Aisha Bello", null);
  await page.locator(`main [data-key="${item}"][data-who]`).waitFor();
}

async function join(page, name, item) {
  const { origin, pathname } = new URL(page.url());
  const context = await page.context().browser().newContext();
  const { demo } = await (await context.request.get(`${origin}/api/session`)).json();
  const person = demo.people.find((one) => one.name === name);
  await context.request.post(`${origin}/api/demo/person`, { data: { member_id: person.id } });
  await context.request.post(`${origin}/api${pathname}/presence`, { data: { item } });
  await context.close();
}

/** From now on Azure DevOps has not answered for a while, and edits wait; gives what ends it. */
export const unreachable = connectionIs((one) => ({
  ...one,
  health: { ...one.health, state: "unreachable", since_us: (Date.now() - 180_000) * 1_000 },
  counts: { ...one.counts, waiting: 3, needs_decision: 0 },
}));

/** From now on the connection polls, all is well, and nothing waits; gives what ends it. */
export const polling = connectionIs((one) => ({
  ...one,
  hooks: [],
  health: { ...one.health, state: "in_lockstep", poll_interval_ms: 60_000, last_poll_us: (Date.now() - 12_000) * 1_000 },
  counts: { ...one.counts, waiting: 0, needs_decision: 0 },
}));

function connectionIs(otherwise) {
  return async (page) => {
    const address = "**/api/connections";
    await page.route(address, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: (await response.json()).map(otherwise) });
    });
    return () => page.unrouteAll({ behavior: "wait" });
  };
}
