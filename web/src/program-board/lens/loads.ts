// Load and capacity of cells and teams, in numbers and words. Pure.
import { capacityOf, cellIndex, type Placement } from "../placement";
import type { SetUp } from "../shapes";

export interface CellLoad {
  team: string;
  column: string;
  load: number;
  capacity: number;
  over: number;
}

const rounded = (value: number) => Math.round(value * 10) / 10;

/** Cells of the teams shown that hold more than they can, the fullest first. */
export function overCells(set_up: SetUp, load: Placement["load"]): CellLoad[] {
  return set_up.teams
    .flatMap((team, t) =>
      set_up.columns.flatMap((column, c): CellLoad[] => {
        const own = load[cellIndex(set_up.columns.length, t, c)] ?? 0;
        const capacity = capacityOf(set_up, t, c)?.capacity;
        if (!team.is_shown || capacity === undefined || own <= capacity) return [];
        return [
          {
            team: team.name,
            column: column.name,
            load: rounded(own),
            capacity,
            over: rounded(own - capacity),
          },
        ];
      }),
    )
    .sort((a, b) => b.over - a.over);
}

export interface TeamLoad {
  load: number;
  /** `null`: no iteration of this team has one. */
  capacity: number | null;
  n_over: number;
}

export function teamLoad(set_up: SetUp, load: Placement["load"], team: number): TeamLoad {
  let sum = 0;
  let capacity: number | null = null;
  let n_over = 0;
  set_up.columns.forEach((_, column) => {
    const own = load[cellIndex(set_up.columns.length, team, column)] ?? 0;
    const most = capacityOf(set_up, team, column)?.capacity;
    sum += own;
    if (most === undefined) return;
    capacity = (capacity ?? 0) + most;
    if (own > most) n_over += 1;
  });
  return { load: rounded(sum), capacity: capacity === null ? null : rounded(capacity), n_over };
}

/** `70 of 94 points · 1 sprint over`. */
export function teamLoadWords({ load, capacity, n_over }: TeamLoad, unit: string): string {
  const base = capacity === null ? `${load} ${unit}` : `${load} of ${capacity} ${unit}`;
  if (n_over === 0) return base;
  return `${base} · ${n_over} ${n_over === 1 ? "iteration" : "iterations"} over`;
}

/** `Capacity 20 = velocity 24 × 83 %`: how the number came about. */
export function capacityFormula(set_up: SetUp, team: number, column: number): string {
  const capacity = capacityOf(set_up, team, column);
  if (capacity === null) return "No capacity yet";
  const { capacity: most, velocity, share, isTyped } = capacity;
  if (!velocity || set_up.capacity.kind === "typed") return `Capacity ${most}, typed in`;
  // What was typed in, or read from days off, is told as a part of the velocity too.
  const part = isTyped ? most / velocity : share;
  return part === 1
    ? `Capacity ${most} = velocity ${velocity}`
    : `Capacity ${most} = velocity ${velocity} × ${percent(part)}`;
}

const percent = (share: number) => `${Math.round(share * 100)} %`;
