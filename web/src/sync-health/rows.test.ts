import { describe, expect, test } from "vitest";
import { edit } from "../../dev/samples";
import type { OpenEdit, SyncRow } from "../api/types";
import { breakdown, groupByItem, oldest } from "./rows";

function row(item_id: string, changes: Partial<OpenEdit>): SyncRow {
  return {
    item: { id: item_id, number: 1, title: "Order fibre", work_item_id: 4703, type: "Task", board_id: null },
    connection: { id: "c", label: "Northquay cloud" },
    edit: edit(changes),
  };
}

describe("decisions", () => {
  test("fields of one item share one card", () => {
    const rows = [
      row("a", { id: "1", state: "conflict" }),
      row("b", { id: "2", state: "refused" }),
      row("a", { id: "3", state: "conflict" }),
    ];
    expect(
      groupByItem(rows).map((group) => [group.item.id, group.conflicts.length, group.others.length]),
    ).toEqual([
      ["a", 2, 0],
      ["b", 0, 1],
    ]);
  });
  test("are counted by kind", () =>
    expect(breakdown([row("a", { state: "conflict" }), row("b", { state: "refused" })])).toBe(
      "1 conflict, 1 refused",
    ));
  test("none is nothing", () => expect(breakdown([])).toBe("Nothing"));
  test("the oldest wait is known", () => {
    expect(oldest([row("a", { at_us: 5 }), row("b", { at_us: 3 })])).toBe(3);
    expect(oldest([])).toBeNull();
  });
});
