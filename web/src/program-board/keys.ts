// Where the arrow keys lead on the board: to what is drawn in that direction. Pure.
import { cellBoxes, type Box, type Layout } from "./layout";
import type { Dependency } from "./links";
import type { Arrow } from "./moves";

/** The next card in a direction; `null` where there is none. Up and down stay in the column, left and right in the row. */
export function neighbour(layout: Layout, key: string, arrow: Arrow): string | null {
  const box = layout.byKey.get(key);
  if (!box) return first(layout);
  return arrow === "ArrowUp" || arrow === "ArrowDown"
    ? vertical(layout, box, arrow === "ArrowDown" ? 1 : -1)
    : horizontal(layout, box, arrow === "ArrowRight" ? 1 : -1);
}

/** The card at the top left: where the tab key arrives before anything had the focus. */
export function first(layout: Layout): string | null {
  for (const cell of layout.cells) if (cell[0]) return cell[0].tile.key;
  return null;
}

/** The first or last card of the row, for Home and End. */
export function edgeOfRow(layout: Layout, key: string, step: 1 | -1): string | null {
  const box = layout.byKey.get(key);
  if (!box) return first(layout);
  const from = step === 1 ? layout.n_columns - 1 : 0;
  for (let column = from; column !== box.column; column -= step) {
    const found = nearest(cellBoxes(layout, box.row, column), box.y);
    if (found) return found;
  }
  return box.tile.key;
}

function vertical(layout: Layout, box: Box, step: 1 | -1): string | null {
  const cell = cellBoxes(layout, box.row, box.column);
  const beside = cell[cell.indexOf(box) + step];
  if (beside) return beside.tile.key;
  for (let row = box.row + step; row >= 0 && row < layout.rows.length; row += step) {
    const next = cellBoxes(layout, row, box.column);
    const found = step === 1 ? next[0] : next[next.length - 1];
    if (found) return found.tile.key;
  }
  return null;
}

function horizontal(layout: Layout, box: Box, step: 1 | -1): string | null {
  for (let column = box.column + step; column >= 0 && column < layout.n_columns; column += step) {
    const found = nearest(cellBoxes(layout, box.row, column), box.y);
    if (found) return found;
  }
  return null;
}

function nearest(cell: readonly Box[], y: number): string | null {
  let best: Box | null = null;
  for (const box of cell) if (best === null || Math.abs(box.y - y) < Math.abs(best.y - y)) best = box;
  return best?.tile.key ?? null;
}

/** `]` follows to what waits for a card, `[` back to what it waits for. The tile at the other end; `null` without one. */
export function follow(links: readonly Dependency[], key: string, step: 1 | -1): string | null {
  for (const one of links) {
    if (step === 1 && one.giver?.key === key && one.taker && one.taker.key !== key) return one.taker.key;
    if (step === -1 && one.taker?.key === key && one.giver && one.giver.key !== key) return one.giver.key;
  }
  return null;
}
