// What a move in progress makes of the loads, before it is done: less where the card comes from, more where it would lie.
import { useMemo } from "react";
import { rowOf } from "./carry";
import type { Desk } from "./desk";
import type { BoardRow } from "./filters";
import type { Model } from "./model";
import { loadOfRow, pointsMoved, type LoadOf } from "./moves";
import type { Placement } from "./placement";
import type { Drag } from "./usePointer";

export interface Preview {
  /** The cell that would take the card. */
  over: { row: number; column: number } | null;
  loadAt: (row: number, column: number) => LoadOf;
}

export function usePreview(
  model: Model,
  placement: Placement,
  rows: readonly BoardRow[],
  drag: Drag | null,
  carried: Desk["carried"],
): Preview {
  const { over, delta } = useMemo(() => {
    const changed = new Map<string, number>();
    const carriedTile = carried ? placement.byKey.get(carried.key) : undefined;
    let target: Preview["over"] = null;
    if (drag) target = drag.over?.kind === "cell" ? { row: drag.over.row, column: drag.over.column } : null;
    else if (carried && carriedTile && carried.column >= 0)
      target = { row: rowOf(rows, carriedTile, carried.team), column: carried.column };
    const isMoving = drag ? drag.over !== null : carried !== null;
    for (const key of isMoving ? (drag?.keys ?? (carried ? [carried.key] : [])) : []) {
      const tile = placement.byKey.get(key);
      if (!tile) continue;
      const own = rowOf(rows, tile, tile.team);
      const source = `${own},${tile.column}`;
      // Where rows are types a card stays in its own, whatever row it is held over.
      const to = target && `${rows[target.row]?.type === null ? target.row : own},${target.column}`;
      if (source === to) continue;
      const n = pointsMoved(model, tile);
      changed.set(source, (changed.get(source) ?? 0) - n);
      if (to) changed.set(to, (changed.get(to) ?? 0) + n);
    }
    return { over: isMoving ? target : null, delta: changed };
  }, [drag, carried, rows, placement, model]);
  const loadAt = (row: number, column: number): LoadOf =>
    loadOfRow(model, placement, rows[row], column, delta.get(`${row},${column}`) ?? 0);
  return { over, loadAt };
}
