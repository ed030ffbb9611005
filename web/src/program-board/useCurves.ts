// Which curves are drawn: at rest those that need a person, and all of the card in hand or under the pointer.
import { useMemo, useState } from "react";
import { router, type Asked, type Curve, type End } from "./curves";
import type { Box, Layout } from "./layout";
import { isDrawn, type Dependencies, type Dependency } from "./links";
import type { Over } from "./usePointer";

const endOf = (box: Box): End => ({ ...box, key: box.tile.key });

export interface CurvesShown {
  curves: readonly Curve[];
  strong: ReadonlySet<string> | null;
  stubs: readonly { key: string; x: number; y: number; direction: 1 | -1 }[];
}
const NONE: CurvesShown = { curves: [], strong: null, stubs: [] };

/** Without a layout there is nothing to draw them on. `moved`: a tile that is dragged, and the cell it is over; its curves follow it there. */
export function useCurves(
  layout: Layout | null,
  dependencies: Dependencies,
  active: string | null,
  moved: { key: string; over: Over | null } | null,
): CurvesShown {
  const { all, byTile } = dependencies;
  const overCell = moved?.over?.kind === "cell" ? moved.over : null;
  const key = moved?.key ?? null;
  const row = overCell?.row ?? -1;
  const column = overCell?.column ?? -1;
  const [routes] = useState(router);
  const atRest = useMemo(
    () => all.filter((one) => isDrawn(one) && (one.health === "risk" || one.health === "bad")),
    [all],
  );
  return useMemo(() => {
    if (layout === null || layout.only_column !== null) return NONE;
    const shown = active ?? key;
    const own = (shown && byTile.get(shown)) || [];
    const isOwn = new Set(own);
    const stand = key !== null && row >= 0 ? standIn(layout, key, row, column) : null;
    const ask = (one: Dependency): Asked[] => {
      const from = boxOf(layout, one.giver?.key, stand);
      const to = boxOf(layout, one.taker?.key, stand);
      if (!from || !to || one.health === "stub") return [];
      const health = from.column < to.column ? "ok" : from.column === to.column ? "risk" : "bad";
      return [{ key: one.key, from, to, health: stand ? health : one.health }];
    };
    const drawn = own.length === 0 ? [] : own.filter((one) => isDrawn(one) && !atRest.includes(one));
    const curves = routes(layout, [...atRest, ...drawn].flatMap(ask));
    const strong = own.some(isDrawn) ? new Set([...isOwn].map((one) => one.key)) : null;
    const box = shown === null ? undefined : layout.byKey.get(shown);
    const stubs = box
      ? own.flatMap((one) => {
          if (one.is_done || one.health !== "stub") return [];
          const isTaker = one.taker?.key === box.tile.key;
          const x = isTaker ? box.x : box.x + box.w;
          return [
            { key: one.key, x, y: box.y + box.h / 2, direction: isTaker ? (-1 as const) : (1 as const) },
          ];
        })
      : [];
    return { curves, strong, stubs };
  }, [routes, layout, byTile, atRest, active, key, row, column]);
}

function boxOf(layout: Layout, key: string | undefined, stand: End | null): End | null {
  if (key === undefined) return null;
  if (stand?.key === key) return stand;
  const box = layout.byKey.get(key);
  return box ? endOf(box) : null;
}

/** A box in the cell that a card is dragged over, where a curve can end. */
function standIn(layout: Layout, key: string, row: number, column: number): End | null {
  const box = layout.byKey.get(key);
  const at = layout.rows[row];
  if (!box || !at) return null;
  const x = (layout.column_x[column] ?? 0) + layout.metrics.gutter;
  const y = at.y + layout.metrics.pad_top + layout.metrics.load_h + layout.metrics.gap;
  return { x, y, w: box.w, h: box.h, row, column, key };
}
