// Which cards are shown, which rows they stand in, and what a word finds. Pure.
import type { Filter, Group, SyncFilter } from "./filter";
import { categoryOf, type Model } from "./model";
import type { Row } from "./layout";
import type { Dependencies, Health } from "./links";
import { byRank, cellIndex, type Placement, type Tile } from "./placement";
import type { Card, CardSync, StateCategory } from "./shapes";

/** How many kinds of filter are set. */
export function countFilters(filter: Filter): number {
  const lists = [
    filter.teams,
    filter.types,
    filter.states,
    filter.people,
    filter.tags,
    filter.health,
    filter.sync,
  ];
  return (
    lists.filter((list) => list.length > 0).length +
    Number(filter.only_problems) +
    Number(filter.since !== null)
  );
}

const DECISIONS: readonly CardSync[] = ["conflict", "refused", "needs_token", "deleted_there"];
export function syncGroup(sync: CardSync): SyncFilter {
  if (sync === "in_step") return "in_step";
  return DECISIONS.includes(sync) ? "decision" : "waiting";
}

/** May this tile be seen? Its feature, or one of its stories here, has to match. */
export function matchesTile(model: Model, dependencies: Dependencies, filter: Filter, tile: Tile): boolean {
  if (countFilters({ ...filter, teams: [] }) === 0) return true;
  if (filter.health.length > 0 || filter.only_problems) {
    const links = dependencies.byTile.get(tile.key) ?? [];
    const has = (health: Health) => links.some((one) => !one.is_done && one.health === health);
    if (filter.health.length > 0 && !filter.health.some(has)) return false;
    const isProblem =
      has("bad") ||
      has("risk") ||
      [tile.card, ...tile.stories].some((card) => syncGroup(card.sync) === "decision");
    if (filter.only_problems && !isProblem) return false;
  }
  return [tile.card, ...tile.stories].some((card) => matchesCard(model, filter, card));
}

function matchesCard(model: Model, filter: Filter, card: Card): boolean {
  const among = <T>(list: readonly T[], value: T) => list.length === 0 || list.includes(value);
  return (
    among(filter.types, card.type) &&
    among(filter.states, categoryOf(model.frame, card)) &&
    among(filter.people, card.assignee?.name ?? "") &&
    among(filter.sync, syncGroup(card.sync)) &&
    (filter.tags.length === 0 || filter.tags.some((tag) => card.tags.includes(tag))) &&
    (filter.since === null || card.change > filter.since)
  );
}

/** A row of the board: a team, or all cards of one type. */
export interface BoardRow extends Row {
  /** Index of the team; -1 where rows are types. */
  team: number;
  type: string | null;
}

/** The teams that have a row. */
export function shownTeams(model: Model, filter: Filter): number[] {
  return model.frame.set_up.teams.flatMap((team, index) =>
    team.is_shown && (filter.teams.length === 0 || filter.teams.includes(team.id)) ? [index] : [],
  );
}

export function rowsOf(
  model: Model,
  placement: Placement,
  dependencies: Dependencies,
  filter: Filter,
  group: Group,
): BoardRow[] {
  const teams = shownTeams(model, filter);
  const columns = model.frame.set_up.columns.map((_, column) => column);
  const isFree = countFilters({ ...filter, teams: [] }) === 0;
  const shown = (team: number, column: number): readonly Tile[] => {
    const cell = placement.cells[cellIndex(placement.n_columns, team, column)] ?? [];
    return isFree ? cell : cell.filter((tile) => matchesTile(model, dependencies, filter, tile));
  };
  if (group === "team")
    return teams.map((team) => ({
      key: model.frame.set_up.teams[team]?.id ?? String(team),
      team,
      type: null,
      cells: columns.map((column) => shown(team, column)),
    }));
  const byType = new Map<string, Tile[][]>();
  for (const column of columns)
    for (const team of teams)
      for (const tile of shown(team, column)) {
        let cells = byType.get(tile.card.type);
        if (!cells) byType.set(tile.card.type, (cells = columns.map(() => [])));
        cells[column]?.push(tile);
      }
  return model.frame.types.flatMap(({ name }) => {
    const cells = byType.get(name);
    if (!cells) return [];
    cells.forEach((cell) => cell.sort((a, b) => a.team - b.team || byRank(a, b)));
    return [{ key: name, team: -1, type: name, cells }];
  });
}

/** Keys of the tiles a word finds, in the order of the board: by number, title, tag, person or a story's title. */
export function find(rows: readonly BoardRow[], parked: readonly Tile[], word: string): string[] {
  const wanted = word.trim().toLocaleLowerCase();
  if (wanted === "") return [];
  const matches = (card: Card) =>
    String(card.number ?? "").startsWith(wanted.replace(/^#/, "")) ||
    card.title.toLocaleLowerCase().includes(wanted) ||
    (card.assignee?.name.toLocaleLowerCase().includes(wanted) ?? false) ||
    card.tags.some((tag) => tag.toLocaleLowerCase() === wanted);
  // Stories that lie open below their feature are found there.
  const found = (tile: Tile) => matches(tile.card) || (!tile.is_expanded && tile.stories.some(matches));
  const keys = rows.flatMap((row) => row.cells.flatMap((cell) => cell.filter(found).map((tile) => tile.key)));
  return [...keys, ...parked.filter(found).map((tile) => tile.key)];
}

/** Every value a filter can take on this board, with how many cards have it. */
export function optionsOf(model: Model): {
  types: [string, number][];
  states: [StateCategory, number][];
  people: [string, number][];
  tags: [string, number][];
  sync: Record<SyncFilter, number>;
} {
  const types = new Map<string, number>();
  const states = new Map<StateCategory, number>();
  const people = new Map<string, number>();
  const tags = new Map<string, number>();
  const sync: Record<SyncFilter, number> = { in_step: 0, waiting: 0, decision: 0 };
  const add = <K>(map: Map<K, number>, key: K) => map.set(key, (map.get(key) ?? 0) + 1);
  for (const card of model.cards.values()) {
    add(types, card.type);
    add(states, categoryOf(model.frame, card));
    add(people, card.assignee?.name ?? "");
    for (const tag of card.tags) add(tags, tag);
    sync[syncGroup(card.sync)] += 1;
  }
  const byName = (a: [string, number], b: [string, number]) => a[0].localeCompare(b[0]);
  const order: readonly StateCategory[] = ["proposed", "in_progress", "resolved", "completed", "removed"];
  return {
    types: [...types].sort((a, b) => b[1] - a[1]),
    states: order.flatMap((state): [StateCategory, number][] => {
      const n = states.get(state);
      return n === undefined ? [] : [[state, n]];
    }),
    people: [...people].sort(byName),
    tags: [...tags].sort((a, b) => b[1] - a[1] || byName(a, b)),
    sync,
  };
}
