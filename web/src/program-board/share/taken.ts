// Which cards a table takes along: those of the tiles that the filter leaves, each with its stories in that cell. Pure.
import type { BoardRow } from "../filters";
import type { Tile } from "../placement";

export function cardsOf(rows: readonly BoardRow[], parked: readonly Tile[]): string[] {
  const ids = new Set<string>();
  const take = (tile: Tile) => {
    ids.add(tile.card.id);
    for (const story of tile.stories) ids.add(story.id);
  };
  for (const row of rows) row.cells.forEach((cell) => cell.forEach(take));
  parked.forEach(take);
  return [...ids];
}
