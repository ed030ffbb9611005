// What the board says, each thing once: names of cards, loads, moves and links in words. Pure.
import { day } from "../ui/time";
import { movedBy } from "./apply";
import { HEALTH_WORDS, type Dependency } from "./links";
import { cardName, levelOf, type Model } from "./model";
import { isParking, loadAfter, type LoadOf, type Place } from "./moves";
import type { Placement, Tile } from "./placement";
import type { Card, CardSync, ColumnSetUp, SetUp } from "./shapes";

export const SYNC_WORDS: Record<Exclude<CardSync, "in_step">, { word: string; says: string }> = {
  waiting: { word: "Waiting", says: "Waiting to be written to Azure DevOps" },
  draft: { word: "Unpublished", says: "Unpublished change" },
  conflict: { word: "Conflict", says: "Conflict: needs a decision" },
  refused: { word: "Refused", says: "Refused: needs a decision" },
  needs_token: { word: "Held", says: "Held: needs a token" },
  out_of_sight: { word: "Out of sight", says: "Out of sight: the connection can no longer read it" },
  deleted_there: { word: "Deleted", says: "Deleted in Azure DevOps" },
  held: { word: "Held", says: "Held" },
};

/** The number a person calls a card by; its title while it has none. */
export function short(card: Pick<Card, "number" | "title">): string {
  return card.number === null ? `“${card.title}”` : String(card.number);
}

/** `8`, `2.5`; `–` where nobody has estimated. */
export function points(value: number | null): string {
  return value === null ? "–" : String(Math.round(value * 10) / 10);
}

export function placeName(set_up: SetUp, team: number, column: number): string {
  if (column < 0) return "parking lot";
  const where = set_up.columns[column]?.name ?? "";
  const who = set_up.teams[team]?.name;
  return who ? `${who}, ${where}` : where;
}

/** `load 26 of 20, 6 over`. */
export function loadWords(load: LoadOf): string {
  const base = `load ${points(load.load)}${load.capacity === null ? "" : ` of ${points(load.capacity)}`}`;
  return load.over > 0 ? `${base}, ${points(load.over)} over` : base;
}

/** `load 26 / 20, 6 over`: a name that holds what its bar shows, so that it can be spoken to. */
export function loadName(load: LoadOf): string {
  const base = `load ${points(load.load)}${load.capacity === null ? "" : ` / ${points(load.capacity)}`}`;
  return load.over > 0 ? `${base}, ${points(load.over)} over` : base;
}

/** `4112, Customs, Sprint 43, load 26 of 20, 6 over.` */
export function carryWords(model: Model, placement: Placement, tile: Tile, to: Place): string {
  const load = loadAfter(model, placement, [tile], to);
  const team = to.team ?? tile.team;
  const where = isParking(to) ? "parking lot" : placeName(model.frame.set_up, team, to.column);
  return `${short(tile.card)}, ${where}${load ? `, ${loadWords(load)}` : ""}.`;
}

/** `4106 moved to Quay, Sprint 43`. */
export function movedWords(set_up: SetUp, tiles: readonly Tile[], to: Place): string {
  const first = tiles[0];
  if (!first) return "";
  const what = tiles.length === 1 ? short(first.card) : `${tiles.length} cards`;
  if (isParking(to)) return `${what} moved to the parking lot`;
  return `${what} moved to ${placeName(set_up, to.team ?? first.team, to.column)}`;
}

/** `Waits for 4090 Check IMO numbers`, seen from one of the two cards. */
export function linkWords(model: Model, one: Dependency, id: string): string {
  const isTaker = one.to === id;
  const other = isTaker ? one.from : one.to;
  const card = other === null ? undefined : model.cards.get(other);
  const title = card ? card.title : one.outside === null ? null : model.frame.outside.get(one.outside);
  const number = card ? card.number : one.outside;
  return [isTaker ? "Waits for" : "Needed by", number ?? "new", title].filter(Boolean).join(" ");
}

/** Short, for a chip: `Waits for 4090 · same sprint`. */
export function chipWords(model: Model, one: Dependency, id: string): string {
  const isTaker = one.to === id;
  const other = isTaker ? one.from : one.to;
  const number = other === null ? one.outside : model.cards.get(other)?.number;
  return `${isTaker ? "Waits for" : "Needed by"} ${number ?? "new"} · ${HEALTH_WORDS[one.health]}`;
}

/** Everything a card shows, as one name: type, number, title, state, points, who, what is not in step, dependencies. */
export function tileName(model: Model, tile: Tile, links: readonly Dependency[], sync: CardSync): string {
  const { card } = tile;
  const unit = model.frame.set_up.unit.name;
  const parts = [`${cardName(card)}, ${card.title}`];
  if (tile.kind === "shadow") {
    const owner = model.frame.set_up.teams[tile.home_team]?.name;
    parts.push(
      owner && tile.home_team !== tile.team ? `stories of ${owner}’s feature` : "later stories of it",
    );
  }
  if (card.state !== "") parts.push(card.state);
  if (tile.points !== null) parts.push(`${points(tile.points)} ${unit}`);
  if (tile.n_stories > 0) parts.push(`${tile.n_closed} of ${tile.n_stories} stories closed`);
  parts.push(card.assignee ? card.assignee.name : "unassigned");
  if (sync !== "in_step") parts.push(SYNC_WORDS[sync].says);
  for (const one of links)
    if (!one.is_done && one.health !== "ok")
      parts.push(chipWords(model, one, ownEnd(one, tile)).replace(" · ", ", "));
  const n_ok = links.filter((one) => !one.is_done && one.health === "ok").length;
  if (n_ok > 0) parts.push(`${n_ok} on track ${n_ok === 1 ? "dependency" : "dependencies"}`);
  return parts.join(", ");
}

/** Which end of a dependency lies in this tile. */
export function ownEnd(one: Dependency, tile: Tile): string {
  return (one.taker === tile ? one.to : one.from) ?? "";
}

/** `28 Sep – 9 Oct`, `12 – 23 Oct`. */
export function datesOf(column: Pick<ColumnSetUp, "start_on" | "finish_on">, now_ms: number): string {
  const { start_on, finish_on } = column;
  if (start_on === null || finish_on === null) return "";
  const start = day(start_on, now_ms);
  const finish = day(finish_on, now_ms);
  const isOneMonth = start_on.slice(0, 7) === finish_on.slice(0, 7);
  return isOneMonth ? `${start.split(" ")[0]} – ${finish}` : `${start} – ${finish}`;
}

/** The column a calendar date lies in, and how far into it, 0 to 1; `null` outside of all. */
export function dateAt(
  columns: readonly ColumnSetUp[],
  date: string,
): { column: number; part: number } | null {
  for (let k = 0; k < columns.length; k += 1) {
    const column = columns[k];
    if (!column?.start_on || !column.finish_on || date < column.start_on) continue;
    // The days between two iterations belong to the one before.
    const end = columns[k + 1]?.start_on;
    if (date > column.finish_on && !(end && date < end)) continue;
    const length = Date.parse(column.finish_on) - Date.parse(column.start_on) + 86_400_000;
    return { column: k, part: Math.min(1, (Date.parse(date) - Date.parse(column.start_on)) / length) };
  }
  return null;
}

/** What a move will write to Azure DevOps, before it is made. */
export function writesWords(model: Model, tiles: readonly Tile[], to: Place): string {
  if (model.board.is_local) return "";
  const { set_up } = model.frame;
  let n_items = 0;
  let n_areas = 0;
  let n_placed = 0;
  for (const tile of tiles) {
    const takes = movedBy(model.cards, model.frame, tile.card, [tile.team, tile.column]);
    const isPlaced =
      levelOf(model.frame, tile.card) === "feature" &&
      takes.length === 1 &&
      takes[0] === tile.card &&
      !set_up.writes_feature_place;
    if (isPlaced) n_placed += 1;
    else n_items += takes.length;
    if (!isPlaced && to.team !== null && to.team !== tile.team) n_areas += takes.length;
  }
  if (n_items === 0)
    return n_placed > 0 ? "Writes nothing: the place of a feature is kept here." : "Writes nothing.";
  const path = isParking(to)
    ? `iteration path to ${set_up.pi?.name ?? "the PI"}`
    : `iteration path to ${set_up.columns[to.column]?.name ?? ""}`;
  const area =
    n_areas > 0 && to.team !== null ? ` and area path to ${set_up.teams[to.team]?.name ?? ""}` : "";
  const what = `${n_items} ${n_items === 1 ? "work item" : "work items"}`;
  const when = model.board.write_mode === "hold" ? "Once published: writes" : "Writes";
  return `${when} the ${path}${area} of ${what}.`;
}
