// The curves of a picture: what stands out at rest, as on the board. Pure.
import { pathOf, routes, type Asked, type Curve } from "../curves";
import type { Layout } from "../layout";
import { isDrawn, type Dependency } from "../links";
import { LIGHT } from "./light";
import { px, shape, type Shape } from "./shape";

const COLOURS = { ok: LIGHT["dep-ok"], risk: LIGHT["dep-risk"], bad: LIGHT["dep-bad"] };

export function curveShapes(layout: Layout, dependencies: readonly Dependency[]): Shape[] {
  const asked = dependencies.flatMap((one): Asked[] => {
    if (!isDrawn(one) || (one.health !== "risk" && one.health !== "bad")) return [];
    const from = one.giver && layout.byKey.get(one.giver.key);
    const to = one.taker && layout.byKey.get(one.taker.key);
    if (!from || !to) return [];
    const end = (box: typeof from) => ({ ...box, key: box.tile.key });
    return [{ key: one.key, from: end(from), to: end(to), health: one.health }];
  });
  const curves = routes(layout, asked);
  return [...curves.flatMap(lines), ...curves.flatMap(ends)];
}

function lines({ points, health }: Curve): Shape[] {
  const d = pathOf(points, -Infinity, Infinity);
  const round = { fill: "none", "stroke-linecap": "round", "stroke-linejoin": "round" };
  return [
    shape("path", { d, stroke: LIGHT.bg, "stroke-width": 5, ...round }),
    shape("path", {
      d,
      stroke: COLOURS[health],
      "stroke-width": 2,
      ...(health === "bad" ? { "stroke-dasharray": "6 4" } : {}),
      ...round,
    }),
  ];
}

function ends({ health, start, tip, direction, sign }: Curve): Shape[] {
  const fill = COLOURS[health];
  const at = (dx: number, dy: number) => `${px(tip[0] + dx)},${px(tip[1] + dy)}`;
  const parts = [
    shape("circle", { cx: px(start[0]), cy: px(start[1]), r: 3, fill }),
    shape("polygon", {
      points: `${at(0, 0)} ${at(-direction * 8, -4.5)} ${at(-direction * 8, 4.5)}`,
      fill,
    }),
  ];
  if (!sign) return parts;
  const [x, y] = [px(sign[0]), px(sign[1])];
  const halo = { fill, stroke: LIGHT.bg, "stroke-width": 2 };
  if (health === "risk")
    parts.push(
      shape("polygon", { points: `${x},${y - 6} ${x + 6},${y} ${x},${y + 6} ${x - 6},${y}`, ...halo }),
    );
  if (health === "bad")
    parts.push(
      shape("circle", { cx: x, cy: y, r: 7, ...halo }),
      shape(
        "text",
        { x, y: y + 4, "font-size": 11, "font-weight": 700, "text-anchor": "middle", fill: LIGHT.bg },
        "!",
      ),
    );
  return parts;
}
