// What the rows look like while a card is carried by the keyboard: it lies in the cell it would drop into, and a ghost
// stays where it was taken from. Pure.
import type { BoardRow } from "./filters";
import type { Tile } from "./placement";

export const GHOST = "~";

export interface Carried {
  key: string;
  team: number;
  column: number;
}

/** The row that stands for a team; where rows are types, that of the tile's type. */
export function rowOf(rows: readonly BoardRow[], tile: Pick<Tile, "card">, team: number): number {
  return rows.findIndex((row) => (row.type === null ? row.team === team : row.type === tile.card.type));
}

export function carriedRows(rows: readonly BoardRow[], tile: Tile, carried: Carried): BoardRow[] {
  if (carried.column < 0 || (carried.team === tile.team && carried.column === tile.column)) return [...rows];
  const target = rowOf(rows, tile, carried.team);
  const source = rowOf(rows, tile, tile.team);
  return rows.map((row, r) => {
    if (r !== target && r !== source) return row;
    const cells = row.cells.map((cell, column) => {
      let next = cell;
      if (r === source && column === tile.column)
        next = next.map((one) => (one.key === tile.key ? { ...one, key: `${one.key}${GHOST}` } : one));
      if (r === target && column === carried.column)
        next = [{ ...tile, team: carried.team, column: carried.column }, ...next];
      return next;
    });
    return { ...row, cells };
  });
}
