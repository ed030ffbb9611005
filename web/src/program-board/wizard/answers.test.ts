import { describe, expect, test } from "vitest";
import { CHOICES, COLUMNS, setUp } from "../../../dev/harbour";
import type { Column, Iteration, SetUp } from "../list/shapes";
import {
  addColumn,
  addNode,
  addTeam,
  capacityWords,
  columnWords,
  datesWords,
  freeIterations,
  lacking,
  linkChoices,
  levelOfType,
  levelWords,
  list,
  moved,
  otherTeams,
  placeWarnings,
  problemsByAnswer,
  removeColumn,
  removeNode,
  scopeWords,
  setCapacity,
  setLevel,
  shortName,
  showTeam,
  stateGroups,
  typedNumber,
  wiqlOf,
} from "./answers";

const five = setUp(5);
const now = new Date(2026, 9, 5).getTime();
const column = (changes: Partial<Column>): Column => ({
  id: "c",
  name: "Sprint 41",
  node_ids: [1],
  start_on: "2026-09-28",
  finish_on: "2026-10-09",
  ...changes,
});
const iteration = (id: number, start_on: string | null, finish_on: string | null): Iteration => ({
  id,
  path: `Harbour\\26.4\\I${id}`,
  name: `I${id}`,
  start_on,
  finish_on,
  project_id: "p",
});
const names = (...all: string[]) => columnWords(all.map((name) => ({ name })));

describe("the link type of dependencies", () => {
  const usual = { name: "Predecessor", taker: "D-Reverse", giver: "D-Forward" };
  const affects = { name: "Affected By", taker: "A-Reverse", giver: "A-Forward" };
  test("is chosen from what the server offers", () =>
    expect(linkChoices({ dependency: usual }, [usual, affects])).toEqual([usual, affects]));
  test("stays to be seen when it is offered no more", () =>
    expect(linkChoices({ dependency: affects }, [usual])).toEqual([affects, usual]));
});

describe("answers in words", () => {
  test("areas count the teams that are shown", () => {
    expect(scopeWords(five)).toBe("Area paths of 5 teams, in 26.4");
    expect(scopeWords(showTeam(five, "t-quay", false))).toBe("Area paths of 4 teams, in 26.4");
  });
  test("areas without a PI name none", () =>
    expect(scopeWords({ ...five, pi: null })).toBe("Area paths of 5 teams"));
  test("a saved query has its name", () =>
    expect(
      scopeWords({
        ...five,
        scope: { kind: "query", project: { id: "p", name: "P" }, query: { id: "q", path: "a/b", name: "b" } },
      }),
    ).toBe("Saved query “b”"));
  test("levels are told with what lies above what", () => {
    expect(levelWords(five)).toBe("Feature above User Story and Bug");
    expect(levelWords({ levels: { features: [], stories: ["Issue"] } })).toBe("Issue on one level");
    expect(levelWords({ levels: { features: ["Epic", "Feature"], stories: [] } })).toBe(
      "Epic and Feature on one level",
    );
  });
  test("a list has commas and one and", () => {
    expect(list([])).toBe("nothing");
    expect(list(["a"])).toBe("a");
    expect(list(["a", "b"])).toBe("a and b");
    expect(list(["a", "b", "c"])).toBe("a, b and c");
  });
});

describe("columns in words", () => {
  test("neighbours that count on are one run", () =>
    expect(columnWords(COLUMNS)).toBe("Sprint 41 to 44, IP sprint"));
  test("a gap ends a run", () =>
    expect(names("Sprint 1", "Sprint 2", "Sprint 4")).toBe("Sprint 1 to 2, Sprint 4"));
  test("another word ends a run", () =>
    expect(names("Sprint 1", "Iteration 2")).toBe("Sprint 1, Iteration 2"));
  test("counting down is no run", () => expect(names("Sprint 2", "Sprint 1")).toBe("Sprint 2, Sprint 1"));
  test("names without numbers stay", () => expect(names("Alpha", "Beta")).toBe("Alpha, Beta"));
  test("numbers of releases count on too", () => expect(names("26.4.1", "26.4.2")).toBe("26.4.1 to 2"));
  test("none are an empty word", () => expect(names()).toBe(""));
  test("dates span the first and the last day", () =>
    expect(datesWords([column({}), column({ start_on: "2026-10-12", finish_on: "2026-10-23" })], now)).toBe(
      "Dates from Azure DevOps, 28 Sep to 23 Oct.",
    ));
  test("a column without dates is told", () =>
    expect(datesWords([column({}), column({ start_on: null, finish_on: null })], now)).toBe(
      "Dates from Azure DevOps, 28 Sep to 9 Oct. 1 column has none.",
    ));
  test("no dates at all are told", () =>
    expect(datesWords([column({ start_on: null, finish_on: null })], now)).toBe(
      "No dates in Azure DevOps yet.",
    ));
  test("a narrow column has a short name", () => {
    expect(shortName("Sprint 41")).toBe("S41");
    expect(shortName("Iteration 3")).toBe("I3");
    expect(shortName("IP sprint")).toBe("IP");
    expect(shortName("Hardening")).toBe("Hardening");
    expect(shortName("26.4.1")).toBe("26.4.1");
  });
});

describe("capacity and states in words", () => {
  test("velocity, the field, and what is typed in", () =>
    expect(capacityWords(five, CHOICES)).toEqual({
      is: "Velocity of each team × length of the iteration",
      says: "Load counts Story Points of User Story and Bug only. 12 cells are typed in.",
    }));
  test("teams without a velocity are told", () => {
    const none = { ...five, teams: five.teams.map((team) => ({ ...team, velocity: null })) };
    expect(capacityWords(none, CHOICES).says).toMatch(/5 teams have no velocity yet\.$/);
  });
  test("a field the server does not name is spelled from its reference name", () =>
    expect(capacityWords({ ...five, unit: { field: "Custom.Size", name: "points" } }, null).says).toContain(
      "counts Size of",
    ));
  test("states are grouped by category, each once, without removed ones", () =>
    expect(stateGroups(five, CHOICES.types)).toEqual([
      { category: "proposed", states: ["New"] },
      { category: "in_progress", states: ["Active", "In review"] },
      { category: "resolved", states: ["Resolved"] },
      { category: "completed", states: ["Closed"] },
    ]));
  test("a server that names no states gives no groups", () =>
    expect(
      stateGroups(five, [{ name: "Bug", color: null, icon: null, category: null, level: null }]),
    ).toEqual([]));
});

describe("warnings", () => {
  test("lie at what they name", () =>
    expect(
      placeWarnings(
        ["Tideway has not selected Sprint 44.", "Quay has no area.", "The token sees 2 of 3 projects."],
        five,
      ),
    ).toEqual({
      columns: ["Tideway has not selected Sprint 44."],
      rows: ["Quay has no area."],
      scope: ["The token sees 2 of 3 projects."],
    }));
  test("are told once", () =>
    expect(placeWarnings(["Two boards show this.", "Two boards show this."], five).scope).toHaveLength(1));
});

describe("what is lacking", () => {
  test("nothing, as proposed", () => expect(lacking("PI 26.4", five)).toBeNull());
  test("a name", () => expect(lacking("  ", five)?.key).toBe("name"));
  test("a team", () =>
    expect(
      lacking("a", { ...five, teams: five.teams.map((team) => ({ ...team, is_shown: false })) })?.key,
    ).toBe("rows"));
  test("a column, and its name", () => {
    expect(lacking("a", { ...five, columns: [] })?.key).toBe("columns");
    expect(lacking("a", { ...five, columns: [column({ name: " " })] })?.says).toBe("A column has no name.");
  });
  test("a type", () =>
    expect(lacking("a", { ...five, levels: { features: [], stories: [] } })?.key).toBe("scope"));
});

describe("what the server said about fields", () => {
  const said = (field: string, message = "is missing") => problemsByAnswer([{ field, message }], five);
  test("lies at its answer", () => {
    expect(said("name", "A board has this name.")).toEqual({ name: "A board has this name." });
    expect(said("set_up.scope.wiql", "write the query")).toEqual({ scope: "Write the query." });
    expect(said("set_up.levels", "x")).toHaveProperty("scope");
    expect(said("set_up.unit.field")).toHaveProperty("capacity");
    expect(said("set_up.pi")).toHaveProperty("columns");
  });
  test("names the row it is about", () => {
    expect(said("set_up.teams.1.areas", "a team has at least one area")).toEqual({
      rows: "Manifest: a team has at least one area.",
    });
    expect(said("set_up.columns.0.node_ids")).toEqual({ columns: "Sprint 41: is missing." });
  });
  test("the first of several is shown", () =>
    expect(
      problemsByAnswer(
        [
          { field: "set_up.teams.0.id", message: "is missing" },
          { field: "set_up.teams.1.id", message: "is too long" },
        ],
        five,
      ).rows,
    ).toBe("Quay: is missing."));
  test("a field of no answer is left to the sentence below", () => expect(said("write_mode")).toEqual({}));
});

describe("changing answers", () => {
  test("rows move one place and stop at the ends", () => {
    expect(moved(["a", "b", "c"], 2, -1)).toEqual(["a", "c", "b"]);
    expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
    expect(moved(["a", "b"], 1, 1)).toEqual(["a", "b"]);
  });
  test("teams that are not on the board are offered, and come at the end", () => {
    const other = otherTeams(five, CHOICES);
    expect(other.map((team) => team.name)).toEqual(["Dockside", "Ledger", "Relay"]);
    const next = addTeam(five, other[0] as (typeof other)[number]);
    expect(next.teams.map((team) => team.is_shown && team.name).at(-1)).toBe("Dockside");
    expect(otherTeams(next, CHOICES)).toHaveLength(2);
    expect(otherTeams(five, null)).toEqual([]);
  });
  test("a type lies on one level only", () => {
    const next = setLevel(five, "Bug", "feature");
    expect(next.levels).toEqual({ features: ["Feature", "Bug"], stories: ["User Story"] });
    expect(levelOfType(next, "Bug")).toBe("feature");
    expect(levelOfType(setLevel(next, "Bug", null), "Bug")).toBeNull();
  });
  test("iterations of a column are not offered again, nor is the PI, and those of the PI come first", () => {
    const free = freeIterations(five, [
      ...CHOICES.iterations,
      { ...iteration(500, null, null), path: "Harbour\\26.4" },
    ]);
    expect(free.map((one) => one.id)).toEqual([506, 401, 402, 403, 404]);
  });
  test("a new column lies where its date puts it", () => {
    const ids = (set_up: SetUp) => set_up.columns.map((one) => one.id);
    const base = { ...five, columns: [column({ id: "a" }), column({ id: "b", start_on: "2026-11-01" })] };
    expect(ids(addColumn(base, iteration(7, "2026-10-12", null)))).toEqual(["a", "c-7", "b"]);
    expect(ids(addColumn(base, iteration(7, null, null)))).toEqual(["a", "b", "c-7"]);
  });
  test("a second iteration stretches its column, and leaving shrinks it again", () => {
    const nodes = [iteration(1, "2026-09-28", "2026-10-09"), iteration(2, "2026-10-12", "2026-10-16")];
    const base = { ...five, columns: [column({})] };
    const both = addNode(base, "c", nodes[1] as Iteration);
    expect(both.columns[0]).toMatchObject({
      node_ids: [1, 2],
      start_on: "2026-09-28",
      finish_on: "2026-10-16",
    });
    expect(removeNode(both, "c", 2, nodes).columns[0]).toEqual(base.columns[0]);
  });
  test("a column without iterations is gone, with what was typed in for it", () => {
    const base = setCapacity({ ...five, columns: [column({})] }, "t-quay", "c", 9);
    const next = removeNode(base, "c", 1, []);
    expect(next.columns).toEqual([]);
    expect(next.capacity.overrides.some((one) => one.column_id === "c")).toBe(false);
    expect(removeColumn(base, "c")).toEqual(next);
  });
  test("a typed capacity replaces the one before and can be taken back", () => {
    const base = { ...five, capacity: { kind: "velocity" as const, overrides: [] } };
    const typed = setCapacity(setCapacity(base, "t", "c", 9), "t", "c", 8);
    expect(typed.capacity.overrides).toEqual([{ team_id: "t", column_id: "c", capacity: 8 }]);
    expect(setCapacity(typed, "t", "c", null).capacity.overrides).toEqual([]);
  });
  test("what is typed is a number from zero, nothing, or wrong", () => {
    expect(typedNumber("12")).toBe(12);
    expect(typedNumber(" 7,5 ")).toBe(7.5);
    expect(typedNumber("0")).toBe(0);
    expect(typedNumber("")).toBeNull();
    expect(typedNumber("-1")).toBeUndefined();
    expect(typedNumber("many")).toBeUndefined();
  });
});

describe("the WIQL to begin with", () => {
  test("says what the areas said", () =>
    expect(wiqlOf(five, "Harbour\\26.4")).toBe(
      "SELECT [System.Id]\nFROM WorkItems\nWHERE [System.TeamProject] IN ('Harbour')\n  AND [System.WorkItemType] IN ('Feature', 'User Story', 'Bug')\n  AND [System.IterationPath] UNDER 'Harbour\\26.4'",
    ));
  test("doubles a quote in a name", () =>
    expect(
      wiqlOf({ ...five, scope: { kind: "areas", projects: [{ id: "p", name: "O'Hara" }] } }, null),
    ).toContain("'O''Hara'"));
  test("asks for everything when nothing is said", () =>
    expect(
      wiqlOf(
        { ...five, scope: { kind: "wiql", project: null, wiql: "" }, levels: { features: [], stories: [] } },
        null,
      ),
    ).toBe("SELECT [System.Id]\nFROM WorkItems"));
});
