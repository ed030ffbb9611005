// What the page of a board counts. Pure.
import type { Tile } from "./placement";
import type { Card } from "./shapes";

/** Cards that have a team and an iteration; shadows and stories below their feature are counted elsewhere. */
export function countPlanned(tiles: Iterable<Tile>): number {
  let n = 0;
  for (const tile of tiles)
    if (tile.kind === "card" && !tile.is_nested && tile.column >= 0 && tile.team >= 0) n += 1;
  return n;
}

const known = new WeakMap<readonly Tile[], number>();

/** The same for whole cells, each counted once as long as it stays the same list. */
export function countCells(cells: readonly (readonly Tile[])[]): number {
  let n = 0;
  for (const cell of cells) {
    const n_here = known.get(cell) ?? countPlanned(cell);
    known.set(cell, n_here);
    n += n_here;
  }
  return n;
}

/** All that lies in these rows. */
export function countRows(rows: readonly { cells: readonly (readonly Tile[])[] }[]): number {
  return rows.reduce((n, row) => n + countCells(row.cells), 0);
}

/** Teams whose rows hold unpublished changes. */
export function countDraftTeams(cards: Iterable<Card>): number {
  const teams = new Set<number>();
  for (const card of cards) if (card.sync === "draft" && card.team >= 0) teams.add(card.team);
  return teams.size;
}
