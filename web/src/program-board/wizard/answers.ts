// A board's set-up as answers in words, and how each answer changes it. Pure: nothing here is asked of a server.
import { day, plural } from "../../ui/time";
import type { Choices, Column, Iteration, Scope, SetUp, Team, TypeChoice } from "../list/shapes";

export type AnswerKey =
  "name" | "connection" | "scope" | "rows" | "columns" | "states" | "dependency" | "capacity" | "milestones";

export function shownTeams(set_up: SetUp): Team[] {
  return set_up.teams.filter((team) => team.is_shown);
}

/** `Area paths of 5 teams, in 26.4`. */
export function scopeWords(set_up: SetUp): string {
  const { scope } = set_up;
  if (scope.kind === "query") return `Saved query “${scope.query.name}”`;
  if (scope.kind === "wiql") return "A query in WIQL";
  if (scope.kind === "local") return "Made on this board";
  const teams = plural(shownTeams(set_up).length, "team");
  const place = set_up.pi ? `, in ${set_up.pi.name}` : "";
  return `Area paths of ${teams}${place}`;
}

/** `Feature above User Story and Bug`. */
export function levelWords({ levels }: Pick<SetUp, "levels">): string {
  if (levels.features.length === 0) return `${list(levels.stories)} on one level`;
  if (levels.stories.length === 0) return `${list(levels.features)} on one level`;
  return `${list(levels.features)} above ${list(levels.stories)}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(words: readonly string[]): string {
  const last = words[words.length - 1];
  if (last === undefined) return "nothing";
  return words.length === 1 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}

/** `Sprint 41 to 44, IP sprint`: neighbours that only differ in a counting number are told together. */
export function columnWords(columns: readonly Pick<Column, "name">[]): string {
  const runs: { stem: string; first: number; last: number; name: string }[] = [];
  for (const { name } of columns) {
    const [, stem, digits] = /^(.*\D)(\d+)$/.exec(name) ?? [null, name, ""];
    const n = digits === "" ? NaN : Number(digits);
    const before = runs[runs.length - 1];
    if (before && before.stem === stem && n === before.last + 1) before.last = n;
    else runs.push({ stem: stem ?? name, first: n, last: n, name });
  }
  return runs
    .map((run) =>
      run.first === run.last || Number.isNaN(run.first) ? run.name : `${run.name} to ${run.last}`,
    )
    .join(", ");
}

/** `28 Sep to 4 Dec`, or what is missing. */
export function datesWords(columns: readonly Column[], now_ms: number): string {
  const starts = columns.flatMap((column) => column.start_on ?? []).sort();
  const ends = columns.flatMap((column) => column.finish_on ?? []).sort();
  const [first] = starts;
  const last = ends[ends.length - 1];
  if (first === undefined || last === undefined) return "No dates in Azure DevOps yet.";
  const n_undated = columns.filter((column) => column.start_on === null).length;
  const span = `Dates from Azure DevOps, ${day(first, now_ms)} to ${day(last, now_ms)}.`;
  return n_undated === 0 ? span : `${span} ${plural(n_undated, "column has", "columns have")} none.`;
}

/** `S41` of `Sprint 41`, `IP` of `IP sprint`: for a column a few letters wide. */
export function shortName(name: string): string {
  const [, stem, number] = /^(\p{L})\p{L}*[\s-]+(\d+(?:\.\d+)?)$/u.exec(name) ?? [];
  if (stem && number) return `${stem.toUpperCase()}${number}`;
  const [first] = name.split(/\s+/);
  return first && /^\p{Lu}{2,4}$/u.test(first) ? first : name;
}

/** `Story Points` of `Microsoft.VSTS.Scheduling.StoryPoints`. */
export function spelled(reference_name: string): string {
  const own = reference_name.slice(reference_name.lastIndexOf(".") + 1);
  return own.replace(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/gu, " ");
}

/** What is counted, and where capacity comes from. */
export function capacityWords(set_up: SetUp, choices: Choices | null): { is: string; says: string } {
  const known = choices?.number_fields.find((one) => one.reference_name === set_up.unit.field);
  const field = known?.name ?? spelled(set_up.unit.field);
  const n_typed = set_up.capacity.overrides.length;
  const stories = set_up.levels.stories.length > 0 ? list(set_up.levels.stories) : "what has no stories";
  const typed = n_typed === 0 ? "" : ` ${plural(n_typed, "cell is", "cells are")} typed in.`;
  const load = `Load counts ${field} of ${stories} only.`;
  if (set_up.capacity.kind === "typed")
    return { is: "Typed in for each team and iteration", says: `${load}${typed}` };
  const n_without = shownTeams(set_up).filter((team) => team.velocity === null).length;
  const without = n_without === 0 ? "" : ` ${plural(n_without, "team has", "teams have")} no velocity yet.`;
  return { is: "Velocity of each team × length of the iteration", says: `${load}${typed}${without}` };
}

export type Category = "proposed" | "in_progress" | "resolved" | "completed";
const CATEGORIES: readonly Category[] = ["proposed", "in_progress", "resolved", "completed"];

/** The states of the board's types by category, each once, in the process' order. */
export function stateGroups(
  set_up: SetUp,
  types: readonly TypeChoice[],
): { category: Category; states: string[] }[] {
  const chosen = new Set([...set_up.levels.features, ...set_up.levels.stories]);
  return CATEGORIES.map((category) => ({
    category,
    states: [
      ...new Set(
        types
          .filter((type) => chosen.has(type.name))
          .flatMap((type) => type.states ?? [])
          .filter((state) => state.category.toLowerCase().replace(/\s/g, "_") === category)
          .map((state) => state.name),
      ),
    ],
  })).filter((group) => group.states.length > 0);
}

/** Which answer a warning is about: it names a column, a team, or neither. */
export function placeWarnings(
  warnings: readonly string[],
  set_up: SetUp,
): Record<"columns" | "rows" | "scope", string[]> {
  const placed: Record<"columns" | "rows" | "scope", string[]> = { columns: [], rows: [], scope: [] };
  for (const warning of new Set(warnings)) {
    if (set_up.columns.some((column) => mentions(warning, column.name)) || /iteration/i.test(warning))
      placed.columns.push(warning);
    else if (set_up.teams.some((team) => mentions(warning, team.name))) placed.rows.push(warning);
    else placed.scope.push(warning);
  }
  return placed;
}

function mentions(text: string, name: string): boolean {
  return name !== "" && text.toLocaleLowerCase().includes(name.toLocaleLowerCase());
}

/** The link types that dependencies can be, with the one that is chosen, even where it is not offered any more. */
export function linkChoices(
  { dependency }: Pick<SetUp, "dependency">,
  offered: readonly SetUp["dependency"][],
): SetUp["dependency"][] {
  return offered.some((one) => one.taker === dependency.taker) ? [...offered] : [dependency, ...offered];
}

/** Nobody can make a board of this; the answer that is lacking, with words. */
export function lacking(name: string, set_up: SetUp): { key: AnswerKey; says: string } | null {
  if (name.trim() === "") return { key: "name", says: "Give the board a name." };
  if (shownTeams(set_up).length === 0) return { key: "rows", says: "Show at least one team." };
  if (set_up.columns.length === 0) return { key: "columns", says: "Choose at least one iteration." };
  if (set_up.columns.some((column) => column.name.trim() === ""))
    return { key: "columns", says: "A column has no name." };
  if (set_up.levels.features.length + set_up.levels.stories.length === 0)
    return { key: "scope", says: "Choose at least one work item type." };
  return null;
}

const ANSWER_OF: [RegExp, AnswerKey][] = [
  [/^name/, "name"],
  [/^connection/, "connection"],
  [/^set_up\.(scope|levels)/, "scope"],
  [/^set_up\.teams/, "rows"],
  [/^set_up\.(columns|pi)/, "columns"],
  [/^set_up\.dependency/, "dependency"],
  [/^set_up\.(capacity|unit)/, "capacity"],
  [/^set_up\.milestones/, "milestones"],
];

/** What the server said about fields, at the answers they belong to. */
export function problemsByAnswer(
  fields: readonly { field: string; message: string }[],
  set_up: SetUp,
): Partial<Record<AnswerKey, string>> {
  const said: Partial<Record<AnswerKey, string>> = {};
  for (const { field, message } of fields) {
    const [, key] = ANSWER_OF.find(([pattern]) => pattern.test(field)) ?? [];
    if (key) said[key] ??= sentenceOf(field, message, set_up);
  }
  return said;
}

/** `Quay: a team has at least one area.` */
function sentenceOf(field: string, message: string, set_up: SetUp): string {
  const [, rows, at] = /^set_up\.(teams|columns|milestones)\.(\d+)/.exec(field) ?? [];
  const row = rows ? set_up[rows as "teams" | "columns" | "milestones"][Number(at)] : undefined;
  const text = row?.name ? `${row.name}: ${message}` : message.charAt(0).toUpperCase() + message.slice(1);
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

// ---- changes ----

export function showTeam(set_up: SetUp, id: string, is_shown: boolean): SetUp {
  return withTeam(set_up, id, (team) => ({ ...team, is_shown }));
}

export function withTeam(set_up: SetUp, id: string, change: (team: Team) => Team): SetUp {
  return { ...set_up, teams: set_up.teams.map((team) => (team.id === id ? change(team) : team)) };
}

/** Teams the connection has and the board does not: made since, or left away when it was made. */
export function otherTeams(set_up: SetUp, choices: Pick<Choices, "teams"> | null): Team[] {
  const isKnown = (team: Team) =>
    set_up.teams.some((one) => one.id === team.id || (team.team_id !== null && one.team_id === team.team_id));
  return (choices?.teams ?? []).filter((team) => !isKnown(team));
}

export function addTeam(set_up: SetUp, team: Team): SetUp {
  return { ...set_up, teams: [...set_up.teams, { ...team, is_shown: true }] };
}

/** One place up (-1) or down (1); at the end it stays. */
export function moved<T>(all: readonly T[], at: number, step: -1 | 1): T[] {
  const next = [...all];
  const one = next[at];
  const other = next[at + step];
  if (one === undefined || other === undefined) return next;
  next[at] = other;
  next[at + step] = one;
  return next;
}

/** A type lies on one level or on none. */
export function setLevel(set_up: SetUp, type: string, level: "feature" | "story" | null): SetUp {
  const without = (types: string[]) => types.filter((one) => one !== type);
  const { features, stories } = set_up.levels;
  return {
    ...set_up,
    levels: {
      features: level === "feature" ? [...without(features), type] : without(features),
      stories: level === "story" ? [...without(stories), type] : without(stories),
    },
  };
}

export function levelOfType(set_up: SetUp, type: string): "feature" | "story" | null {
  if (set_up.levels.features.includes(type)) return "feature";
  return set_up.levels.stories.includes(type) ? "story" : null;
}

/** Iterations that no column has yet, those below the PI first. */
export function freeIterations(set_up: SetUp, iterations: readonly Iteration[]): Iteration[] {
  const taken = new Set(set_up.columns.flatMap((column) => column.node_ids));
  const isInPi = (one: Iteration) => set_up.pi !== null && one.path.includes(set_up.pi.name);
  return (
    iterations
      // The PI itself is the parking lot.
      .filter((one) => !taken.has(one.id) && one.id !== set_up.pi?.node_id)
      .sort(
        (a, b) =>
          Number(isInPi(b)) - Number(isInPi(a)) || (a.start_on ?? "9").localeCompare(b.start_on ?? "9"),
      )
  );
}

/** A new column of one iteration, where its date puts it. */
export function addColumn(set_up: SetUp, iteration: Iteration): SetUp {
  const column: Column = {
    id: `c-${iteration.id}`,
    name: iteration.name,
    node_ids: [iteration.id],
    start_on: iteration.start_on,
    finish_on: iteration.finish_on,
  };
  const at = set_up.columns.findIndex(
    (one) => column.start_on !== null && one.start_on !== null && one.start_on > column.start_on,
  );
  const columns = [...set_up.columns];
  columns.splice(at < 0 ? columns.length : at, 0, column);
  return { ...set_up, columns };
}

/** One more iteration in a column: it spans both. */
export function addNode(set_up: SetUp, id: string, iteration: Iteration): SetUp {
  return withColumn(set_up, id, (column) => ({
    ...column,
    node_ids: [...column.node_ids, iteration.id],
    start_on: earliest(column.start_on, iteration.start_on),
    finish_on: latest(column.finish_on, iteration.finish_on),
  }));
}

/** An iteration leaves a column; a column without any is gone, and what was typed in for it too. */
export function removeNode(set_up: SetUp, id: string, node: number, iterations: readonly Iteration[]): SetUp {
  const column = set_up.columns.find((one) => one.id === id);
  const left = column?.node_ids.filter((one) => one !== node) ?? [];
  if (left.length === 0) return removeColumn(set_up, id);
  const nodes = iterations.filter((one) => left.includes(one.id));
  return withColumn(set_up, id, (old) => ({
    ...old,
    node_ids: left,
    start_on: nodes.length === 0 ? old.start_on : nodes.map((one) => one.start_on).reduce(earliest),
    finish_on: nodes.length === 0 ? old.finish_on : nodes.map((one) => one.finish_on).reduce(latest),
  }));
}

export function removeColumn(set_up: SetUp, id: string): SetUp {
  return {
    ...set_up,
    columns: set_up.columns.filter((column) => column.id !== id),
    capacity: {
      ...set_up.capacity,
      overrides: set_up.capacity.overrides.filter((one) => one.column_id !== id),
    },
  };
}

export function withColumn(set_up: SetUp, id: string, change: (column: Column) => Column): SetUp {
  return { ...set_up, columns: set_up.columns.map((column) => (column.id === id ? change(column) : column)) };
}

/** Typed in for one cell; `null` takes it back to what is computed. */
export function setCapacity(
  set_up: SetUp,
  team_id: string,
  column_id: string,
  capacity: number | null,
): SetUp {
  const others = set_up.capacity.overrides.filter(
    (one) => one.team_id !== team_id || one.column_id !== column_id,
  );
  const overrides = capacity === null ? others : [...others, { team_id, column_id, capacity }];
  return { ...set_up, capacity: { ...set_up.capacity, overrides } };
}

/** A number somebody typed: nothing, or a capacity of zero and up; `undefined` for what is none. */
export function typedNumber(text: string): number | null | undefined {
  if (text.trim() === "") return null;
  const n = Number(text.replace(",", "."));
  return Number.isFinite(n) && n >= 0 ? n : undefined;
}

/** What the areas say, as the WIQL to begin with. */
export function wiqlOf(set_up: SetUp, piPath: string | null): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const { scope, levels } = set_up;
  const projects =
    scope.kind === "areas" ? scope.projects : "project" in scope && scope.project ? [scope.project] : [];
  const types = [...levels.features, ...levels.stories];
  const where = [
    projects.length > 0 && `[System.TeamProject] IN (${projects.map((one) => quoted(one.name)).join(", ")})`,
    types.length > 0 && `[System.WorkItemType] IN (${types.map(quoted).join(", ")})`,
    piPath !== null && `[System.IterationPath] UNDER ${quoted(piPath)}`,
  ].filter(Boolean);
  const filter = where.length > 0 ? `\nWHERE ${where.join("\n  AND ")}` : "";
  return `SELECT [System.Id]\nFROM WorkItems${filter}`;
}

export function scopeProject(scope: Scope): string | null {
  if (scope.kind === "areas") return scope.projects[0]?.id ?? null;
  return scope.kind === "local" ? null : (scope.project?.id ?? null);
}

function earliest(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}

function latest(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
}
