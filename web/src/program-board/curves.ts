// Routes of dependency curves: in the gutters between columns and the channels below rows, with rounded corners and one
// lane a line, never across a card. Curves to one target share a lane into it, those of one source a lane out. Pure.
import type { Box, Layout } from "./layout";
import type { Health } from "./links";

/** Where a curve begins or ends: a box of the layout, or one that stands in for it while it is carried. */
export type End = Pick<Box, "x" | "y" | "w" | "h" | "row" | "column"> & { key: string };
export interface Asked {
  key: string;
  from: End;
  to: End;
  health: Exclude<Health, "stub">;
}
export type Point = readonly [number, number];
export interface Curve {
  key: string;
  health: Asked["health"];
  points: readonly Point[];
  start: Point;
  tip: Point;
  /** 1: the arrow points right; -1: left. */
  direction: 1 | -1;
  /** Where its sign stands: a diamond or "!". */
  sign: Point | null;
  top: number;
  bottom: number;
}

const ARROW = 7;
const RADIUS = 12;
const CLEAR = 6;

interface Lane {
  offset: number;
  low: number;
  high: number;
  bundle: string;
}

export function routes(layout: Layout, asked: readonly Asked[]): Curve[] {
  const lanes = new Map<string, Lane[]>();
  const ports = portsOf(asked, layout.density !== "comfortable");
  const isDense = layout.density !== "comfortable";
  const offsets = isDense ? [0, -5, 5] : [0, -6, 6, -10, 10];

  const lane = (key: string, a: number, b: number, most: number, bundle: string, step = 1): number => {
    const taken = lanes.get(key) ?? [];
    const same = taken.find((one) => one.bundle === bundle);
    const low = Math.min(a, b) - CLEAR;
    const high = Math.max(a, b) + CLEAR;
    if (same) {
      same.low = Math.min(same.low, low);
      same.high = Math.max(same.high, high);
      return same.offset;
    }
    const free = offsets
      .map((offset) => offset * step)
      .filter((offset) => Math.abs(offset) <= most)
      .find((offset) => !taken.some((one) => one.offset === offset && one.low < high && one.high > low));
    const offset = free ?? 0;
    taken.push({ offset, low, high, bundle });
    lanes.set(key, taken);
    return offset;
  };

  /** The middle of the space right of a column; at the board's edge there is only half of it. */
  const gutter = (column: number): { x: number; most: number } => {
    const edge = layout.column_x[column + 1] ?? layout.width;
    const isLast = column >= layout.n_columns - 1;
    const most = Math.min(layout.metrics.gutter - 3, 10);
    return isLast
      ? { x: edge - layout.metrics.gutter / 2, most: layout.metrics.gutter / 2 - 2 }
      : { x: edge, most };
  };

  return asked.map(({ key, from, to, health }) => {
    const isBack = to.column < from.column;
    const isSame = to.column === from.column;
    const outSide = isBack ? "l" : "r";
    const inSide = isSame || isBack ? "r" : "l";
    const direction = inSide === "l" ? 1 : -1;
    const sx = outSide === "l" ? from.x : from.x + from.w;
    const tx = inSide === "l" ? to.x : to.x + to.w;
    const sy = from.y + from.h / 2 + (ports.get(portKey(from.key, outSide, "out", health)) ?? 0);
    const ty = to.y + to.h / 2 + (ports.get(portKey(to.key, inSide, "in", health)) ?? 0);
    const hx = tx - direction * ARROW;
    const out = isBack ? from.column - 1 : from.column;
    const into = isSame ? from.column : isBack ? to.column : to.column - 1;
    const source = `${health}<${from.key}`;
    const target = `${health}>${to.key}`;
    let points: Point[];
    if (out === into) {
      const { x, most } = gutter(out);
      const lx = x + lane(`g${out}`, sy, ty, most, target);
      points = [
        [sx, sy],
        [lx, sy],
        [lx, ty],
        [hx, ty],
      ];
    } else {
      const row = to.y > from.y ? from.row : Math.max(0, from.row - 1);
      const a = gutter(out);
      const b = gutter(into);
      const box = layout.rows[row];
      const base = (box ? box.y + box.h - 1 : layout.height) - layout.metrics.pad_bottom / 2;
      const ry =
        base + lane(`r${row}`, a.x, b.x, layout.metrics.pad_bottom / 2 - 2, target, isDense ? 0.4 : 0.7);
      const x1 = a.x + lane(`g${out}`, sy, ry, a.most, source);
      const x2 = b.x + lane(`g${into}`, ry, ty, b.most, target);
      points = [
        [sx, sy],
        [x1, sy],
        [x1, ry],
        [x2, ry],
        [x2, ty],
        [hx, ty],
      ];
    }
    const p1 = points[1] ?? [sx, sy];
    const p2 = points[2] ?? [tx, ty];
    const ys = points.map((point) => point[1]);
    return {
      key,
      health,
      points,
      start: [sx, sy],
      tip: [tx, ty],
      direction,
      sign: health === "ok" ? null : [p1[0], (p1[1] + p2[1]) / 2],
      top: Math.min(...ys),
      bottom: Math.max(...ys),
    };
  });
}

/** Routes one time after the other: the same curves as long as the same is asked on the same board. */
export function router(): (layout: Layout, asked: readonly Asked[]) => readonly Curve[] {
  let last: { layout: Layout; asked: readonly Asked[]; curves: readonly Curve[] } | null = null;
  return (layout, asked) => {
    const before = last;
    const isSame = before !== null && isSameBoard(before.layout, layout) && isSameAsked(before.asked, asked);
    const curves = isSame ? before.curves : routes(layout, asked);
    last = { layout, asked, curves };
    return curves;
  };
}

/** Are gutters and channels where they were? */
function isSameBoard(a: Layout, b: Layout): boolean {
  if (a === b) return true;
  const isSameX = a.column_x.length === b.column_x.length && a.column_x.every((x, k) => x === b.column_x[k]);
  const isSameY =
    a.rows.length === b.rows.length &&
    a.rows.every((row, r) => row.y === b.rows[r]?.y && row.h === b.rows[r]?.h);
  return isSameX && isSameY && a.metrics === b.metrics && a.density === b.density;
}

function isSameAsked(a: readonly Asked[], b: readonly Asked[]): boolean {
  const end = ["key", "x", "y", "w", "h", "row", "column"] as const;
  const isSameEnd = (one: End, other: End) => one === other || end.every((name) => one[name] === other[name]);
  return (
    a.length === b.length &&
    a.every((one, i) => {
      const other = b[i];
      return (
        other !== undefined &&
        one.key === other.key &&
        one.health === other.health &&
        isSameEnd(one.from, other.from) &&
        isSameEnd(one.to, other.to)
      );
    })
  );
}

function portKey(tile: string, side: string, role: "in" | "out", health: string): string {
  return `${tile} ${side}${role}${health}`;
}

/** How far from a card's middle its curves start and end: kinds of curve on one side keep apart. */
function portsOf(asked: readonly Asked[], isDense: boolean): Map<string, number> {
  const bySide = new Map<string, { h: number; ports: Map<string, { sum: number; n: number }> }>();
  const note = (end: End, side: string, role: "in" | "out", health: string, other: End) => {
    const key = `${end.key} ${side}`;
    let group = bySide.get(key);
    if (!group) bySide.set(key, (group = { h: end.h, ports: new Map() }));
    const port = portKey(end.key, side, role, health);
    const known = group.ports.get(port) ?? { sum: 0, n: 0 };
    group.ports.set(port, { sum: known.sum + other.y, n: known.n + 1 });
  };
  for (const { from, to, health } of asked) {
    const isBack = to.column < from.column;
    const isSame = to.column === from.column;
    note(from, isBack ? "l" : "r", "out", health, to);
    note(to, isSame || isBack ? "r" : "l", "in", health, from);
  }
  const ports = new Map<string, number>();
  for (const { h, ports: group } of bySide.values()) {
    // From top to bottom in the order of where they lead, so that they do not cross at the card.
    const ordered = [...group].sort((a, b) => a[1].sum / a[1].n - b[1].sum / b[1].n);
    const apart = isDense ? 5 : Math.min(10, (h - 16) / Math.max(1, ordered.length - 1));
    ordered.forEach(([port], i) => ports.set(port, (i - (ordered.length - 1) / 2) * apart));
  }
  return ports;
}

/**
 * A curve as a path, cut off above and below: a board of ten thousand cards has curves of fifty thousand px, and a
 * browser dashes all of them whatever it shows. Cuts lie at multiples of a dash and its gap, so that dashes stand still.
 */
export function pathOf(points: readonly Point[], top: number, bottom: number): string {
  return rounded(points.map(([x, y]): Point => [x, Math.max(top, Math.min(bottom, y))]));
}

function rounded(points: readonly Point[]): string {
  const first = points[0];
  const last = points[points.length - 1];
  if (!first || !last) return "";
  let path = `M${say(first)}`;
  for (let n = 1; n < points.length - 1; n += 1) {
    const [a, b, c] = [points[n - 1], points[n], points[n + 1]];
    if (!a || !b || !c) continue;
    const before = Math.hypot(b[0] - a[0], b[1] - a[1]);
    const after = Math.hypot(c[0] - b[0], c[1] - b[1]);
    const r = Math.min(n === 1 ? before : before / 2, n === points.length - 2 ? after : after / 2, RADIUS);
    if (r < 0.5) {
      path += `L${say(b)}`;
      continue;
    }
    path += `L${say(toward(b, a, r / before))}Q${say(b)} ${say(toward(b, c, r / after))}`;
  }
  return `${path}L${say(last)}`;
}

function toward(from: Point, to: Point, part: number): Point {
  return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
}

function say([x, y]: Point): string {
  return `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`;
}
