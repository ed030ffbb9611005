import { describe, expect, test } from "vitest";
import { ALL_TEAMS, CHOICES, COLUMNS, onDay, setUp } from "../../../dev/harbour";
import type { Column, Iteration, SetUp, Team } from "../list/shapes";
import { newTeam } from "../wizard/local";
import { connectedSetUp, lack, match, matchedWords, rematched, typeChanges, type Matches } from "./matching";

function need<T>(one: T | undefined): T {
  if (one === undefined) throw new Error("the sample world has one");
  return one;
}
const [SPRINT_41, SPRINT_42] = CHOICES.iterations.map(need) as [Iteration, Iteration];
const QUAY = need(ALL_TEAMS[0]);
const SPRINT_42_COLUMN = need(COLUMNS[1]);
const offered = { set_up: setUp(5), choices: CHOICES };

function team(id: string, name: string): Team {
  return { ...newTeam(name), id };
}
function column(id: string, name: string, start: number | null, finish: number | null): Column {
  const on = (n: number | null) => (n === null ? null : onDay(n));
  return { id, name, node_ids: [90], start_on: on(start), finish_on: on(finish) };
}
function local(teams: Team[], columns: Column[]): SetUp {
  return {
    ...setUp(0),
    scope: { kind: "local" },
    teams,
    columns,
    capacity: { kind: "velocity", overrides: [] },
  };
}
const one = local([team("red", "Quay")], [column("i1", "Sprint 42", null, null)]);

describe("teams", () => {
  test("are found by name, in any writing", () => {
    const { teams } = match(
      local([team("a", "quay"), team("b", "Team Customs"), team("c", "BEACON")], []),
      offered,
    );
    expect(Object.values(teams).map((found) => found.to)).toEqual(["t-quay", "t-customs", "t-beacon"]);
    expect(matchedWords(teams, "team")).toBe("3 teams, by name");
  });

  test("with a whole name come before those with a part of it", () => {
    const { teams } = match(local([team("part", "Quay North"), team("whole", "Quay")], []), offered);
    expect(teams["whole"]?.to).toBe("t-quay");
    expect(teams["part"]?.to).toBeNull();
    const alone = match(local([team("part", "Quay North")], []), offered).teams;
    expect(alone["part"]?.to).toBe("t-quay");
  });

  test("that nobody knows are asked for", () => {
    const set_up = local([team("a", "Red"), team("b", "Quay")], one.columns);
    const matches = match(set_up, offered);
    expect(lack(set_up, matches)).toEqual({ key: "teams", says: "Say which team Red becomes." });
    expect(matchedWords(matches.teams, "team")).toBe("1 of 2 teams found");
    matches.teams["a"] = { to: "t-quay", why: "chosen" };
    expect(lack(set_up, matches)?.says).toBe("Two rows become the same team.");
    matches.teams["a"] = { to: null, why: "chosen" };
    expect(lack(set_up, matches)).toBeNull();
    expect(connectedSetUp(set_up, offered, matches).teams.map((row) => row.id)).toEqual(["b"]);
  });
});

describe("iterations", () => {
  test("are found by name before dates", () => {
    const { columns } = match(local([], [column("x", "sprint 43", 0, 11)]), offered);
    expect(columns["x"]).toEqual({ to: 503, why: "name" });
  });

  test("are found by the days they share", () => {
    const { columns } = match(
      local([], [column("x", "Iteration 1", 1, 12), column("y", "Iteration 2", 14, 25)]),
      offered,
    );
    expect([columns["x"], columns["y"]]).toEqual([
      { to: 501, why: "dates" },
      { to: 502, why: "dates" },
    ]);
  });

  test("that share less than half are not the same", () => {
    const { columns } = match(
      local([], [column("x", "Long", 0, 41), column("y", "Undated", null, null)]),
      offered,
    );
    expect([columns["x"]?.to, columns["y"]?.to]).toEqual([null, null]);
  });

  test("that are like none are taken in order, where there are as many", () => {
    const later = [0, 1, 2, 3, 4].map((at) => column(`x${at}`, `Step ${at}`, 700 + at * 14, 711 + at * 14));
    const { columns } = match(local([], later), offered);
    expect(Object.values(columns)).toEqual([501, 502, 503, 504, 505].map((to) => ({ to, why: "order" })));
    expect(matchedWords(columns, "iteration")).toBe("5 iterations, in order");
    expect(match(local([], later.slice(1)), offered).columns["x1"]?.to).toBeNull();
  });

  test("never are the PI itself", () => {
    const choices = {
      ...CHOICES,
      iterations: [{ ...SPRINT_41, id: 500, name: "26.4" }, ...CHOICES.iterations],
    };
    const { columns } = match(local([], [column("x", "26.4", null, null)]), { ...offered, choices });
    expect(columns["x"]?.to).toBeNull();
  });
});

describe("types", () => {
  test("keep their names, else take the first of their level", () => {
    const scrum = {
      ...offered,
      set_up: {
        ...offered.set_up,
        levels: { features: ["Feature"], stories: ["Product Backlog Item", "Bug"] },
      },
    };
    const matches = match(one, scrum);
    expect(typeChanges(matches)).toEqual([
      { from: "Feature", to: "Feature" },
      { from: "User Story", to: "Product Backlog Item" },
      { from: "Bug", to: "Bug" },
    ]);
    expect(matches.types["User Story"]?.why).toBe("level");
  });

  test("need a level there", () => {
    const flat = { ...offered, set_up: { ...offered.set_up, levels: { features: [], stories: ["Task"] } } };
    expect(lack(one, match(one, flat))?.key).toBe("types");
  });
});

describe("the board that comes of it", () => {
  test("has the places of the connection under the local numbers", () => {
    const set_up: SetUp = {
      ...one,
      teams: [{ ...team("red", "Quay"), velocity: 7 }],
      capacity: { kind: "typed", overrides: [{ team_id: "red", column_id: "i1", capacity: 5 }] },
      milestones: [{ id: "m", name: "Go", on: onDay(3), is_hard: true }],
    };
    const next = connectedSetUp(set_up, offered, match(set_up, offered));
    expect(next.scope).toEqual(offered.set_up.scope);
    expect(next.teams).toEqual([{ ...QUAY, id: "red", velocity: 7 }]);
    expect(next.columns).toEqual([{ ...SPRINT_42_COLUMN, id: "i1", name: SPRINT_42.name }]);
    expect(next.capacity.overrides).toHaveLength(1);
    expect(next.milestones).toEqual(set_up.milestones);
  });

  test("takes a velocity from there where nobody has typed one", () => {
    expect(connectedSetUp(one, offered, match(one, offered)).teams[0]?.velocity).toBe(24);
  });
});

test("what was chosen by hand stays where it is still there", () => {
  const before: Matches = {
    teams: { red: { to: "t-relay", why: "chosen" } },
    columns: { i1: { to: 9999, why: "chosen" } },
    types: { Bug: { to: "Task", why: "chosen" } },
  };
  const next = rematched(before, match(one, offered), CHOICES);
  expect(next.teams["red"]?.to).toBe("t-relay");
  expect(next.columns["i1"]).toEqual({ to: 502, why: "name" });
  expect(next.types["Bug"]?.to).toBe("Task");
});
