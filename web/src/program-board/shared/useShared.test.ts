import { describe, expect, it } from "vitest";
import { NoAnswer, Problem } from "../../api/client";
import type { Snapshot } from "../shapes";
import { secretOf } from "./secret";
import { after, type SharedState } from "./useShared";

const snapshot = { change: 0 } as Snapshot;
const shown: SharedState = { snapshot, seen_ms: 1, error: null };
const problem = (status: number) => ({ error: new Problem(status, { title: "No" }) });

describe("the address of a link", () => {
  it.each([
    ["/shared#AbC-_9", "AbC-_9"],
    ["/shared/#AbC", "AbC"],
    ["/shared", ""],
    ["/boards/shared#x", null],
    ["/shared/a#b", null],
  ])("%s", (address, secret) => expect(secretOf(new URL(address, "http://lockstep"))).toBe(secret));
});

describe("a shared board", () => {
  it("is as fresh as the last answer, new or the same", () => {
    expect(after(shown, "same", 5)).toEqual({ snapshot, seen_ms: 5, error: null });
    const newer = { change: 1 } as Snapshot;
    expect(after(shown, newer, 5).snapshot).toBe(newer);
  });
  it("stays while no answer comes, and says how old it is", () => {
    const lost = after(shown, { error: new NoAnswer() }, 5);
    expect([lost.snapshot, lost.seen_ms]).toEqual([snapshot, 1]);
    expect(after(shown, problem(429), 5).snapshot).toBe(snapshot);
  });
  it.each([401, 410])("is gone at once when the link is: %s", (status) =>
    expect(after(shown, problem(status), 5).snapshot).toBeNull(),
  );
});
