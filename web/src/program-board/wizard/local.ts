// The set-up of a local board: teams and iterations that people type. Pure. The server gives everything its number.
import { newId } from "../../api/client";
import { plural } from "../../ui/time";
import type { Choices, Column, SetUp, Team } from "../list/shapes";
import type { AnswerKey } from "./answers";

/** What stands in the place of a connection's number. */
export const LOCAL = "local";

/** The types that a local board knows, by level. */
export const LOCAL_TYPES = { features: ["Feature"], stories: ["User Story", "Bug"] } as const;

const DAY_MS = 86_400_000;
/** An iteration ends on a Friday: what is left of its last week is no working day. */
const N_DAYS_OFF = 3;
const N_TEAMS = 3;
const N_ITERATIONS = 5;
const N_WEEKS = 2;
/** As many as there can be. */
export const N_ITERATIONS_MAX = 26;
export const N_WEEKS_MAX = 13;

/** Three teams and five iterations of two weeks from next Monday on, the last one for innovation and planning. */
export function newLocalSetUp(today: string): SetUp {
  return {
    scope: { kind: "local" },
    pi: null,
    teams: Array.from({ length: N_TEAMS }, (_, at) => newTeam(`Team ${String.fromCharCode(65 + at)}`)),
    columns: iterations({ first_on: nextMonday(today), n_weeks: N_WEEKS, n: N_ITERATIONS }, []),
    milestones: [],
    levels: { features: [...LOCAL_TYPES.features], stories: [...LOCAL_TYPES.stories] },
    unit: { field: "", name: "points" },
    capacity: { kind: "velocity", overrides: [] },
    writes_feature_place: false,
    dependency: {
      name: "Predecessor",
      taker: "System.LinkTypes.Dependency-Reverse",
      giver: "System.LinkTypes.Dependency-Forward",
    },
  };
}

export function newTeam(name: string): Team {
  return {
    id: newId(),
    name,
    sub: null,
    project_id: "",
    team_id: null,
    area_id: 0,
    areas: [],
    velocity: null,
    is_shown: true,
  };
}

/** How iterations lie: from a day on, each so long, so many. */
export interface Rhythm {
  first_on: string;
  n_weeks: number;
  n: number;
}

/** Iterations one behind the other. Those that were there keep their number and their name. */
export function iterations({ first_on, n_weeks, n }: Rhythm, old: readonly Column[]): Column[] {
  return Array.from({ length: n }, (_, at) => {
    const start = after(first_on, at * n_weeks * 7);
    const finish = after(start, n_weeks * 7 - N_DAYS_OFF);
    const kept = old[at];
    return {
      id: kept?.id ?? newId(),
      name: kept?.name ?? (at === n - 1 && n > 1 ? "IP iteration" : `Iteration ${at + 1}`),
      node_ids: kept?.node_ids ?? [],
      start_on: start,
      finish_on: finish,
    };
  });
}

/** The rhythm that columns seem to have; that of a new board where they have none. */
export function rhythmOf(columns: readonly Column[], today: string): Rhythm {
  const [first, second] = columns.map((column) => column.start_on);
  const whole = first && second ? Math.round((Date.parse(second) - Date.parse(first)) / DAY_MS / 7) : 0;
  return {
    first_on: first ?? nextMonday(today),
    n_weeks: whole >= 1 && whole <= N_WEEKS_MAX ? whole : N_WEEKS,
    n: columns.length,
  };
}

export function nextMonday(today: string): string {
  const weekday = new Date(`${today}T00:00:00Z`).getUTCDay();
  return after(today, ((8 - weekday) % 7 || 7) as number);
}

function after(day: string, n_days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + n_days * DAY_MS).toISOString().slice(0, 10);
}

/** Pasted names, one a line, as teams behind those that are there; what is there already comes once. */
export function withPastedTeams(teams: readonly Team[], text: string): Team[] {
  const known = new Set(teams.map((team) => team.name.trim().toLocaleLowerCase()));
  const added = text
    .split(/[\n;]/)
    .map((name) => name.trim())
    .filter(
      (name) => name !== "" && !known.has(name.toLocaleLowerCase()) && known.add(name.toLocaleLowerCase()),
    );
  return [...teams, ...added.map(newTeam)];
}

/** A team leaves, with what was typed in for it. */
export function withoutTeam(set_up: SetUp, id: string): SetUp {
  return {
    ...set_up,
    teams: set_up.teams.filter((team) => team.id !== id),
    capacity: {
      ...set_up.capacity,
      overrides: set_up.capacity.overrides.filter((one) => one.team_id !== id),
    },
  };
}

/** `2 weeks each`, or that they differ. */
export function lengthWords(columns: readonly Column[]): string {
  const lengths = new Set(
    columns.map(({ start_on, finish_on }) =>
      start_on && finish_on ? Math.ceil((Date.parse(finish_on) - Date.parse(start_on)) / DAY_MS / 7) : null,
    ),
  );
  const [only] = lengths;
  if (lengths.size !== 1 || only == null) return "of different length";
  return `${plural(only, "week")} each`;
}

/** What load is counted in is a word; nobody has to know the field behind it. */
export function localChoices(set_up: SetUp): Choices {
  return {
    projects: [],
    teams: [],
    pis: [],
    iterations: [],
    types: [],
    queries: [],
    number_fields: [{ reference_name: set_up.unit.field, name: set_up.unit.name || "points" }],
  };
}

/** What a local board lacks beyond what every board needs. */
export function lackingLocal(set_up: SetUp): { key: AnswerKey; says: string } | null {
  if (set_up.teams.some((team) => team.name.trim() === ""))
    return { key: "rows", says: "A team has no name." };
  if (set_up.unit.name.trim() === "")
    return { key: "capacity", says: "Say what load is counted in, such as points." };
  const isBackward = ({ start_on, finish_on }: Column) => start_on && finish_on && finish_on < start_on;
  const backward = set_up.columns.find(isBackward);
  if (backward) return { key: "columns", says: `${backward.name} ends before it begins.` };
  return null;
}
