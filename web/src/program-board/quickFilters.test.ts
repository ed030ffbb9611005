import { expect, it } from "vitest";
import { searchOf, valuesOf } from "./quickFilters";
import { parseBoardSearch } from "./search";

it("keeps what the address says of a filter, and gives the same back", () => {
  const search = parseBoardSearch({
    teams: ["t0", "t2"],
    types: ["Bug"],
    states: ["proposed", "resolved"],
    people: ["", "Mara Lindqvist"],
    tags: ["gate"],
    deps: ["bad"],
    sync: ["decision"],
    problems: true,
    group: "type",
  });
  expect(searchOf(valuesOf(search))).toEqual(search);
  expect(searchOf(valuesOf({ tags: ["gate"] }))).toEqual({ tags: ["gate"] });
});

it("keeps nothing that belongs to one person's page", () => {
  expect(searchOf(valuesOf({ tags: ["gate"], card: "x", q: "find", since: 7, sprint: 2 }))).toEqual({
    tags: ["gate"],
  });
});
