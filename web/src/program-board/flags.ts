// Milestones as flags in the header of the board, at their date. Pure.
import { day } from "../ui/time";
import type { Layout } from "./layout";
import { isEndangered, type Dependency } from "./links";
import type { SetUp } from "./shapes";
import { textWidth } from "./textWidth";
import { dateAt, datesOf } from "./words";

export interface FlagShown {
  id: string;
  column: number;
  left: number;
  right: number;
  is_left: boolean;
  /** Beside the name, for the dates lie where it stands. */
  is_high: boolean;
  is_late: boolean;
  label: string;
  says: string;
  has_room: boolean;
}

const FLAG_PX = 11;
const FLAG_ICON = 20;

/** Where each milestone stands in its column, and whether there is room for its name beside the dates. */
export function flagsOf(
  layout: Layout,
  set_up: SetUp,
  dependencies: readonly Dependency[],
  now_ms: number,
): FlagShown[] {
  const taken = new Map<number, [number, number][]>();
  return set_up.milestones.flatMap((milestone): FlagShown[] => {
    const at = dateAt(set_up.columns, milestone.on);
    const column = at && set_up.columns[at.column];
    if (!at || !column) return [];
    const width = (layout.column_x[at.column + 1] ?? 0) - (layout.column_x[at.column] ?? 0);
    const dates = layout.metrics.gutter + textWidth(datesOf(column, now_ms), FLAG_PX) + 8;
    const label = `${milestone.name} ${day(milestone.on, now_ms)}`;
    const long = textWidth(label, FLAG_PX) + FLAG_ICON;
    const x = Math.round(at.part * width);
    const is_left = at.part > 0.5;
    const used = taken.get(at.column) ?? [[0, dates]];
    const isFree = (from: number, to: number) =>
      from >= 0 && to <= width && used.every(([a, b]) => to <= a || from >= b);
    const [from, to] = is_left ? [x - long, x] : [x, x + long];
    const has_room = isFree(from, to);
    const is_high = !has_room && !isFree(is_left ? x - FLAG_ICON : x, is_left ? x : x + FLAG_ICON);
    taken.set(at.column, [...used, has_room ? [from, to] : [x - FLAG_ICON, x + FLAG_ICON]]);
    const is_late = isEndangered(milestone.on, set_up.columns, dependencies);
    const says = is_late ? `${label}: a dependency lies in the wrong order before it` : label;
    return [
      {
        id: milestone.id,
        column: at.column,
        left: x,
        right: width - x,
        is_left,
        is_high,
        is_late,
        label,
        says,
        has_room,
      },
    ];
  });
}
