import { describe, expect, test } from "vitest";
import { item } from "../../dev/samples";
import { beside, carryWords, columnsOf, dropWords, moveTo, neighbour } from "./moves";

const items = [
  item({ id: "a", priority: 1 }),
  item({ id: "b", priority: 2 }),
  item({ id: "c", status: "blocked" }),
  item({ id: "d", status: "done", priority: 1 }),
];
const columns = columnsOf(items);

describe("columns", () => {
  test("every status has one, in order, empty or not", () =>
    expect(columns.map((column) => [column.status, column.items.length])).toEqual([
      ["open", 2],
      ["in_progress", 0],
      ["blocked", 1],
      ["done", 1],
      ["wont_do", 0],
    ]));
});

describe("arrows", () => {
  test("down and up walk a column and stop at its ends", () => {
    expect(neighbour(columns, "a", "ArrowDown")).toBe("b");
    expect(neighbour(columns, "b", "ArrowUp")).toBe("a");
    expect(neighbour(columns, "b", "ArrowDown")).toBeNull();
    expect(neighbour(columns, "a", "ArrowUp")).toBeNull();
  });
  test("sideways passes over empty columns", () => {
    expect(neighbour(columns, "a", "ArrowRight")).toBe("c");
    expect(neighbour(columns, "c", "ArrowLeft")).toBe("a");
  });
  test("sideways keeps the height as far as there are cards", () =>
    expect(neighbour(columns, "b", "ArrowRight")).toBe("c"));
  test("the edges have nothing beyond", () => {
    expect(neighbour(columns, "a", "ArrowLeft")).toBeNull();
    expect(neighbour(columns, "d", "ArrowRight")).toBeNull();
  });
  test("a card that is gone leads to the first one", () =>
    expect(neighbour(columns, "gone", "ArrowDown")).toBe("a"));
});

describe("a move", () => {
  const first = item({ title: "Order fibre" });
  test("changes the status", () => expect(moveTo(first, "done")).toEqual({ status: "done" }));
  test("to where it is changes nothing", () => expect(moveTo(first, "open")).toBeNull());
  test("goes one column at a time and stops at the last", () => {
    expect(beside("open", 1)).toBe("in_progress");
    expect(beside("open", -1)).toBeNull();
    expect(beside("wont_do", 1)).toBeNull();
  });
  test("is spoken while carried, with what lies there", () =>
    expect(carryWords(first, "blocked", columns)).toBe(
      "Order fibre, Blocked, 1 other. Space to drop, Escape to put back.",
    ));
  test("is spoken once done", () =>
    expect(dropWords(first, "wont_do")).toBe("Order fibre moved to Won’t do."));
});
