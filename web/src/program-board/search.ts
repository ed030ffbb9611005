// The board's address: what is filtered, selected, grouped and how dense it is, so that a link shows the same. Pure.
import { NO_FILTER, type Filter, type Group, type SyncFilter } from "./filter";
import type { Density } from "./layout";
import type { Health } from "./links";
import type { Expanded } from "./nesting";
import type { StateCategory } from "./shapes";

export interface BoardSearch {
  card?: string;
  /** An agreement that is open: giver and taker. */
  link?: string;
  density?: Density;
  group?: "type";
  q?: string;
  /** The iteration a phone shows. */
  sprint?: number;
  teams?: string[];
  types?: string[];
  states?: StateCategory[];
  people?: string[];
  tags?: string[];
  deps?: Health[];
  sync?: SyncFilter[];
  problems?: true;
  since?: number;
  /** Features that show their stories. */
  stories?: Expanded;
  /** Rows of which only the loads are shown, by team or type. */
  folded?: string[];
}

const DENSITIES: readonly string[] = ["comfortable", "compact", "fit"];
const STATES: readonly string[] = ["proposed", "in_progress", "resolved", "completed", "removed"];
const HEALTHS: readonly string[] = ["ok", "risk", "bad", "stub"];
const SYNCS: readonly string[] = ["in_step", "waiting", "decision"];

export function parseBoardSearch(raw: Record<string, unknown>): BoardSearch {
  const search: BoardSearch = {};
  const text = (key: "card" | "link" | "q") => {
    const value = raw[key];
    if ((typeof value === "string" && value !== "") || typeof value === "number") search[key] = String(value);
  };
  text("card");
  text("link");
  text("q");
  if (DENSITIES.includes(String(raw["density"]))) search.density = raw["density"] as Density;
  if (raw["group"] === "type") search.group = "type";
  if (isCount(raw["sprint"])) search.sprint = raw["sprint"];
  if (isCount(raw["since"])) search.since = raw["since"];
  if (raw["problems"]) search.problems = true;
  for (const key of ["teams", "types", "people", "tags"] as const) {
    const list = strings(raw[key]);
    if (list.length > 0) search[key] = list;
  }
  if (raw["stories"] === "all") search.stories = "all";
  for (const key of ["stories", "folded"] as const) {
    const list = strings(raw[key]);
    if (search[key] === undefined && list.length > 0) search[key] = list;
  }
  const states = strings(raw["states"]).filter((one) => STATES.includes(one)) as StateCategory[];
  if (states.length > 0) search.states = states;
  const deps = strings(raw["deps"]).filter((one) => HEALTHS.includes(one)) as Health[];
  if (deps.length > 0) search.deps = deps;
  const sync = strings(raw["sync"]).filter((one) => SYNCS.includes(one)) as SyncFilter[];
  if (sync.length > 0) search.sync = sync;
  return search;
}

export function filterOf(search: BoardSearch): Filter {
  return {
    ...NO_FILTER,
    teams: search.teams ?? [],
    types: search.types ?? [],
    states: search.states ?? [],
    people: search.people ?? [],
    tags: search.tags ?? [],
    health: search.deps ?? [],
    sync: search.sync ?? [],
    only_problems: search.problems ?? false,
    since: search.since ?? null,
  };
}

/** The part of the address that a quick filter keeps. */
export function filterSearch(search: BoardSearch): BoardSearch {
  const { teams, types, states, people, tags, deps, sync, problems, group } = search;
  return clean({ teams, types, states, people, tags, deps, sync, problems, group });
}

export const NO_FILTER_SEARCH: BoardSearch = {
  teams: undefined,
  types: undefined,
  states: undefined,
  people: undefined,
  tags: undefined,
  deps: undefined,
  sync: undefined,
  problems: undefined,
  since: undefined,
};

export function clean(search: BoardSearch): BoardSearch {
  return Object.fromEntries(
    Object.entries(search).filter(
      ([, value]) => value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0),
    ),
  );
}

export const groupOf = (search: BoardSearch): Group => search.group ?? "team";

function strings(value: unknown): string[] {
  if (typeof value === "string" || typeof value === "number") return [String(value)];
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}
