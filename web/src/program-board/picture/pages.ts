// The board cut into pages to print: each with the header, as many rows as fit, and rows that are higher than a page
// carried on. Pure.
import { layOut } from "../layout";
import type { Tile } from "../placement";
import { TEAM_W, allRows, caption, drawRows, widthOf, type Pictured, type PictureRow } from "./board";
import { group, type Drawing, type Shape } from "./shape";

/** Height to width of a page: between A4 and US Letter lying, within margins of 10 mm. */
const ASPECT = 0.68;
const CAPTION_H = 44;
/** A page is never so low that one card with its header would not fit. */
const HEIGHT_MIN = 360;

export function pagesOf(pictured: Pictured): Drawing[] {
  const width = widthOf(pictured.model.frame.set_up.columns.length);
  const height = Math.max(HEIGHT_MIN, Math.round(width * ASPECT));
  const cut = cutRows(allRows(pictured), pictured.model.frame.set_up.columns.length, height - CAPTION_H);
  return cut.map((rows, i) => {
    const plan = drawRows(pictured, rows);
    const page = `page ${i + 1} of ${cut.length}`;
    const shapes: Shape[] = [
      group(0, 0, caption(pictured, plan.width, page)),
      group(0, CAPTION_H, plan.shapes),
    ];
    return { width, height, shapes };
  });
}

/** The rows of each page. */
export function cutRows(rows: readonly PictureRow[], n_columns: number, height: number): PictureRow[][] {
  const pages: PictureRow[][] = [];
  let page: PictureRow[] = [];
  const measure = (some: readonly PictureRow[]) =>
    layOut({
      rows: some,
      n_columns,
      density: "comfortable",
      view_w: widthOf(n_columns),
      view_h: 0,
      team_w: TEAM_W,
    }).height;
  for (const row of rows) {
    if (measure([...page, row]) <= height) {
      page.push(row);
      continue;
    }
    let rest: PictureRow | null = row;
    // Higher than a page: it begins where there is room, and as much of each cell as fits goes on each page.
    while (rest && measure([rest]) > height) {
      const [now, later] = split(rest, (part) => measure([...page, part]) <= height);
      if (page.length > 0 && measure([...page, now]) > height) {
        pages.push(page);
        page = [];
        continue;
      }
      pages.push([...page, now]);
      page = [];
      rest = later;
    }
    if (rest && page.length > 0 && measure([...page, rest]) > height) {
      pages.push(page);
      page = [];
    }
    if (rest) page.push(rest);
  }
  if (page.length > 0 || pages.length === 0) pages.push(page);
  return pages;
}

/** As many cards of each cell as fit, at least one; and the row of those that are left. */
function split(row: PictureRow, fits: (part: PictureRow) => boolean): [PictureRow, PictureRow | null] {
  const most = Math.max(...row.cells.map((cell) => cell.length));
  const upTo = (n: number): PictureRow => ({ ...row, cells: row.cells.map((cell) => cell.slice(0, n)) });
  // The number of cards that fit is found by halves: pages of ten thousand cards are many.
  let low = 1;
  let high = most;
  while (low < high) {
    const mid = Math.ceil((low + high) / 2);
    if (fits(upTo(mid))) low = mid;
    else high = mid - 1;
  }
  const cells = row.cells.map((cell): readonly Tile[] => cell.slice(low));
  return [upTo(low), cells.some((cell) => cell.length > 0) ? { ...row, cells, is_more: true } : null];
}
