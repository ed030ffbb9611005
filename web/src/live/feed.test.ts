import { describe, expect, test } from "vitest";
import { backoffMs, parseNotice, staleAfter, staleAfterGap } from "./feed";

describe("the change feed", () => {
  test("a changed action item makes its list, the sync page and the counts stale", () =>
    expect(staleAfter([{ change: 1, noun: "action_item", id: "a" }])).toEqual([
      "action-items",
      "sync",
      "connections",
      "my-tokens",
    ]));
  test("many changes of one kind are asked for once", () =>
    expect(
      staleAfter([
        { change: 1, noun: "connection", id: "a" },
        { change: 2, noun: "connection", id: "b" },
      ]),
    ).toEqual(["connections", "my-tokens"]));
  test("after a gap everything a change can touch is stale", () =>
    expect(staleAfterGap()).toEqual(
      expect.arrayContaining(["action-items", "sync", "connections", "my-tokens", "members", "session"]),
    ));
  test("a message that is not a change is left alone", () => {
    expect(parseNotice("not json")).toBeNull();
    expect(parseNotice('{"change":1,"noun":"weather","id":"a"}')).toBeNull();
    expect(parseNotice('{"change":"1","noun":"sync","id":"a"}')).toBeNull();
  });
  test("a change is read", () =>
    expect(parseNotice('{"change":7,"noun":"sync","id":"a"}')).toEqual({ change: 7, noun: "sync", id: "a" }));
  test("waiting grows and has a bound", () => {
    expect([0, 1, 2, 5, 50].map(backoffMs)).toEqual([1_000, 2_000, 4_000, 30_000, 30_000]);
  });
});
