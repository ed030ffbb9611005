// Rows of the sync page, gathered by item. Pure.
import type { OpenEdit, SyncRow } from "../api/types";
import { plural } from "../ui/time";

export interface Decision {
  item: SyncRow["item"];
  conflicts: OpenEdit[];
  others: OpenEdit[];
}

/** One decision card for each item, in the order their first row came. */
export function groupByItem(rows: readonly SyncRow[]): Decision[] {
  const groups = new Map<string, Decision>();
  for (const { item, edit } of rows) {
    const group = groups.get(item.id) ?? { item, conflicts: [], others: [] };
    (edit.state === "conflict" ? group.conflicts : group.others).push(edit);
    groups.set(item.id, group);
  }
  return [...groups.values()];
}

/** `1 conflict, 1 refused`. */
export function breakdown(rows: readonly SyncRow[]): string {
  const n = (state: OpenEdit["state"]) => rows.filter((row) => row.edit.state === state).length;
  const parts = [
    n("conflict") > 0 && plural(n("conflict"), "conflict"),
    n("refused") > 0 && `${n("refused")} refused`,
    n("unknown") > 0 && `${n("unknown")} unknown`,
  ].filter((part): part is string => part !== false);
  return parts.length > 0 ? parts.join(", ") : rows.length > 0 ? "Held" : "Nothing";
}

/** When the oldest of these edits was made; `null` when there is none. */
export function oldest(rows: readonly SyncRow[]): number | null {
  return rows.length === 0 ? null : Math.min(...rows.map((row) => row.edit.at_us));
}
