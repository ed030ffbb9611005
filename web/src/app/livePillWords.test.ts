import { describe, expect, test } from "vitest";
import { connection } from "../../dev/samples";
import type { Connection } from "../api/types";
import { pillOf } from "./livePillWords";

const now = new Date(2026, 9, 22, 12, 0, 0).getTime();
const health = (state: Connection["health"]["state"]): Connection["health"] => ({
  state,
  detail: null,
  since_us: (now - 600_000) * 1000,
  to_reconcile: null,
  last_poll_us: (now - 12_000) * 1000,
  poll_interval_ms: 60_000,
});
const hooks = [{ project_id: null, project: null, event: "updated" as const, last_us: 1, n: 1 }];

describe("the live pill", () => {
  test("a healthy connection that polls is neutral", () =>
    expect(pillOf(connection({ health: health("in_lockstep") }), now)).toEqual({
      tone: "plain",
      word: "Every 60 s",
      age: "last 12 s ago",
    }));
  test("one with hooks is in lockstep", () =>
    expect(pillOf(connection({ health: health("in_lockstep"), hooks }), now)).toEqual({
      tone: "ok",
      word: "In lockstep",
      age: "12 s ago",
    }));
  test("no answer comes before decisions", () =>
    expect(
      pillOf(
        connection({ health: health("unreachable"), counts: { waiting: 3, needs_decision: 2, paired: 9 } }),
        now,
      ).word,
    ).toBe("No answer since 11:50"));
  test("decisions come before waiting", () =>
    expect(
      pillOf(
        connection({ health: health("waiting"), counts: { waiting: 3, needs_decision: 2, paired: 9 } }),
        now,
      ),
    ).toEqual({ tone: "warn", word: "2 decisions", age: "3 waiting" }));
  test("a refused token is bad", () =>
    expect(pillOf(connection({ health: health("token_refused") }), now).tone).toBe("bad"));
  test("a disabled connection says so, whatever its counts", () =>
    expect(
      pillOf(
        connection({
          is_enabled: false,
          health: health("disabled"),
          counts: { waiting: 3, needs_decision: 2, paired: 9 },
        }),
        now,
      ).word,
    ).toBe("Disabled"));
});
