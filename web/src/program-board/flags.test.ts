import { expect, test } from "vitest";
import { flagsOf } from "./flags";
import type { Layout } from "./layout";
import type { SetUp } from "./shapes";

const NOW_MS = Date.parse("2026-11-29T12:00:00Z");

function flag(width: number, on: string, [start_on, finish_on] = ["2026-11-23", "2026-12-04"]) {
  const layout = { column_x: [0, width], metrics: { gutter: 13 } } as unknown as Layout;
  const set_up = {
    columns: [{ id: "c", name: "Sprint 42", start_on, finish_on }],
    milestones: [{ id: "m", name: "Gate pilot", on }],
  } as unknown as SetUp;
  const [one] = flagsOf(layout, set_up, [], NOW_MS);
  return one && { label: one.label, high: one.is_high, tall: one.is_tall };
}

test("a flag with room beside the dates stands there with its name and date", () => {
  expect(flag(320, "2026-12-03")).toEqual({ label: "Gate pilot 3 Dec", high: false, tall: false });
});

test("a flag that meets the dates stands beside the iteration's name, its post down to the foot", () => {
  expect(flag(300, "2027-01-07", ["2026-12-28", "2027-01-08"])).toEqual({
    label: "Gate pilot 7 Jan 2027",
    high: true,
    tall: true,
  });
});

test("a flag over the dates keeps its post off them", () => {
  expect(flag(300, "2027-01-01", ["2026-12-28", "2027-01-08"])).toEqual({
    label: "Gate pilot 1 Jan 2027",
    high: true,
    tall: false,
  });
});

test("a flag without room for its date says its name", () => {
  expect(flag(238, "2026-12-02")).toEqual({ label: "Gate pilot", high: false, tall: false });
});

test("a flag in a narrow column is its mark alone", () => {
  expect(flag(170, "2026-12-03")).toEqual({ label: null, high: false, tall: false });
});
