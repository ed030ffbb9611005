// Where everything on the board lies, in px, by arithmetic alone: nothing is ever measured. Pure.
// One plane: the sticky header takes its first `head_h`, the sticky team column its first `team_w`.
import type { Tile } from "./placement";
import { SharedMap } from "./sharedMap";
import { needsTwoLines } from "./textWidth";

export type Density = "comfortable" | "compact" | "fit";

/** The sizes of one density; the style sheet draws what these numbers promise. */
export interface Metrics {
  head_h: number;
  /** Between the header and the first row, so that the header hides nothing of a target in it. */
  lead: number;
  column_min: number;
  gutter: number;
  pad_top: number;
  load_h: number;
  gap: number;
  card_h: number;
  /** The height of a story below its expanded feature, and how far it stands in. */
  nested_h: number;
  nested_x: number;
  /** What a second line of the title adds; 0 where titles keep to one. */
  line_h: number;
  /** The width beside the title inside a card. */
  card_pad_x: number;
  title_px: number;
  pad_bottom: number;
  row_min: number;
  /** Rows share the height that is left over. */
  stretches: boolean;
  /** The team's name stands above its cell instead of beside it. */
  row_head_h: number;
  chip_h: number;
}

const COMFORTABLE: Metrics = {
  head_h: 50,
  lead: 0,
  column_min: 168,
  gutter: 13,
  pad_top: 8,
  load_h: 15,
  gap: 5,
  card_h: 48,
  nested_h: 28,
  nested_x: 10,
  line_h: 16,
  card_pad_x: 21,
  title_px: 12,
  pad_bottom: 14,
  row_min: 75,
  stretches: false,
  row_head_h: 0,
  chip_h: 0,
};
export const METRICS: Record<Density, Metrics> = {
  comfortable: COMFORTABLE,
  compact: {
    ...COMFORTABLE,
    gutter: 11,
    pad_top: 6,
    load_h: 14,
    gap: 4,
    card_h: 28,
    line_h: 0,
    pad_bottom: 11,
    row_min: 62,
  },
  fit: {
    ...COMFORTABLE,
    head_h: 45,
    lead: 3,
    gutter: 9,
    pad_top: 3,
    load_h: 13,
    // With 20 px of card that makes 24 from one target to the next (WCAG 2.5.8).
    gap: 4,
    card_h: 20,
    nested_h: 20,
    nested_x: 8,
    line_h: 0,
    pad_bottom: 7,
    row_min: 31,
    stretches: true,
  },
};
const PHONE: Metrics = {
  ...COMFORTABLE,
  head_h: 0,
  gutter: 12,
  pad_top: 4,
  load_h: 16,
  card_h: 66,
  nested_h: 36,
  nested_x: 12,
  line_h: 20,
  card_pad_x: 26,
  title_px: 14,
  pad_bottom: 15,
  row_min: 0,
  row_head_h: 42,
  chip_h: 25,
};

/** The height of a row of which only the loads are shown: its name has one line beside them. */
const FOLDED_MIN = 34;

export interface Row {
  key: string;
  /** Tiles by column, in the order they lie. */
  cells: readonly (readonly Tile[])[];
  /** Only its loads are shown. */
  is_folded?: boolean;
}
export interface Box {
  tile: Tile;
  x: number;
  y: number;
  w: number;
  h: number;
  lines: 1 | 2;
  row: number;
  column: number;
}
export interface RowBox {
  key: string;
  y: number;
  h: number;
}
export interface Layout {
  wanted: Wanted;
  metrics: Metrics;
  density: Density;
  /** The one column a phone shows; `null` where all are side by side. */
  only_column: number | null;
  team_w: number;
  width: number;
  height: number;
  n_columns: number;
  /** Left edges of the columns, and the right edge of the last. */
  column_x: readonly number[];
  rows: readonly RowBox[];
  /** By `row * n_columns + column`, from top to bottom. */
  cells: readonly (readonly Box[])[];
  byKey: ReadonlyMap<string, Box>;
}

export interface Wanted {
  rows: readonly Row[];
  n_columns: number;
  density: Density;
  /** What the scroller shows at a time. */
  view_w: number;
  view_h: number;
  team_w: number;
  only_column?: number | null;
  /** Chips below the title on a phone: "Waits for 4090 · same sprint". */
  n_chips?: (tile: Tile) => number;
}

/** Of `before`, all boxes of the cells that hold the same tiles stay the objects they were, if their row has not moved. */
export function layOut(wanted: Wanted, before: Layout | null = null): Layout {
  const { rows, n_columns, density, only_column = null } = wanted;
  const isPhone = only_column !== null;
  const metrics = isPhone ? PHONE : METRICS[density];
  const team_w = isPhone ? 0 : wanted.team_w;
  const column_x = isPhone ? [0, wanted.view_w] : columnsIn(wanted, metrics, team_w);
  const known = before && isLike(before.wanted, wanted) ? before : null;
  const columns = Array.from({ length: n_columns }, (_, column) => column);

  // Cells of which nothing is known are laid out as if their row lay at the very top.
  const stacks = rows.map((_, row) =>
    columns.map((column): Stack => {
      const tiles = tilesIn(wanted, row, column);
      if (known && tilesIn(known.wanted, row, column) === tiles)
        return { top: known.rows[row]?.y ?? 0, boxes: cellBoxes(known, row, column) };
      return { top: 0, boxes: stack(tiles, row, column) };
    }),
  );
  const heights = rows.map((row, r) => rowHeight(row, stacks[r] ?? [], metrics));
  stretch(heights, metrics, wanted.view_h);

  const rowBoxes: RowBox[] = [];
  const cells: (readonly Box[])[] = [];
  let y = metrics.head_h + metrics.lead;
  rows.forEach((row, r) => {
    const h = heights[r] ?? 0;
    rowBoxes.push({ key: row.key, y, h });
    for (const { boxes, top } of stacks[r] ?? [])
      cells.push(y === top ? boxes : boxes.map((box) => ({ ...box, y: box.y + y - top })));
    y += h;
  });

  function stack(tiles: readonly Tile[], row: number, column: number): Box[] {
    const at = isPhone ? 0 : column;
    const x = (column_x[at] ?? 0) + metrics.gutter;
    const w = (column_x[at + 1] ?? 0) - metrics.gutter - x;
    let below = headOf(metrics) + metrics.gap;
    return tiles.map((tile) => {
      const lines = linesOf(tile, metrics, w);
      const h = cardHeight(tile, metrics, lines, wanted.n_chips);
      const inset = tile.is_nested ? metrics.nested_x : 0;
      const box: Box = { tile, x: x + inset, y: below, w: w - inset, h, lines, row, column };
      below += h + metrics.gap;
      return box;
    });
  }

  return {
    wanted,
    metrics,
    density,
    only_column,
    team_w,
    width: column_x[column_x.length - 1] ?? team_w,
    height: y,
    n_columns,
    column_x,
    rows: rowBoxes,
    cells,
    byKey: boxesByKey(cells, known),
  };
}

/** Lays out one board after the other, each from the last. */
export function layouter(): (wanted: Wanted) => Layout {
  let last: Layout | null = null;
  return (wanted) => (last = layOut(wanted, last));
}

/** The boxes of a cell in a row whose upper edge is at `top`. */
interface Stack {
  top: number;
  boxes: readonly Box[];
}

const NO_TILES: readonly Tile[] = [];

/** What lies open in a cell. */
function tilesIn({ rows, only_column = null }: Wanted, row: number, column: number): readonly Tile[] {
  const at = rows[row];
  const isShown = at && !at.is_folded && (only_column === null || column === only_column);
  return (isShown ? at.cells[column] : undefined) ?? NO_TILES;
}

/** Does a cell with the same tiles look the same in both? */
function isLike(a: Wanted, b: Wanted): boolean {
  const same = ["n_columns", "density", "view_w", "team_w", "only_column", "n_chips"] as const;
  return a.rows.length === b.rows.length && same.every((name) => a[name] === b[name]);
}

function boxesByKey(cells: readonly (readonly Box[])[], known: Layout | null): ReadonlyMap<string, Box> {
  const changed = known ? cells.filter((boxes, i) => boxes !== known.cells[i]) : cells;
  const byKey = known ? SharedMap.copy(known.byKey) : new Map<string, Box>();
  known?.cells.forEach(
    (boxes, i) => boxes !== cells[i] && boxes.forEach((box) => byKey.delete(box.tile.key)),
  );
  for (const boxes of changed) for (const box of boxes) byKey.set(box.tile.key, box);
  return byKey;
}

function columnsIn({ view_w, n_columns }: Wanted, metrics: Metrics, team_w: number): number[] {
  const each = Math.max(metrics.column_min, (view_w - team_w) / Math.max(1, n_columns));
  return Array.from({ length: n_columns + 1 }, (_, k) => Math.round(team_w + k * each));
}

function linesOf(tile: Tile, metrics: Metrics, card_w: number): 1 | 2 {
  if (metrics.line_h === 0 || tile.is_nested) return 1;
  return needsTwoLines(tile.card.title, metrics.title_px, card_w - metrics.card_pad_x) ? 2 : 1;
}

function cardHeight(tile: Tile, metrics: Metrics, lines: number, n_chips: Wanted["n_chips"]): number {
  if (tile.is_nested) return metrics.nested_h;
  return metrics.card_h + (lines - 1) * metrics.line_h + (n_chips?.(tile) ?? 0) * metrics.chip_h;
}

/** From the upper edge of a row to where its cards begin, but for the gap above each. */
function headOf(metrics: Metrics): number {
  return metrics.row_head_h + metrics.pad_top + metrics.load_h;
}

function rowHeight(row: Row, stacks: readonly Stack[], metrics: Metrics): number {
  const free = headOf(metrics) + metrics.pad_bottom + 1;
  if (row.is_folded) return Math.max(FOLDED_MIN, free);
  const ends = stacks.map(({ boxes, top }) => {
    const last = boxes[boxes.length - 1];
    return last ? last.y + last.h - top + metrics.pad_bottom + 1 : free;
  });
  return Math.max(metrics.row_min, ...ends);
}

function stretch(heights: number[], metrics: Metrics, view_h: number): void {
  const left = view_h - metrics.head_h - metrics.lead - heights.reduce((sum, h) => sum + h, 0);
  if (!metrics.stretches || heights.length === 0 || left <= 0) return;
  const each = Math.floor(left / heights.length);
  const rest = left - each * heights.length;
  heights.forEach((h, i) => (heights[i] = h + each + (i < rest ? 1 : 0)));
}

/** The row at this height: the first whose lower edge lies below it. */
export function rowAt(layout: Layout, y: number): number {
  let low = 0;
  let high = layout.rows.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    const row = layout.rows[mid];
    if (row && row.y + row.h <= y) low = mid + 1;
    else high = mid;
  }
  return low;
}

export function columnAt(layout: Layout, x: number): number {
  if (layout.only_column !== null) return layout.only_column;
  for (let k = layout.n_columns - 1; k >= 0; k -= 1) if (x >= (layout.column_x[k] ?? 0)) return k;
  return -1;
}

export interface Hit {
  row: number;
  column: number;
  box: Box | null;
  /** Before which card of the cell a drop here would lie. */
  slot: number;
}

/** What lies at a point of the plane; `null` outside of every cell. */
export function hit(layout: Layout, x: number, y: number): Hit | null {
  const row = rowAt(layout, y);
  const column = columnAt(layout, x);
  const at = layout.rows[row];
  if (
    !at ||
    y < at.y ||
    column < 0 ||
    x >= layout.width ||
    (layout.only_column === null && x < layout.team_w)
  )
    return null;
  const cell = cellBoxes(layout, row, column);
  const box = cell.find((one) => y >= one.y && y < one.y + one.h && x >= one.x && x < one.x + one.w) ?? null;
  const slot = cell.findIndex((one) => y < one.y + one.h / 2);
  return { row, column, box, slot: slot < 0 ? cell.length : slot };
}

export function cellBoxes(layout: Layout, row: number, column: number): readonly Box[] {
  return layout.cells[row * layout.n_columns + column] ?? [];
}

export interface CellRect {
  x: number;
  y: number;
  w: number;
  h: number;
}

export function cellRect(layout: Layout, row: number, column: number): CellRect {
  const at = layout.only_column === null ? column : 0;
  const x = layout.column_x[at] ?? 0;
  const box = layout.rows[row];
  const head = layout.metrics.row_head_h;
  return { x, y: (box?.y ?? 0) + head, w: (layout.column_x[at + 1] ?? x) - x, h: (box?.h ?? 0) - head };
}

export interface View {
  x: number;
  y: number;
  w: number;
  h: number;
}
export interface Window {
  /** First row in view, and the first one after. */
  rows: readonly [number, number];
  columns: readonly [number, number];
  boxes: readonly Box[];
}

/** What has to be in the document for this view: a margin around it, so that a scroll never shows a hole. */
export function windowOf(layout: Layout, view: View, margin: number): Window {
  const top = view.y - margin;
  const bottom = view.y + view.h + margin;
  const from = rowAt(layout, Math.max(top, layout.metrics.head_h));
  let to = from;
  while (to < layout.rows.length && (layout.rows[to]?.y ?? 0) < bottom) to += 1;
  const columns: [number, number] = [0, layout.n_columns];
  if (layout.only_column === null) {
    columns[0] = Math.max(0, columnAt(layout, view.x - margin / 2));
    columns[1] = Math.min(layout.n_columns, columnAt(layout, view.x + view.w + margin / 2) + 1);
  }
  const boxes: Box[] = [];
  for (let row = from; row < to; row += 1)
    for (let column = columns[0]; column < columns[1]; column += 1) {
      const cell = cellBoxes(layout, row, column);
      for (let i = firstBelow(cell, top); i < cell.length; i += 1) {
        const box = cell[i];
        if (!box || box.y >= bottom) break;
        boxes.push(box);
      }
    }
  return { rows: [from, to], columns, boxes };
}

function firstBelow(cell: readonly Box[], y: number): number {
  let low = 0;
  let high = cell.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    const box = cell[mid];
    if (box && box.y + box.h <= y) low = mid + 1;
    else high = mid;
  }
  return low;
}

/** How far to scroll so that a box is in full view, clear of the sticky header and team column. */
export function scrollTo(layout: Layout, box: CellRect, view: View): { x: number; y: number } {
  const pad = 12;
  const top = box.y - layout.metrics.head_h - layout.metrics.row_head_h - pad;
  const left = box.x - layout.team_w - pad;
  const y = view.y > top ? top : Math.max(view.y, box.y + box.h + pad - view.h);
  const x = view.x > left ? left : Math.max(view.x, box.x + box.w + pad - view.w);
  return { x: Math.max(0, x), y: Math.max(0, y) };
}
