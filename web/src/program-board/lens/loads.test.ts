import { describe, expect, test } from "vitest";
import { setUp } from "../../../dev/harbour";
import { capacityFormula, overCells, teamLoad, teamLoadWords } from "./loads";

const five = setUp(5);
/** Load of Customs in each iteration; nobody else has any. */
const load = Array.from({ length: 25 }, (_, at) => [18, 26, 13, 11, 2][at - 10] ?? 0);

describe("load against capacity", () => {
  test("cells over capacity come fullest first", () =>
    expect(overCells(five, load)).toEqual([
      { team: "Customs", column: "Sprint 42", load: 26, capacity: 22, over: 4 },
    ]));
  test("a hidden team is over nothing", () => {
    const teams = five.teams.map((team) => ({ ...team, is_shown: false }));
    expect(overCells({ ...five, teams }, load)).toEqual([]);
  });
  test("a team's sum, and how many iterations are over", () => {
    const sum = teamLoad(five, load, 2);
    expect(sum).toEqual({ load: 70, capacity: 94, n_over: 1 });
    expect(teamLoadWords(sum, "points")).toBe("70 of 94 points · 1 iteration over");
  });
  test("without a capacity there is only a load", () => {
    const bare = { ...five, capacity: { kind: "typed" as const, overrides: [] } };
    expect(teamLoadWords(teamLoad(bare, load, 2), "points")).toBe("70 points");
    expect(overCells(bare, load)).toEqual([]);
  });
  test("load of half points keeps no rounding errors", () =>
    expect(teamLoad(five, [0.1, 0.2, 0, 0, 0], 0).load).toBe(0.3));
});

describe("how a capacity comes about", () => {
  const plain = { ...five, capacity: { kind: "velocity" as const, overrides: [] } };
  test("velocity alone", () => expect(capacityFormula(plain, 2, 0)).toBe("Capacity 24 = velocity 24"));
  test("days off as a part of it", () =>
    expect(capacityFormula(five, 2, 0)).toBe("Capacity 20 = velocity 24 × 83 %"));
  test("a shorter iteration", () => {
    const columns = five.columns.map((one, at) =>
      at === 4 ? { ...one, start_on: "2026-11-23", finish_on: "2026-11-28" } : one,
    );
    expect(capacityFormula({ ...plain, columns }, 2, 4)).toBe("Capacity 12 = velocity 24 × 50 %");
  });
  test("typed in, where velocity does not count", () =>
    expect(capacityFormula({ ...five, capacity: { ...five.capacity, kind: "typed" } }, 2, 0)).toBe(
      "Capacity 20, typed in",
    ));
  test("nobody has said", () =>
    expect(capacityFormula({ ...plain, capacity: { kind: "typed", overrides: [] } }, 2, 0)).toBe(
      "No capacity yet",
    ));
});
