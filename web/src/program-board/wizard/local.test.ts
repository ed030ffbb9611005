import { describe, expect, test } from "vitest";
import { shownTeams } from "./answers";
import {
  iterations,
  lackingLocal,
  lengthWords,
  newLocalSetUp,
  newTeam,
  nextMonday,
  rhythmOf,
  withPastedTeams,
  withoutTeam,
} from "./local";

// 2026-11-29 is a Sunday.
const TODAY = "2026-11-29";

function first<T>(all: readonly T[]): T {
  const [one] = all;
  if (one === undefined) throw new Error("there is none");
  return one;
}

describe("a new local board", () => {
  test("is whole from the start", () => {
    const set_up = newLocalSetUp(TODAY);
    expect(shownTeams(set_up).map((team) => team.name)).toEqual(["Team A", "Team B", "Team C"]);
    expect(set_up.columns.map((one) => one.name)).toEqual([
      "Iteration 1",
      "Iteration 2",
      "Iteration 3",
      "Iteration 4",
      "IP iteration",
    ]);
    expect(set_up.columns[0]).toMatchObject({ start_on: "2026-11-30", finish_on: "2026-12-11" });
    expect(set_up.columns[1]).toMatchObject({ start_on: "2026-12-14", finish_on: "2026-12-25" });
    expect(lackingLocal(set_up)).toBeNull();
  });

  test("begins on a Monday to come", () => {
    expect(nextMonday("2026-11-30")).toBe("2026-12-07");
    expect(nextMonday("2026-12-04")).toBe("2026-12-07");
    expect(nextMonday("2026-12-06")).toBe("2026-12-07");
  });

  test("has a number of its own for each team and iteration", () => {
    const { teams, columns } = newLocalSetUp(TODAY);
    expect(new Set([...teams, ...columns].map((one) => one.id)).size).toBe(8);
  });
});

describe("iterations", () => {
  test("of another length keep their names and numbers", () => {
    const old = newLocalSetUp(TODAY).columns.map((one, at) =>
      at === 1 ? { ...one, name: "Sprint 42" } : one,
    );
    const next = iterations({ first_on: "2027-01-04", n_weeks: 3, n: 6 }, old);
    expect(next.slice(0, 5).map((one) => one.id)).toEqual(old.map((one) => one.id));
    expect(next[1]).toMatchObject({ name: "Sprint 42", start_on: "2027-01-25", finish_on: "2027-02-12" });
    expect(next).toHaveLength(6);
  });

  test("tell their rhythm", () => {
    const { columns } = newLocalSetUp(TODAY);
    expect(rhythmOf(columns, TODAY)).toEqual({ first_on: "2026-11-30", n_weeks: 2, n: 5 });
    expect(rhythmOf([], TODAY)).toEqual({ first_on: "2026-11-30", n_weeks: 2, n: 0 });
    expect(lengthWords(columns)).toBe("2 weeks each");
    expect(lengthWords([...columns, { ...first(columns), start_on: null }])).toBe("of different length");
  });
});

describe("teams", () => {
  test("are pasted, one a line, each once", () => {
    const teams = withPastedTeams([newTeam("Quay")], "Customs\n quay \n\nBeacon;Customs");
    expect(teams.map((team) => team.name)).toEqual(["Quay", "Customs", "Beacon"]);
  });

  test("leave with what was typed in for them", () => {
    const set_up = newLocalSetUp(TODAY);
    const a = first(set_up.teams).id;
    const b = first(set_up.teams.slice(1)).id;
    const column_id = first(set_up.columns).id;
    set_up.capacity.overrides = [
      { team_id: a, column_id, capacity: 5 },
      { team_id: b, column_id, capacity: 6 },
    ];
    const next = withoutTeam(set_up, a);
    expect(next.teams).toHaveLength(2);
    expect(next.capacity.overrides.map((one) => one.team_id)).toEqual([b]);
  });

  test("need a name", () => {
    const set_up = newLocalSetUp(TODAY);
    first(set_up.teams).name = " ";
    expect(lackingLocal(set_up)).toEqual({ key: "rows", says: "A team has no name." });
  });
});
