// Milestones as flags in the header of the board, at their date. Pure.
import { dateOf, day } from "../ui/time";
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
  /** Beside the name of the iteration, for the dates below lie where it would stand. */
  is_high: boolean;
  /** Its post reaches the foot of the header, for nothing lies in the way. */
  is_tall: boolean;
  is_late: boolean;
  /** `null`: there is room for the mark alone. */
  label: string | null;
  says: string;
}

const FLAG_PX = 11;
const FLAG_ICON = 20;
const NAME_PX = 13;
/** What is beside the name of the iteration that holds today. */
const NOW_WIDTH = 28;
const GAP = 4;

type Span = readonly [from: number, to: number];
/** What is taken of the two lines of a column's header. */
type Taken = { high: Span[]; low: Span[] };

/**
 * Where each milestone stands in its column: beside the dates, else beside the iteration's name; with its own name and
 * date, its name alone, or neither, as there is room.
 */
export function flagsOf(
  layout: Layout,
  set_up: SetUp,
  dependencies: readonly Dependency[],
  now_ms: number,
): FlagShown[] {
  const taken = new Map<number, Taken>();
  return set_up.milestones.flatMap((milestone): FlagShown[] => {
    const at = dateAt(set_up.columns, milestone.on);
    const column = at && set_up.columns[at.column];
    if (!at || !column) return [];
    const width = (layout.column_x[at.column + 1] ?? 0) - (layout.column_x[at.column] ?? 0);
    const until = (text: string, size_px: number) => layout.metrics.gutter + textWidth(text, size_px) + GAP;
    const used: Taken = taken.get(at.column) ?? {
      high: [[0, until(column.name, NAME_PX) + (isNow(column, now_ms) ? NOW_WIDTH : 0)]],
      low: [[0, until(datesOf(column, now_ms), FLAG_PX)]],
    };
    taken.set(at.column, used);
    const whole = `${milestone.name} ${day(milestone.on, now_ms)}`;
    const x = Math.round(at.part * width);
    const is_left = at.part > 0.5;
    const spanOf = (long: number): Span => (is_left ? [x - long, x] : [x, x + long]);
    const isFree = (line: keyof Taken, [from, to]: Span) =>
      from >= 0 && to <= width && used[line].every(([a, b]) => to <= a || from >= b);
    const named = (text: string) => spanOf(textWidth(text, FLAG_PX) + FLAG_ICON);
    const label = [whole, milestone.name].find(
      (text) => isFree("low", named(text)) || isFree("high", named(text)),
    );
    const span = label === undefined ? spanOf(FLAG_ICON) : named(label);
    const is_high = !isFree("low", span);
    const is_tall = is_high && isFree("low", [x - 2, x + 2]);
    used[is_high ? "high" : "low"].push(span);
    const is_late = isEndangered(milestone.on, set_up.columns, dependencies);
    const says = is_late ? `${whole}: a dependency lies in the wrong order before it` : whole;
    return [
      {
        id: milestone.id,
        column: at.column,
        left: x,
        right: width - x,
        is_left,
        is_high,
        is_tall,
        is_late,
        label: label ?? null,
        says,
      },
    ];
  });
}

function isNow({ start_on, finish_on }: SetUp["columns"][number], now_ms: number): boolean {
  const today = dateOf(now_ms);
  return start_on !== null && finish_on !== null && start_on <= today && today <= finish_on;
}
