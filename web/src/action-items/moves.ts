// Moving cards on the board: columns by status, the next card for an arrow key, and what a move changes. Pure.
import type { ActionItem, Status } from "../api/types";
import { plural } from "../ui/time";
import { byUrgency } from "./order";
import { STATUSES, STATUS_WORDS } from "./words";

export interface Column {
  status: Status;
  items: ActionItem[];
}

export function columnsOf(items: readonly ActionItem[]): Column[] {
  return STATUSES.map((status) => ({
    status,
    items: items.filter((item) => item.status === status).sort(byUrgency),
  }));
}

/** What dropping `item` on a column changes; `null` when it already is there. */
export function moveTo(item: ActionItem, status: Status): { status: Status } | null {
  return item.status === status ? null : { status };
}

/** The column beside one; the last has none further. */
export function beside(status: Status, step: -1 | 1): Status | null {
  return STATUSES[STATUSES.indexOf(status) + step] ?? null;
}

export type Arrow = "ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight";

/** The card an arrow key leads to; empty columns are passed over. `null` at an edge. */
export function neighbour(columns: readonly Column[], id: string, arrow: Arrow): string | null {
  const x = columns.findIndex((column) => column.items.some((item) => item.id === id));
  const y = columns[x]?.items.findIndex((item) => item.id === id) ?? -1;
  if (x < 0 || y < 0) return columns.find((column) => column.items.length > 0)?.items[0]?.id ?? null;
  if (arrow === "ArrowUp" || arrow === "ArrowDown")
    return columns[x]?.items[y + (arrow === "ArrowUp" ? -1 : 1)]?.id ?? null;
  const step = arrow === "ArrowLeft" ? -1 : 1;
  for (let at = x + step; at >= 0 && at < columns.length; at += step) {
    const items = columns[at]?.items ?? [];
    const found = items[Math.min(y, items.length - 1)];
    if (found) return found.id;
  }
  return null;
}

/** What is said while a card is carried over a column. */
export function carryWords(item: ActionItem, over: Status, columns: readonly Column[]): string {
  const n = columns
    .find((column) => column.status === over)
    ?.items.filter((other) => other.id !== item.id).length;
  return `${item.title}, ${STATUS_WORDS[over]}, ${plural(n ?? 0, "other")}. Space to drop, Escape to put back.`;
}

/** What is said once it lies there. */
export function dropWords(item: ActionItem, status: Status): string {
  return `${item.title} moved to ${STATUS_WORDS[status]}.`;
}
