// What the teams, iterations and types of a local board most likely are at a connection, and the set-up that follows. Pure.
import type { Choices, Column, Iteration, Proposal, SetUp, Team } from "../list/shapes";

/** Why something was taken for its like. */
export type Why = "name" | "dates" | "order" | "level" | "chosen";

export interface Match<T> {
  /** With a `why` and without this it is left out by choice. */
  to: T | null;
  why: Why | null;
}

export interface Matches {
  /** By the local team's number: a team of the choice. */
  teams: Record<string, Match<string>>;
  /** By the local column's number: an iteration node. */
  columns: Record<string, Match<number>>;
  /** By the local type: a work item type. */
  types: Record<string, Match<string>>;
}

type Offered = Pick<Proposal, "set_up" | "choices">;

/** Teams to choose from: those proposed first, then the others; each once. */
export function teamChoices({ set_up, choices }: Offered): Team[] {
  const known = new Map<string, Team>();
  for (const team of [...set_up.teams, ...choices.teams])
    if (!known.has(team.team_id ?? team.id)) known.set(team.team_id ?? team.id, team);
  return [...known.values()];
}

/** Iterations to choose from: those of the proposed columns first, then the others. The PI itself is the parking lot. */
export function iterationChoices({ set_up, choices }: Offered): Iteration[] {
  const first = set_up.columns.flatMap((column) => column.node_ids);
  const at = (one: Iteration) => {
    const index = first.indexOf(one.id);
    return index < 0 ? first.length : index;
  };
  return choices.iterations.filter((one) => one.id !== set_up.pi?.node_id).sort((a, b) => at(a) - at(b));
}

/** Work item types of a level, as the proposal has it. */
export function typeChoices({ set_up }: Pick<Offered, "set_up">, level: "feature" | "story"): string[] {
  return level === "feature" ? set_up.levels.features : set_up.levels.stories;
}

export function match(local: SetUp, offered: Offered): Matches {
  return {
    teams: matchTeams(local.teams, teamChoices(offered)),
    columns: matchColumns(local.columns, iterationChoices(offered), offered.set_up.columns),
    types: matchTypes(local, offered),
  };
}

function matchTeams(teams: readonly Team[], choices: readonly Team[]): Matches["teams"] {
  const free = [...choices];
  const found: Matches["teams"] = {};
  // A whole name comes before a part of one, whoever stands first.
  for (const isLike of [isSameName, isPartOfName])
    for (const team of teams) {
      if (found[team.id]) continue;
      const at = free.findIndex((one) => isLike(team.name, one.name));
      const [taken] = at < 0 ? [] : free.splice(at, 1);
      if (taken) found[team.id] = { to: taken.id, why: "name" };
    }
  for (const team of teams) found[team.id] ??= { to: null, why: null };
  return found;
}

function matchColumns(
  columns: readonly Column[],
  choices: readonly Iteration[],
  proposed: readonly Column[],
): Matches["columns"] {
  const free = [...choices];
  const found: Matches["columns"] = {};
  const take = (column: Column, at: number, why: Why) => {
    const [taken] = at < 0 ? [] : free.splice(at, 1);
    if (taken) found[column.id] = { to: taken.id, why };
  };
  for (const column of columns)
    take(
      column,
      free.findIndex((one) => isSameName(column.name, one.name)),
      "name",
    );
  for (const column of columns) {
    if (found[column.id]) continue;
    const shared = free.map((one) => sharedDays(column, one));
    const most = Math.max(0, ...shared);
    // Half of it at least: neighbours touch.
    const isEnough = most * 2 >= length(column);
    take(column, most > 0 && isEnough ? shared.indexOf(most) : -1, "dates");
  }
  // Nothing alike, and as many of them: a plan of other weeks. One behind the other is a guess that says so.
  const nodes = proposed.map((column) => column.node_ids[0]);
  if (Object.keys(found).length === 0 && nodes.length === columns.length)
    columns.forEach((column, at) => {
      const to = nodes[at];
      if (to !== undefined) found[column.id] = { to, why: "order" };
    });
  for (const column of columns) found[column.id] ??= { to: null, why: null };
  return found;
}

function matchTypes(local: SetUp, offered: Offered): Matches["types"] {
  const found: Matches["types"] = {};
  for (const level of ["feature", "story"] as const) {
    const choices = typeChoices(offered, level);
    for (const type of level === "feature" ? local.levels.features : local.levels.stories) {
      const named = choices.find((one) => isSameName(one, type));
      const first = choices[0] ?? null;
      found[type] = named ? { to: named, why: "name" } : { to: first, why: first === null ? null : "level" };
    }
  }
  return found;
}

const DAY_MS = 86_400_000;

function length({ start_on, finish_on }: Pick<Column, "start_on" | "finish_on">): number {
  return start_on && finish_on ? (Date.parse(finish_on) - Date.parse(start_on)) / DAY_MS + 1 : Infinity;
}

function sharedDays(a: Pick<Column, "start_on" | "finish_on">, b: Pick<Column, "start_on" | "finish_on">) {
  if (!a.start_on || !a.finish_on || !b.start_on || !b.finish_on) return 0;
  const start = a.start_on > b.start_on ? a.start_on : b.start_on;
  const finish = a.finish_on < b.finish_on ? a.finish_on : b.finish_on;
  return Math.max(0, (Date.parse(finish) - Date.parse(start)) / DAY_MS + 1);
}

function folded(name: string): string {
  return name
    .toLocaleLowerCase()
    .replace(/\b(team|the)\b/g, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

function isSameName(a: string, b: string): boolean {
  return folded(a) !== "" && folded(a) === folded(b);
}

function isPartOfName(a: string, b: string): boolean {
  const [one, other] = [folded(a), folded(b)];
  if (one === "" || other === "") return false;
  return ` ${one} `.includes(` ${other} `) || ` ${other} `.includes(` ${one} `);
}

export interface Lack {
  key: "teams" | "columns" | "types";
  says: string;
}

/** What is still to be chosen. Two rows or columns can't be one there. */
export function lack(local: SetUp, matches: Matches): Lack | null {
  const isOpen = (of: Record<string, Match<unknown>>, id: string) => (of[id]?.why ?? null) === null;
  const taken = (of: Record<string, Match<unknown>>) =>
    Object.values(of).flatMap(({ to }) => (to === null ? [] : [to]));
  const team = local.teams.find((one) => isOpen(matches.teams, one.id));
  if (team) return { key: "teams", says: `Say which team ${team.name} becomes.` };
  const teams = taken(matches.teams);
  if (teams.length === 0) return { key: "teams", says: "One row has to become a team." };
  if (new Set(teams).size < teams.length) return { key: "teams", says: "Two rows become the same team." };
  const column = local.columns.find((one) => isOpen(matches.columns, one.id));
  if (column) return { key: "columns", says: `Say which iteration ${column.name} becomes.` };
  const columns = taken(matches.columns);
  if (columns.length === 0) return { key: "columns", says: "One column has to become an iteration." };
  if (new Set(columns).size < columns.length)
    return { key: "columns", says: "Two columns become the same iteration." };
  const type = Object.entries(matches.types).find(([, one]) => one.to === null);
  if (type) return { key: "types", says: `The connection has no type for ${type[0]}.` };
  return null;
}

/** The board at the connection. Rows and columns keep their numbers, so each card finds its place. */
export function connectedSetUp(local: SetUp, offered: Offered, matches: Matches): SetUp {
  const teams = teamChoices(offered);
  const iterations = offered.choices.iterations;
  return {
    ...offered.set_up,
    teams: local.teams.flatMap((own) => {
      const there = teams.find((one) => one.id === matches.teams[own.id]?.to);
      return there
        ? [{ ...there, id: own.id, is_shown: own.is_shown, velocity: own.velocity ?? there.velocity }]
        : [];
    }),
    columns: local.columns.flatMap((own) => {
      const there = iterations.find((one) => one.id === matches.columns[own.id]?.to);
      return there
        ? [
            {
              id: own.id,
              name: there.name,
              node_ids: nodesOf(offered.set_up, there.id),
              start_on: there.start_on,
              finish_on: there.finish_on,
            },
          ]
        : [];
    }),
    milestones: local.milestones,
    capacity: {
      ...local.capacity,
      overrides: local.capacity.overrides.filter(
        (one) => matches.teams[one.team_id]?.to && matches.columns[one.column_id]?.to,
      ),
    },
  };
}

/** Nodes that share the proposed column of an iteration; itself where it is in none. */
function nodesOf(proposed: SetUp, node: number): number[] {
  return proposed.columns.find((column) => column.node_ids.includes(node))?.node_ids ?? [node];
}

export function typeChanges(matches: Matches): { from: string; to: string }[] {
  return Object.entries(matches.types).flatMap(([from, { to }]) => (to === null ? [] : [{ from, to }]));
}

export const WHY_WORDS: Record<Why, string> = {
  name: "By name",
  dates: "By dates",
  order: "In order",
  level: "Of the same level",
  chosen: "Chosen",
};

/** `5 teams, all by name`; `3 of 5 found`. */
export function matchedWords(of: Record<string, Match<unknown>>, noun: string): string {
  const all = Object.values(of);
  const n = all.filter((one) => one.why !== null).length;
  if (n < all.length) return `${n} of ${all.length} ${noun}s found`;
  const whys = new Set(all.map((one) => one.why));
  const [only] = whys;
  const why = whys.size === 1 && only ? `, ${WHY_WORDS[only].toLowerCase()}` : "";
  return `${all.length} ${noun}${all.length === 1 ? "" : "s"}${why}`;
}

/** Choices that were not made by hand are matched anew where there is something else to choose from. */
export function rematched(before: Matches, after: Matches, choices: Choices): Matches {
  const keep = <T>(
    old: Record<string, Match<T>>,
    now: Record<string, Match<T>>,
    isThere: (to: T) => boolean,
  ) =>
    Object.fromEntries(
      Object.entries(now).map(([id, found]) => {
        const was = old[id];
        return [id, was?.why === "chosen" && (was.to === null || isThere(was.to)) ? was : found];
      }),
    );
  return {
    teams: keep(before.teams, after.teams, (id) => choices.teams.some((team) => team.id === id)),
    columns: keep(before.columns, after.columns, (id) => choices.iterations.some((one) => one.id === id)),
    types: keep(before.types, after.types, (name) => choices.types.some((type) => type.name === name)),
  };
}
