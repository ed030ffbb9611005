import { beforeEach, describe, expect, test } from "vitest";
import { harbourCards, uuid } from "../../dev/board-samples";
import { NO_FILTER, type Filter } from "./filter";
import { countFilters, find, matchesTile, optionsOf, rowsOf, shownTeams } from "./filters";
import { dependenciesOf } from "./links";
import { place } from "./placement";
import { clean, filterOf, filterSearch, parseBoardSearch } from "./search";
import { noted, noteFor, type Note } from "./since";
import { feature, modelOf, story } from "./testing";

const model = modelOf([...harbourCards().values()]);
const placement = place(model);
const dependencies = dependenciesOf(model, placement);
const shown = (filter: Partial<Filter>) => {
  const rows = rowsOf(model, placement, dependencies, { ...NO_FILTER, ...filter }, "team");
  return rows.flatMap((row) => row.cells.flatMap((cell) => cell.map((tile) => tile.card.number)));
};

describe("a filter", () => {
  test("that is not set shows everything", () => expect(shown({})).toHaveLength(71 + 5));
  test("by team leaves rows out", () => {
    expect(shownTeams(model, { ...NO_FILTER, teams: ["t2"] })).toEqual([2]);
    expect(shown({ teams: ["t2"] })).toContain(4112);
    expect(shown({ teams: ["t2"] })).not.toContain(4102);
  });
  test("leaves out a team that the board does not show", () => {
    const teams = model.frame.set_up.teams.map((team, i) => ({ ...team, is_shown: i !== 0 }));
    expect(shownTeams(modelOf([], { teams }), NO_FILTER)).not.toContain(0);
  });
  test("by type keeps a feature whose stories match", () => {
    expect(shown({ types: ["Bug"] })).toEqual([4122, 4163, 4166]);
    expect(shown({ types: ["User Story"] })).toContain(4112);
  });
  test("by state, person and tag", () => {
    expect(shown({ tags: ["customs"] })).toEqual(expect.arrayContaining([4112]));
    expect(shown({ people: [""] })).toContain(4131);
    expect(shown({ people: ["Ravi Shah"] })).not.toContain(4113);
    expect(shown({ states: ["resolved"], types: ["Feature"] })).toContain(4102);
  });
  test("of two kinds asks for both", () =>
    expect(shown({ types: ["Bug"], people: ["Elena Petrova"] })).toEqual([4163]));
  test("by dependency keeps both ends", () => {
    const numbers = shown({ health: ["bad"] });
    expect(numbers).toEqual(expect.arrayContaining([4115, 4106, 4306, 4505]));
    expect(numbers).not.toContain(4110);
  });
  test("for problems keeps what needs a person", () => {
    const numbers = shown({ only_problems: true });
    expect(numbers).toEqual(expect.arrayContaining([4163, 4112, 4090]));
    expect(numbers).not.toContain(4102);
  });
  test("by sync keeps what waits", () => expect(shown({ sync: ["waiting"] })).toEqual([4106, 4166]));
  test("since a change keeps what changed later, also within a feature", () => {
    const cards = [feature("f"), story("a", { parent: "f", change: 9 }), story("b", { change: 3 })];
    const small = modelOf(cards);
    const placed = place(small);
    const links = dependenciesOf(small, placed);
    const keys = [...placed.byKey.values()].filter((tile) =>
      matchesTile(small, links, { ...NO_FILTER, since: 5 }, tile),
    );
    expect(keys.map((tile) => tile.key)).toEqual(["f"]);
  });
  test("is counted by kinds", () =>
    expect(countFilters({ ...NO_FILTER, teams: ["a", "b"], only_problems: true, since: 4 })).toBe(3));
});

test("grouped by type, rows are types in the project's own order", () => {
  const rows = rowsOf(model, placement, dependencies, NO_FILTER, "type");
  expect(rows.map((row) => row.type)).toEqual(["Feature", "User Story", "Bug"]);
  expect(rows[2]?.cells.flat().map((tile) => tile.card.number)).toEqual([4122, 4163, 4166]);
});

describe("find", () => {
  const rows = rowsOf(model, placement, dependencies, NO_FILTER, "team");
  test("finds by number, title, person and parked cards", () => {
    expect(find(rows, placement.parked, "4112")).toEqual([`${uuid(4112)}@1,2`, uuid(4112)]);
    expect(find(rows, placement.parked, "hold rea")).toEqual([uuid(4116)]);
    expect(find(rows, placement.parked, "tide window")).toEqual([uuid(4194)]);
    expect(find(rows, placement.parked, "yuki").length).toBeGreaterThan(4);
  });
  test("finds a feature by the title of its story", () =>
    expect(find(rows, placement.parked, "hold reasons list: part 2")).toEqual([uuid(4116)]));
  test("finds nothing for nothing", () => expect(find(rows, placement.parked, "  ")).toEqual([]));
});

test("every value that can be filtered by is offered with its count", () => {
  const options = optionsOf(model);
  expect(options.types.map(([type]) => type)).toEqual(["User Story", "Feature", "Bug", "Epic"]);
  expect(options.sync.decision).toBe(2);
  expect(options.people[0]?.[0]).toBe("");
});

describe("the address", () => {
  test("is read as it was written", () => {
    const search = {
      card: "x",
      density: "fit",
      group: "type",
      teams: ["t1"],
      deps: ["bad"],
      problems: true,
      since: 4,
      stories: ["f"],
      folded: ["t2"],
    } as const;
    expect(parseBoardSearch({ ...search })).toEqual(search);
  });
  test("with what nobody knows is left alone", () =>
    expect(parseBoardSearch({ density: "huge", states: ["x"], sprint: -1, teams: 3, q: "" })).toEqual({
      teams: ["3"],
    }));
  test("can show the stories of every feature", () =>
    expect(parseBoardSearch({ stories: "all" })).toEqual({ stories: "all" }));
  test("gives the filter", () =>
    expect(filterOf({ people: ["A"], problems: true })).toEqual({
      ...NO_FILTER,
      people: ["A"],
      only_problems: true,
    }));
  test("of a quick filter leaves the person's place out", () =>
    expect(filterSearch({ card: "x", density: "fit", q: "w", sprint: 1, tags: ["t"] })).toEqual({
      tags: ["t"],
    }));
  test("carries nothing that is empty", () =>
    expect(clean({ q: "", teams: [], tags: undefined, sprint: 0 })).toEqual({ sprint: 0 }));
});

describe("what changed since", () => {
  const minute = 60_000;
  const hour = 60 * minute;
  const noon = new Date(2026, 9, 22, 12).getTime();
  let notes: Note[] = [];
  beforeEach(() => {
    notes = [
      { at_ms: noon - 20 * hour, change: 5 },
      { at_ms: noon - 3 * hour, change: 10 },
      { at_ms: noon - 2 * hour, change: 20 },
      { at_ms: noon, change: 30 },
    ];
  });
  test("my last visit is the last note before I was away", () => {
    expect(noteFor([...notes, { at_ms: noon + minute, change: 31 }], "visit", noon + minute)?.change).toBe(
      20,
    );
    expect(noteFor([{ at_ms: noon, change: 3 }], "visit", noon)).toBeNull();
  });
  test("an hour ago is the last note before it", () => expect(noteFor(notes, "hour", noon)?.change).toBe(20));
  test("today is the last note of a day before", () => expect(noteFor(notes, "today", noon)?.change).toBe(5));
  test("without an earlier note begins with the first one", () =>
    expect(noteFor([{ at_ms: noon - minute, change: 7 }], "hour", noon)?.change).toBe(7));
  test("notes are a minute apart, and the newest is kept fresh", () => {
    let log: Note[] = [];
    for (let s = 0; s <= 300; s += 10) log = noted(log, { at_ms: noon + s * 1000, change: s });
    expect(log.length).toBeLessThan(12);
    expect(log[log.length - 1]?.change).toBe(300);
    expect(log[0]?.change).toBe(0);
  });
  test("old notes are forgotten", () =>
    expect(noted([{ at_ms: noon - 30 * 24 * hour, change: 1 }], { at_ms: noon, change: 2 })).toHaveLength(1));
});
