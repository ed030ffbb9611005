// Where each card lies, by its level, and what that makes of each cell's load. Pure.
// A story lies at its own place; a feature where its stories are, with shadow cards in the other cells they lie in.
// Load counts leaf items of one level: stories, and features that have none.
import { categoryOf, levelOf, type Cards, type Frame, type Model } from "./model";
import type { Card, ColumnSetUp, SetUp, StateCategory } from "./shapes";

/** A card in one cell. Team and column -1: the parking lot. */
export interface Tile {
  key: string;
  card: Card;
  kind: "card" | "shadow";
  /** The team in whose row its card lies; a shadow says whose it is. */
  home_team: number;
  team: number;
  column: number;
  /** What it adds to the cell: its own points, or those of its stories there. */
  points: number | null;
  category: StateCategory;
  /** Stories that lie here, without removed ones, and how many of them are closed; 0 for what has none. */
  n_stories: number;
  n_closed: number;
  /** All of its stories that lie in this cell. */
  stories: readonly Card[];
  /** A story shown below its feature, which counts its points already. */
  is_nested?: boolean;
  /** A feature whose stories are shown below it. */
  is_expanded?: boolean;
}

export interface Placement {
  n_teams: number;
  n_columns: number;
  /** By `cellIndex`; in order of rank. */
  cells: readonly (readonly Tile[])[];
  parked: readonly Tile[];
  load: readonly number[];
  /** The tile that stands for a card: its own, or that of its feature in its cell. */
  tileOf: ReadonlyMap<string, Tile>;
  byKey: ReadonlyMap<string, Tile>;
  storiesOf: ReadonlyMap<string, readonly Card[]>;
}

export function cellIndex(n_columns: number, team: number, column: number): number {
  return team * n_columns + column;
}

export function place(model: Pick<Model, "frame" | "cards">): Placement {
  const { frame, cards } = model;
  const n_teams = frame.set_up.teams.length;
  const n_columns = frame.set_up.columns.length;
  const storiesOf = groupStories(cards, model);
  const cells: Tile[][] = Array.from({ length: n_teams * n_columns }, () => []);
  const parked: Tile[] = [];
  const tileOf = new Map<string, Tile>();
  const byKey = new Map<string, Tile>();
  for (const card of cards.values()) {
    if (isInside(frame, storiesOf, card)) continue;
    for (const tile of tilesOf(frame, card, storiesOf.get(card.id))) {
      (isParked(tile) ? parked : cells[cellIndex(n_columns, tile.team, tile.column)])?.push(tile);
      noteTile({ tileOf, byKey }, tile);
    }
  }
  for (const cell of cells) cell.sort(byRank);
  parked.sort(byRank);
  const load = cells.map((cell) => loadIn(frame, cell));
  return { n_teams, n_columns, cells, parked, load, tileOf, byKey, storiesOf };
}

export const isParked = (tile: Tile): boolean => tile.team < 0 || tile.column < 0;

export function noteTile(
  { tileOf, byKey }: Record<"tileOf" | "byKey", { set: (key: string, tile: Tile) => unknown }>,
  tile: Tile,
): void {
  byKey.set(tile.key, tile);
  for (const story of tile.stories) tileOf.set(story.id, tile);
  if (tile.kind === "card") tileOf.set(tile.card.id, tile);
}

/** What the tiles of a cell add up to. What is of no level counts nowhere, nor what was removed. */
export function loadIn(frame: Frame, cell: readonly Tile[]): number {
  let load = 0;
  for (const { card, stories, category, points } of cell) {
    const counts = stories.length > 0 || (category !== "removed" && levelOf(frame, card) !== null);
    if (counts) load += points ?? 0;
  }
  return load;
}

/** A story that its feature stands for has no tile of its own. */
export function isInside(frame: Frame, storiesOf: Placement["storiesOf"], card: Card): boolean {
  return card.parent !== null && storiesOf.has(card.parent) && levelOf(frame, card) === "story";
}

/** The tiles of a card that stands for itself: one, or of a feature with stories one in each cell they lie in. */
export function tilesOf(frame: Frame, card: Card, stories: readonly Card[] | undefined): readonly Tile[] {
  const category = categoryOf(frame, card);
  if (stories) return knownTiles(card, stories, category, frame);
  const [team, column] =
    card.placed && levelOf(frame, card) === "feature" ? card.placed : [card.team, card.column];
  return [knownTile(card, team < 0 || column < 0 ? [-1, -1] : [team, column], category)];
}

const NONE: readonly Card[] = [];

function tile(
  card: Card,
  [team, column]: readonly [number, number],
  rest: Omit<Tile, "key" | "card" | "team" | "column">,
): Tile {
  const key = rest.kind === "card" ? card.id : `${card.id}@${team},${column}`;
  return { key, card, team, column, ...rest };
}

const lone = new WeakMap<Card, Tile>();

/** The tile of a card without stories; the same one as long as nothing of it has changed. */
function knownTile(card: Card, at: readonly [number, number], category: StateCategory): Tile {
  const before = lone.get(card);
  if (before && before.team === at[0] && before.column === at[1] && before.category === category)
    return before;
  const made = tile(card, at, {
    home_team: at[0],
    kind: "card",
    points: card.points,
    category,
    n_stories: 0,
    n_closed: 0,
    stories: NONE,
  });
  lone.set(card, made);
  return made;
}

function groupStories(cards: Cards, { frame }: Pick<Model, "frame">): Map<string, Card[]> {
  const groups = new Map<string, Card[]>();
  for (const card of cards.values()) {
    if (card.parent === null || levelOf(frame, card) !== "story") continue;
    const parent = cards.get(card.parent);
    if (!parent || levelOf(frame, parent) !== "feature") continue;
    const group = groups.get(parent.id);
    if (group) group.push(card);
    else groups.set(parent.id, [card]);
  }
  return groups;
}

/** Tiles of a feature as they were made last. Cards are replaced when they change, never written to. */
interface Known {
  frame: Frame;
  stories: readonly Card[];
  tiles: readonly Tile[];
}
const made = new WeakMap<Card, Known>();

/** Its tiles; the same ones as long as nothing of it has changed: one change on a large board makes one feature anew. */
function knownTiles(
  feature: Card,
  stories: readonly Card[],
  category: StateCategory,
  frame: Frame,
): readonly Tile[] {
  const before = made.get(feature);
  const isSame =
    before?.frame === frame &&
    before.stories.length === stories.length &&
    before.stories.every((story, i) => story === stories[i]);
  if (before && isSame) return before.tiles;
  const tiles = tilesOfFeature(feature, stories, category, frame);
  made.set(feature, { frame, stories, tiles });
  return tiles;
}

/** What of a feature lies in one cell. */
interface Share {
  at: [number, number];
  stories: Card[];
  points: number | null;
  n_stories: number;
  n_closed: number;
}

function emptyShare(at: [number, number]): Share {
  return { at, stories: [], points: null, n_stories: 0, n_closed: 0 };
}

function tilesOfFeature(
  feature: Card,
  stories: readonly Card[],
  category: StateCategory,
  frame: Frame,
): Tile[] {
  const n_columns = frame.set_up.columns.length;
  const index = ([team, column]: readonly [number, number]) =>
    team < 0 ? -1 : cellIndex(n_columns, team, column);
  const shares = new Map<number, Share>();
  for (const story of stories) {
    const state = categoryOf(frame, story);
    const at: [number, number] = story.team < 0 || story.column < 0 ? [-1, -1] : [story.team, story.column];
    const share = shares.get(index(at)) ?? emptyShare(at);
    shares.set(index(at), share);
    share.stories.push(story);
    if (state === "removed") continue;
    share.n_stories += 1;
    if (state === "completed") share.n_closed += 1;
    if (story.points !== null) share.points = (share.points ?? 0) + story.points;
  }
  const home = homeOf(feature, [...shares.values()]);
  if (!shares.has(index(home))) shares.set(index(home), emptyShare(home));
  return [...shares.values()].map(({ at, ...here }) =>
    tile(feature, at, {
      kind: index(at) === index(home) ? "card" : "shadow",
      home_team: home[0],
      category,
      ...here,
    }),
  );
}

/** The first column in which its own team works on it; else the team that does most of it. */
function homeOf(feature: Card, cells: readonly Share[]): [number, number] {
  const planned = cells.filter((cell) => cell.at[1] >= 0);
  if (planned.length === 0) {
    const [team, column] = feature.placed ?? [feature.team, feature.column];
    return team < 0 || column < 0 ? [-1, -1] : [team, column];
  }
  const team = planned.some((cell) => cell.at[0] === feature.team) ? feature.team : busiest(planned);
  const columns = planned.filter((cell) => cell.at[0] === team).map((cell) => cell.at[1]);
  return [team, Math.min(...columns)];
}

function busiest(cells: readonly Share[]): number {
  const work = new Map<number, number>();
  for (const { at, points, stories } of cells)
    work.set(at[0], (work.get(at[0]) ?? 0) + (points ?? 0) + stories.length / 1000);
  return [...work].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? -1;
}

/** Cards by rank, then shadows of what lies elsewhere. */
export function byRank(a: Tile, b: Tile): number {
  if (a.kind !== b.kind) return a.kind === "card" ? -1 : 1;
  if (a.card.rank !== b.card.rank) return a.card.rank < b.card.rank ? -1 : 1;
  const byNumber = (a.card.number ?? Infinity) - (b.card.number ?? Infinity);
  return Number.isNaN(byNumber) || byNumber === 0 ? (a.key < b.key ? -1 : 1) : byNumber;
}

/** What a team can take in an iteration, and how that number came about. `null`: nobody has said. */
export interface Capacity {
  capacity: number;
  velocity: number | null;
  /** Part of a usual iteration that this one is, 1 for a whole one. */
  share: number;
  isTyped: boolean;
}

export function capacityOf(set_up: SetUp, team: number, column: number): Capacity | null {
  const row = set_up.teams[team];
  const iteration = set_up.columns[column];
  if (!row || !iteration) return null;
  const share = shareOf(set_up.columns, column);
  const typed = set_up.capacity.overrides.find(
    (one) => one.team_id === row.id && one.column_id === iteration.id,
  );
  if (typed) return { capacity: typed.capacity, velocity: row.velocity, share, isTyped: true };
  if (set_up.capacity.kind === "typed" || row.velocity === null) return null;
  return { capacity: Math.round(row.velocity * share), velocity: row.velocity, share, isTyped: false };
}

/** How long an iteration is, compared with the usual one (the median). */
export function shareOf(columns: readonly ColumnSetUp[], column: number): number {
  const lengths = columns.map(lengthOf);
  const known = lengths.filter((length): length is number => length !== null).sort((a, b) => a - b);
  const usual = known[Math.floor(known.length / 2)];
  const own = lengths[column];
  return usual && own ? own / usual : 1;
}

function lengthOf(column: ColumnSetUp): number | null {
  if (column.start_on === null || column.finish_on === null) return null;
  const days = (Date.parse(column.finish_on) - Date.parse(column.start_on)) / 86_400_000 + 1;
  return days > 0 ? days : null;
}

export type LoadTone = "ok" | "near" | "over";

/** Up to 94 % is calm, up to 100 % close, above it over. */
export function toneOf(load: number, capacity: number | null): LoadTone {
  if (capacity === null || load === 0) return "ok";
  if (load > capacity) return "over";
  return load / capacity >= 0.945 ? "near" : "ok";
}

/** The tile by its key; a story that its feature stands for gets one of its own, to act on it alone. */
export function tileFor(placement: Placement, cards: Cards, key: string): Tile | undefined {
  const known = placement.byKey.get(key);
  if (known) return known;
  const card = cards.get(key);
  const shown = placement.tileOf.get(key);
  if (!card || !shown) return undefined;
  return {
    key: card.id,
    card,
    kind: "card",
    home_team: shown.team,
    team: shown.team,
    column: shown.column,
    points: card.points,
    category: shown.category,
    n_stories: 0,
    n_closed: 0,
    stories: NONE,
  };
}
