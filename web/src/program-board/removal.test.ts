import { describe, expect, test } from "vitest";
import { removalActs, removalsOf, removedState } from "./removal";
import { modelOf, story } from "./testing";

const model = modelOf([]);
const there = story("a");
const unborn = story("b", { number: null });

describe("removing a card", () => {
  test("asks what happens in Azure DevOps, the work item left alone first", () =>
    expect(removalsOf(model, [there])).toEqual(["off_board", "removed_state", "recycle_bin"]));
  test("asks nothing about what is not created yet", () => expect(removalsOf(model, [unborn])).toEqual([]));
  test("offers the state only where every type has one", () => {
    const without = {
      ...model,
      frame: { ...model.frame, states: model.frame.states.filter((one) => one.category !== "removed") },
    };
    expect(removedState(model, there)).toBe("Removed");
    expect(removalsOf(without, [there])).toEqual(["off_board", "recycle_bin"]);
  });
  test("comes to one act for each card", () => {
    expect(removalActs(model, [there], "off_board")).toEqual([
      { kind: "remove", item: "a", how: "off_board" },
    ]);
    expect(removalActs(model, [there, unborn], "removed_state")).toEqual([
      { kind: "set", item: "a", field: "state", to: "Removed" },
      { kind: "remove", item: "b", how: "recycle_bin" },
    ]);
  });
});
