// The whole board as a drawing: header, rows, loads, cards, curves, the parking lot. Pure: all positions come from the
// board's own arithmetic, so nothing has to be on screen for it.
import { day } from "../../ui/time";
import { datesOf, points } from "../words";
import { flagsOf } from "../flags";
import type { BoardRow } from "../filters";
import { looksOf } from "../icons";
import { cellRect, layOut, type Layout } from "../layout";
import type { Dependencies } from "../links";
import type { Model } from "../model";
import { loadOfRow, type LoadOf } from "../moves";
import { capacityOf, type Placement, type Tile } from "../placement";
import { textWidth } from "../textWidth";
import { describe, type TileWorld } from "../tileProps";
import { badge, cardShapes } from "./card";
import { curveShapes } from "./curves";
import { LIGHT } from "./light";
import { group, px, shape, type Drawing, type Shape } from "./shape";
import { fitted, line } from "./words";

export interface Pictured {
  model: Model;
  placement: Placement;
  dependencies: Dependencies;
  /** What the filter leaves. */
  rows: readonly BoardRow[];
  parked: readonly Tile[];
  now_ms: number;
  today: string;
}

/** A row of a picture; on paper it may be the rest of one. */
export interface PictureRow extends BoardRow {
  is_more?: boolean;
}

export const TEAM_W = 148;
const COLUMN_W = 236;
const CAPTION_H = 44;
const MARGIN = 16;
/** The row of what is not planned; it has no team and no load. */
export const PARKED = "parked";

/** The width of a board's picture, whatever the screen's is. */
export function widthOf(n_columns: number): number {
  return TEAM_W + Math.max(1, n_columns) * COLUMN_W;
}

/** The board with its name above it. */
export function drawBoard(pictured: Pictured): Drawing {
  const plan = drawRows(pictured, allRows(pictured));
  return {
    width: plan.width + 2 * MARGIN,
    height: plan.height + CAPTION_H + MARGIN,
    shapes: [
      shape("rect", {
        width: px(plan.width + 2 * MARGIN),
        height: px(plan.height + CAPTION_H + MARGIN),
        fill: LIGHT.bg,
      }),
      group(MARGIN, 0, caption(pictured, plan.width, "")),
      group(MARGIN, CAPTION_H, plan.shapes),
    ],
  };
}

/** The rows of teams, and below them one of what lies in the parking lot, spread over the columns. */
export function allRows({ rows, parked, model }: Pictured): BoardRow[] {
  if (parked.length === 0) return [...rows];
  const n = Math.max(1, model.frame.set_up.columns.length);
  const cells = Array.from({ length: n }, (_, column) => parked.filter((_, i) => i % n === column));
  return [...rows, { key: PARKED, team: -1, type: null, cells }];
}

/** Name, date, what the curves mean, and on which page this is. */
export function caption({ model, dependencies, today }: Pictured, width: number, page: string): Shape[] {
  const has = (health: string) => dependencies.all.some((one) => !one.is_done && one.health === health);
  const right: Shape[] = [];
  let x = width;
  const say = (text: string) => {
    x -= textWidth(text, 11);
    right.push(line(text, x, 27, 11, LIGHT["text-3"]));
    x -= 16;
  };
  const date = day(today, 0);
  say(page === "" ? date : `${date} · ${page}`);
  const key = (text: string, stroke: string, dashes: Record<string, string>) => {
    say(text);
    x += 16 - 6 - 22;
    right.push(shape("path", { d: `M${px(x)} 23h22`, stroke, "stroke-width": 2, ...dashes }));
    x -= 16;
  };
  if (has("bad")) key("wrong order", LIGHT["dep-bad"], { "stroke-dasharray": "5 3" });
  if (has("risk")) key("same sprint", LIGHT["dep-risk"], {});
  return [line(fitted(model.board.name, 15, x - 8), 0, 28, 15, LIGHT.text, { "font-weight": 620 }), ...right];
}

/** Some rows of the board with the header above them. */
export function drawRows(pictured: Pictured, rows: readonly PictureRow[]): Drawing {
  const { model, dependencies } = pictured;
  const n_columns = model.frame.set_up.columns.length;
  const width = widthOf(n_columns);
  const layout = layOut({
    rows,
    n_columns,
    density: "comfortable",
    view_w: width,
    view_h: 0,
    team_w: TEAM_W,
  });
  const world = quietWorld(model, dependencies);
  const cards = layout.cells.flat().map((box) => cardShapes(describe(world, box.tile), box));
  return {
    width: layout.width,
    height: layout.height,
    shapes: [
      shape("rect", { width: layout.width, height: layout.height, fill: LIGHT.bg }),
      ...grid(pictured, rows, layout),
      ...header(pictured, layout),
      ...cards,
      ...curveShapes(layout, dependencies.all),
    ],
  };
}

const NOBODY: ReadonlyMap<string, never> = new Map<string, never>();
const NONE: ReadonlySet<string> = new Set<string>();

/** Nobody is here and nothing moves in a picture. */
function quietWorld(model: Model, dependencies: Dependencies): TileWorld {
  return {
    model,
    dependencies,
    looks: looksOf(model.frame.types, false),
    density: "comfortable",
    is_phone: false,
    isSlow: () => false,
    present: NOBODY,
    marks: NOBODY,
    shaken: NONE,
    found: NONE,
  };
}

function header({ model, dependencies, now_ms, today }: Pictured, layout: Layout): Shape[] {
  const { set_up } = model.frame;
  const { head_h, gutter } = layout.metrics;
  const parts: Shape[] = [
    shape("path", {
      d: `M0 ${head_h - 0.5}H${layout.width}`,
      stroke: LIGHT["line-2"],
    }),
  ];
  set_up.columns.forEach((column, k) => {
    const x = layout.column_x[k] ?? 0;
    const w = (layout.column_x[k + 1] ?? x) - x;
    const isNow =
      column.start_on !== null &&
      column.finish_on !== null &&
      column.start_on <= today &&
      today <= column.finish_on;
    const name = fitted(column.name, 13, w - 2 * gutter);
    parts.push(
      line(name, x + gutter, 22, 13, isNow ? LIGHT.accent : LIGHT.text, { "font-weight": 620 }),
      line(datesOf(column, now_ms), x + gutter, 38, 11, LIGHT["text-3"]),
    );
    if (isNow) parts.push(shape("rect", { x, y: head_h - 2, width: w, height: 2, fill: LIGHT.accent }));
  });
  for (const flag of flagsOf(layout, set_up, dependencies.all, now_ms)) {
    const x = (layout.column_x[flag.column] ?? 0) + flag.left;
    const ink = flag.is_late ? LIGHT["bad-text"] : LIGHT["text-2"];
    const side = flag.is_left ? -1 : 1;
    const top = flag.is_high ? 9 : head_h - 22;
    const foot = flag.is_high && !flag.is_tall ? top + 16 : head_h;
    parts.push(
      shape("path", { d: `M${px(x)} ${top}V${foot}`, stroke: ink, "stroke-width": 1.5 }),
      shape("path", {
        d: `M${px(x)} ${top + 2}h${side * 9}l${side * -2.5} 3.5l${side * 2.5} 3.5h${side * -9}z`,
        fill: flag.is_late ? LIGHT["bad-soft"] : LIGHT.bg,
        stroke: ink,
        "stroke-width": 1.2,
      }),
    );
    if (flag.label !== null)
      parts.push(
        line(flag.label, x + side * 13, top + 10, 11, ink, {
          "font-weight": 540,
          "text-anchor": flag.is_left ? "end" : "start",
        }),
      );
  }
  return parts;
}

function grid(pictured: Pictured, rows: readonly PictureRow[], layout: Layout): Shape[] {
  const { head_h } = layout.metrics;
  const parts = rows.flatMap((row, r) => rowShapes(pictured, row, r, layout));
  for (let k = 0; k < layout.n_columns; k += 1) {
    const x = (layout.column_x[k] ?? 0) - (k === 0 ? 0.5 : 0);
    parts.push(
      shape("path", {
        d: `M${px(x)} ${head_h}V${layout.height}`,
        stroke: LIGHT.line,
        ...(k === 0 ? {} : { "stroke-dasharray": "3 3" }),
      }),
    );
  }
  return parts;
}

function rowShapes(pictured: Pictured, row: PictureRow, r: number, layout: Layout): Shape[] {
  const { model, placement } = pictured;
  const { set_up } = model.frame;
  const box = layout.rows[r];
  if (!box) return [];
  const isParked = row.key === PARKED;
  const team = row.type === null ? set_up.teams[row.team] : undefined;
  const name = isParked ? "Parking lot" : (row.type ?? team?.name ?? "");
  const y = box.y;
  const parts: Shape[] = [
    shape("path", { d: `M0 ${px(y + box.h - 0.5)}H${layout.width}`, stroke: LIGHT.line }),
    ...badge(16, isParked ? "P" : name.slice(0, 2), y + 13),
    line(fitted(name, 13, TEAM_W - 55), 43, y + 26, 13, LIGHT.text, { "font-weight": 620 }),
  ];
  const sub = row.is_more ? "continued" : (team?.sub ?? "");
  if (sub !== "") parts.push(line(fitted(sub, 11, TEAM_W - 28), 16, y + 45, 11, LIGHT["text-3"]));
  const sum = isParked ? parkedSum(pictured) : rowSum(pictured, row);
  parts.push(line(sum, 16, y + (sub === "" ? 45 : 61), 11, LIGHT["text-2"]));
  if (isParked) return parts;
  for (let column = 0; column < layout.n_columns; column += 1)
    parts.push(...loadShapes(loadOfRow(model, placement, row, column), layout, r, column));
  return parts;
}

function rowSum({ model, placement }: Pictured, row: BoardRow): string {
  const { set_up } = model.frame;
  let load = 0;
  let capacity: number | null = null;
  set_up.columns.forEach((_, column) => {
    load += loadOfRow(model, placement, row, column).load;
    const one = row.type === null ? capacityOf(set_up, row.team, column) : null;
    if (one) capacity = (capacity ?? 0) + one.capacity;
  });
  return `${points(load)}${capacity === null ? "" : ` of ${points(capacity)}`} ${set_up.unit.name}`;
}

function parkedSum({ parked, model }: Pictured): string {
  const sum = parked.reduce((total, tile) => total + (tile.points ?? 0), 0);
  return `${parked.length} ${parked.length === 1 ? "item" : "items"}, ${points(sum)} ${model.frame.set_up.unit.name}`;
}

/** Solid to capacity, lighter beyond, with both numbers. */
function loadShapes(load: LoadOf, layout: Layout, row: number, column: number): Shape[] {
  const rect = cellRect(layout, row, column);
  const { gutter, pad_top, load_h } = layout.metrics;
  const { capacity, over, tone } = load;
  const says = [
    points(load.load),
    capacity === null ? "" : ` / ${points(capacity)}`,
    over > 0 ? ` · ${points(over)} over` : "",
  ].join("");
  const end = rect.x + rect.w - gutter - 12;
  const from = rect.x + gutter;
  const w = end - textWidth(says, 11) - 8 - from;
  const y = rect.y + pad_top + (load_h - 1) / 2;
  const whole = Math.max(load.load, capacity ?? load.load, 1);
  const within = (w * Math.min(load.load, capacity ?? load.load)) / whole;
  const fill = tone === "over" ? LIGHT.bad : tone === "near" ? LIGHT.warn : LIGHT.progress;
  const bar = (x: number, width: number, ink: string) =>
    shape("rect", { x: px(x), y: px(y - 2), width: px(Math.max(0, width)), height: 4, rx: 2, fill: ink });
  const parts = [bar(from, w, LIGHT.line)];
  if (within > 0) parts.push(bar(from, within, fill));
  if (over > 0)
    parts.push(
      shape("path", {
        d: `M${px(from + within + 2)} ${px(y)}H${px(from + w)}`,
        stroke: LIGHT.bad,
        "stroke-width": 4,
        "stroke-dasharray": "2 2",
      }),
    );
  parts.push(
    line(says, end, y + 4, 11, tone === "over" ? LIGHT["bad-text"] : LIGHT["text-2"], {
      "text-anchor": "end",
      ...(tone === "over" ? { "font-weight": 620 } : {}),
    }),
  );
  return parts;
}
