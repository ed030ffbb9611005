// One card as shapes, as the comfortable board shows it. Pure.
import { iconPath } from "../icons";
import type { Box } from "../layout";
import type { StateCategory } from "../shapes";
import { textWidth } from "../textWidth";
import type { TileShown } from "../TileView";
import { points } from "../words";
import { LIGHT, plainColour, type Light } from "./light";
import { group, px, shape, type Attributes, type Shape } from "./shape";
import { broken, fitted, line } from "./words";

const PAD_LEFT = 11;
const HEAD_Y = 16.5;
const TITLE_Y = 35;
const TITLE_LINE = 16;
const ICON = 13;

/** `box` says where; `shown` what. */
export function cardShapes(shown: TileShown, box: Box): Shape {
  const { tile } = shown;
  const isShadow = tile.kind === "shadow";
  const isNew = tile.card.number === null;
  const colour = plainColour(shown.colour);
  const { w, h } = box;
  const outline = isNew ? LIGHT.info : shown.sync === "draft" ? LIGHT["accent-line"] : LIGHT["line-2"];
  const dashes: Attributes = isShadow || isNew ? { "stroke-dasharray": "3 2" } : {};
  const frame = [
    shape("rect", {
      x: 0.5,
      y: 0.5,
      width: px(w - 1),
      height: px(h - 1),
      rx: 6,
      fill: isShadow ? "none" : LIGHT.surface,
      stroke: outline,
      ...dashes,
    }),
    isShadow
      ? shape("path", {
          d: `M2 4V${px(h - 3)}`,
          stroke: colour,
          "stroke-width": 4,
          "stroke-dasharray": "4 3",
        })
      : shape("path", { d: `M4 0H6A6 6 0 0 0 0 6V${px(h - 6)}A6 6 0 0 0 6 ${px(h)}H4Z`, fill: colour }),
  ];
  if (tile.is_nested) return group(box.x, box.y, [...frame, ...nestedOf(shown, w, h)], { w, h });
  const right = rightOf(shown, w);
  const parts = [
    ...frame,
    ...headOf(shown, colour, right.from),
    ...right.shapes,
    ...titleOf(shown, box),
    ...barOf(shown, w, h),
  ];
  return group(box.x, box.y, parts, { w, h });
}

/** A story below its expanded feature: number, state, title and points in one line. */
function nestedOf({ tile }: TileShown, w: number, h: number): Shape[] {
  const y = h / 2 + 4;
  const number = String(tile.card.number ?? "new");
  const glyph = PAD_LEFT + textWidth(number, 11) + 11;
  const value = points(tile.points);
  const from = glyph + 10;
  return [
    line(number, PAD_LEFT, y, 11, LIGHT["text-3"]),
    ...stateGlyph(tile.category, glyph, h / 2),
    line(fitted(tile.card.title, 12, w - from - 36), from, y, 12, LIGHT.text, { "font-weight": 420 }),
    line(value, w - 9, y, 11, LIGHT["text-2"], { "font-weight": 540, "text-anchor": "end" }),
  ];
}

/** From the left: type, number, state, stories closed, what is on track; as far as there is room. */
function headOf(shown: TileShown, colour: string, end: number): Shape[] {
  const { tile } = shown;
  const parts: Shape[] = [];
  let x = PAD_LEFT;
  const put = (width: number, draw: (at: number) => Shape[]) => {
    if (x + width <= end) parts.push(...draw(x));
    x += width + 5;
  };
  const text = (what: string, more = {}) =>
    put(textWidth(what, 11), (at) => [line(what, at, HEAD_Y, 11, LIGHT["text-3"], more)]);
  if (tile.kind === "shadow") {
    put(20, (at) => badge(at, (shown.owner ?? "?").slice(0, 2)));
    text(String(tile.card.number ?? "new"));
    if (shown.owner !== null && shown.is_away) text(`of ${shown.owner}`);
    return parts;
  }
  put(ICON, (at) => [icon(iconPath(shown.icon), at, HEAD_Y - 10.5, ICON, colour, 1.5)]);
  text(String(tile.card.number ?? "new"));
  put(10, (at) => stateGlyph(tile.category, at + 5, HEAD_Y - 4));
  if (tile.n_stories > 0) text(`${tile.n_closed}/${tile.n_stories}`);
  if (shown.n_ok > 0)
    put(13 + textWidth(String(shown.n_ok), 11), (at) => [
      icon(iconPath("link"), at, HEAD_Y - 10, 12, LIGHT["text-3"], 1.75),
      line(String(shown.n_ok), at + 13, HEAD_Y, 11, LIGHT["text-3"]),
    ]);
  return parts;
}

const SYNC_COLOURS: Partial<Record<string, [Light, Light]>> = {
  waiting: ["info-text", "info-soft"],
  refused: ["bad-text", "bad-soft"],
  deleted_there: ["bad-text", "bad-soft"],
  draft: ["accent", "accent-soft"],
  out_of_sight: ["text-2", "sunken"],
};

/** From the right: points, who, what is not in step; and where they begin. */
function rightOf(shown: TileShown, w: number): { shapes: Shape[]; from: number } {
  const { tile } = shown;
  const isShadow = tile.kind === "shadow";
  const value = points(tile.points);
  const width = Math.max(22, textWidth(value, 11) + 10);
  let x = w - 6 - width;
  const shapes: Shape[] = [
    shape("rect", {
      x: px(x),
      y: 4,
      width: px(width),
      height: 18,
      rx: 4,
      ...(isShadow ? { fill: "none", stroke: LIGHT["line-2"] } : { fill: LIGHT.sunken }),
    }),
    line(value, x + width / 2, HEAD_Y + 0.5, 11, LIGHT.text, { "font-weight": 620, "text-anchor": "middle" }),
  ];
  if (!isShadow) {
    x -= 23;
    shapes.push(...person(shown.initials, x + 9));
  }
  if (shown.sync !== "in_step") {
    x -= 21;
    const [ink, ground] = SYNC_COLOURS[shown.sync] ?? ["warn-text", "warn-soft"];
    shapes.push(
      shape("rect", { x: px(x), y: 5, width: 16, height: 16, rx: 4, fill: LIGHT[ground] }),
      icon(iconPath(shown.sync), x + 2, 7, 12, LIGHT[ink], 2),
    );
  }
  return { shapes, from: x - 5 };
}

function person(initials: string | null, cx: number): Shape[] {
  const ring = initials === null ? LIGHT.control : LIGHT["line-2"];
  const circle = shape("circle", {
    cx: px(cx),
    cy: 13,
    r: 8.5,
    fill: initials === null ? "none" : LIGHT.sunken,
    stroke: ring,
    ...(initials === null ? { "stroke-dasharray": "2.5 2" } : {}),
  });
  if (initials === null) return [circle];
  const letters = line(initials, cx, 16.2, 8.5, LIGHT["text-2"], {
    "font-weight": 700,
    "text-anchor": "middle",
  });
  return [circle, letters];
}

/** A team in two letters. */
export function badge(x: number, letters: string, y = 5, size = 16): Shape[] {
  return [
    shape("rect", {
      x: px(x + 0.5),
      y: y + 0.5,
      width: 19,
      height: size - 1,
      rx: 4,
      fill: LIGHT.sunken,
      stroke: LIGHT["line-2"],
    }),
    line(letters, x + 10, y + size / 2 + 4, 11, LIGHT["text-2"], {
      "font-weight": 620,
      "text-anchor": "middle",
    }),
  ];
}

function titleOf(shown: TileShown, box: Box): Shape[] {
  const isShadow = shown.tile.kind === "shadow";
  const weight = shown.is_strong && !isShadow ? 540 : 420;
  const lines = broken(shown.tile.card.title, 12, box.w - PAD_LEFT - 9, box.lines);
  return lines.map((text, i) =>
    line(text, PAD_LEFT, TITLE_Y + i * TITLE_LINE, 12, isShadow ? LIGHT["text-2"] : LIGHT.text, {
      "font-weight": weight,
    }),
  );
}

function barOf({ tile }: TileShown, w: number, h: number): Shape[] {
  if (tile.kind === "shadow" || tile.n_stories === 0) return [];
  const whole = w - 10;
  const done = (whole * tile.n_closed) / tile.n_stories;
  const bar = (width: number, fill: string) =>
    shape("rect", { x: 4, y: px(h - 4), width: px(width), height: 3, fill });
  return done > 0 ? [bar(whole, LIGHT.line), bar(done, LIGHT.progress)] : [bar(whole, LIGHT.line)];
}

/** Ring, half, three quarters, full, slash: a state's meaning as a shape. */
function stateGlyph(category: StateCategory, cx: number, cy: number): Shape[] {
  const ink = LIGHT["text-3"];
  const ring = shape("circle", {
    cx: px(cx),
    cy: px(cy),
    r: 4,
    fill: "none",
    stroke: ink,
    "stroke-width": 1.5,
  });
  const at = (dx: number, dy: number) => `${px(cx + dx)} ${px(cy + dy)}`;
  switch (category) {
    case "in_progress":
      return [ring, shape("path", { d: `M${at(0, -4)}A4 4 0 0 1 ${at(0, 4)}Z`, fill: ink })];
    case "resolved":
      return [ring, shape("path", { d: `M${at(0, 0)}V${px(cy - 4)}A4 4 0 1 1 ${at(-4, 0)}Z`, fill: ink })];
    case "completed":
      return [shape("circle", { cx: px(cx), cy: px(cy), r: 4.7, fill: ink })];
    case "removed":
      return [
        ring,
        shape("path", { d: `M${at(-2.8, 2.8)}L${at(2.8, -2.8)}`, stroke: ink, "stroke-width": 1.5 }),
      ];
    case "proposed":
      return [ring];
  }
}

/** A picture of 16 by 16, drawn as lines. */
export function icon(d: string, x: number, y: number, size: number, stroke: string, width: number): Shape {
  const scale = size / 16;
  return {
    tag: "g",
    attributes: {
      transform: `translate(${px(x)} ${px(y)}) scale(${Math.round(scale * 1000) / 1000})`,
      fill: "none",
      stroke,
      "stroke-width": width,
      "stroke-linecap": "round",
      "stroke-linejoin": "round",
    },
    children: [shape("path", { d })],
  };
}
