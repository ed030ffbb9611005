// Dragging, keys and "Move to…" all end in the same act; here is which, and what it would do to the load. Pure.
import { movedBy } from "./apply";
import type { BoardRow } from "./filters";
import { levelOf, type Model } from "./model";
import { capacityOf, cellIndex, toneOf, type LoadTone, type Placement, type Tile } from "./placement";
import type { Act } from "./shapes";

/** A cell of the plan; column -1 is the parking lot, team `null` keeps the team. */
export interface Place {
  team: number | null;
  column: number;
}
export const PARKED: Place = { team: null, column: -1 };

/** The act of moving a tile to a place behind another card; `null` where nothing would change. */
export function moveAct(model: Model, tile: Tile, to: Place, after: string | null | undefined): Act | null {
  const team = to.team === null || to.team === tile.team ? null : to.team;
  const isSameCell = team === null && to.column === tile.column;
  if (isSameCell && (after === undefined || after === tile.card.id)) return null;
  const from: [number, number] = [tile.team, tile.column];
  const takes = movedBy(model.cards, model.frame, tile.card, from);
  if (!isSameCell && takes.length === 0) return null;
  return {
    kind: "move",
    item: tile.card.id,
    team: isParking(to) ? null : team,
    column: to.column,
    after: after ?? null,
    ...(takes.length === 1 && takes[0]?.id === tile.card.id ? {} : { from }),
  };
}

export function isParking(to: Place): boolean {
  return to.column < 0;
}

/** Why a tile cannot leave its cell, in words; `null` when it can. */
export function whyNot(model: Model, tile: Tile): string | null {
  const takes = movedBy(model.cards, model.frame, tile.card, [tile.team, tile.column]);
  return takes.length > 0
    ? null
    : `All stories of ${tile.card.number ?? tile.card.title} here are closed. They stay where they were done.`;
}

/** The points that go along when a tile leaves its cell. */
export function pointsMoved(model: Model, tile: Tile): number {
  const counts = levelOf(model.frame, tile.card) !== null;
  if (!counts) return 0;
  return movedBy(model.cards, model.frame, tile.card, [tile.team, tile.column]).reduce(
    (sum, card) => sum + (card.points ?? 0),
    0,
  );
}

export interface LoadOf {
  load: number;
  capacity: number | null;
  /** How many points it is over; 0 when it is not. */
  over: number;
  tone: LoadTone;
}

export function loadOf(model: Model, placement: Placement, team: number, column: number, extra = 0): LoadOf {
  const load = (placement.load[cellIndex(placement.n_columns, team, column)] ?? 0) + extra;
  const capacity = capacityOf(model.frame.set_up, team, column)?.capacity ?? null;
  const over = capacity !== null && load > capacity ? load - capacity : 0;
  return { load, capacity, over, tone: toneOf(load, capacity) };
}

/** The load of a cell as its row counts it: of a team against its capacity, of a type the sum of its cards. */
export function loadOfRow(
  model: Model,
  placement: Placement,
  row: Pick<BoardRow, "type" | "team" | "cells"> | undefined,
  column: number,
  extra = 0,
): LoadOf {
  if (row && row.type === null) return loadOf(model, placement, row.team, column, extra);
  const load = (row?.cells[column] ?? []).reduce((sum, tile) => sum + (tile.points ?? 0), extra);
  return { load, capacity: null, over: 0, tone: toneOf(load, null) };
}

/** The load of a place once these tiles lie there. */
export function loadAfter(
  model: Model,
  placement: Placement,
  tiles: readonly Tile[],
  to: Place,
): LoadOf | null {
  if (isParking(to)) return null;
  const team = to.team ?? tiles[0]?.team ?? -1;
  if (team < 0) return null;
  const coming = tiles.filter((tile) => tile.team !== team || tile.column !== to.column);
  const extra = coming.reduce((sum, tile) => sum + pointsMoved(model, tile), 0);
  return loadOf(model, placement, team, to.column, extra);
}

export type Arrow = "ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight";
export const ARROWS: readonly string[] = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"];

/**
 * The next cell for something carried by the keyboard, among the rows that are shown. Below the last row lies the
 * parking lot; from there the way leads back up.
 */
export function stepPlace(
  at: { team: number; column: number },
  arrow: Arrow,
  teams: readonly number[],
  n_columns: number,
  home: { team: number; column: number },
): { team: number; column: number } | null {
  const last = teams[teams.length - 1];
  if (at.column < 0) {
    if (arrow !== "ArrowUp" || last === undefined) return null;
    return { team: home.team >= 0 ? last : (teams[0] ?? last), column: Math.max(0, home.column) };
  }
  if (arrow === "ArrowLeft") return at.column > 0 ? { ...at, column: at.column - 1 } : null;
  if (arrow === "ArrowRight") return at.column < n_columns - 1 ? { ...at, column: at.column + 1 } : null;
  const row = teams.indexOf(at.team);
  const next = arrow === "ArrowUp" ? teams[row - 1] : teams[row + 1];
  if (next !== undefined) return { ...at, team: next };
  return arrow === "ArrowDown" ? { team: -1, column: -1 } : null;
}

/** Behind which card a drop before this slot lies; the tile that is moved does not count. */
export function afterOf(cell: readonly Tile[], slot: number, moved: ReadonlySet<string>): string | null {
  for (let i = Math.min(slot, cell.length) - 1; i >= 0; i -= 1) {
    const tile = cell[i];
    if (tile && !moved.has(tile.key)) return tile.card.id;
  }
  return null;
}

/** Would a drop in its own cell leave the order as it is? */
export function isSameSlot(cell: readonly Tile[], slot: number, key: string): boolean {
  const at = cell.findIndex((tile) => tile.key === key);
  return at >= 0 && (slot === at || slot === at + 1);
}
