import { describe, expect, test } from "vitest";
import type { HookRow } from "../api/types";
import { hookMatrix } from "./hooks";

const hook = (changes: Partial<HookRow>): HookRow => ({
  project_id: "p",
  project: "Harbour",
  event: "created",
  last_us: 1,
  n: 1,
  ...changes,
});

describe("the hook matrix", () => {
  test("has one row for each project and one cell for each event", () => {
    const rows = hookMatrix([
      hook({}),
      hook({ event: "deleted" }),
      hook({ project_id: "q", project: "Gate" }),
    ]);
    expect(rows.map((row) => row.project)).toEqual(["Gate", "Harbour"]);
    expect(rows[1]?.cells.map((cell) => cell?.event ?? null)).toEqual(["created", null, "deleted", null]);
  });
  test("two subscriptions of one event show the one heard last", () =>
    expect(hookMatrix([hook({ last_us: 1 }), hook({ last_us: 9 })])[0]?.cells[0]?.last_us).toBe(9));
  test("what came without a project stands last", () =>
    expect(
      hookMatrix([hook({ project_id: null, project: null }), hook({ project: "Zulu" })]).map(
        (row) => row.project,
      ),
    ).toEqual(["Zulu", "All projects"]));
  test("nothing known is an empty table", () => expect(hookMatrix([])).toEqual([]));
});
