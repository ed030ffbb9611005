import { describe, expect, test } from "vitest";
import { item } from "../../dev/samples";
import { byUrgency, counts, isLate, matches, select, teamsOf } from "./order";
import { parseItemsSearch } from "./search";

const viewer = { me_id: "m-mara", today: "2026-10-22" };
const owner = { member_id: "m-mara", name: "Mara Lindqvist", initials: "ML", avatar: 1 };

describe("filters", () => {
  test("an item due today is not late", () =>
    expect(isLate(item({ due_on: "2026-10-22" }), viewer.today)).toBe(false));
  test("an item due yesterday is late", () =>
    expect(isLate(item({ due_on: "2026-10-21" }), viewer.today)).toBe(true));
  test("a done item is never late", () =>
    expect(isLate(item({ due_on: "2026-10-21", status: "done" }), viewer.today)).toBe(false));
  test("mine are those I own", () =>
    expect(select([item(), item({ id: "i-2", owner })], { filter: "mine" }, viewer).map((i) => i.id)).toEqual(
      ["i-2"],
    ));
  test("a lost answer needs a decision", () =>
    expect(
      select(
        [item({ sync: { state: "unknown", n_waiting: 0, detail: null } })],
        { filter: "needs_decision" },
        viewer,
      ),
    ).toHaveLength(1));
  test("waiting needs none", () =>
    expect(
      select(
        [item({ sync: { state: "waiting", n_waiting: 1, detail: null } })],
        { filter: "needs_decision" },
        viewer,
      ),
    ).toHaveLength(0));
  test("counts respect the search and ignore the chosen filter", () =>
    expect(
      counts(
        [item({ title: "Gate" }), item({ title: "Quay", owner })],
        { q: "quay", filter: "no_owner" },
        viewer,
      ),
    ).toEqual({ all: 1, mine: 1, late: 0, no_owner: 0, needs_decision: 0 }));
});

describe("finding", () => {
  test("every word must be found, in any order", () => {
    expect(matches(item({ title: "Order fibre for the gate" }), "gate order")).toBe(true);
    expect(matches(item({ title: "Order fibre for the gate" }), "gate crane")).toBe(false);
  });
  test("tags, owner and numbers count", () => {
    expect(matches(item({ tags: ["network"] }), "netw")).toBe(true);
    expect(matches(item({ owner }), "lindq")).toBe(true);
    expect(matches(item({ number: 12 }), "#12")).toBe(true);
  });
});

describe("order", () => {
  test("open stands above done, urgent above not", () => {
    const sorted = [
      item({ id: "done", status: "done", priority: 1 }),
      item({ id: "p2", priority: 2 }),
      item({ id: "none", priority: null }),
      item({ id: "p1", priority: 1 }),
    ].sort(byUrgency);
    expect(sorted.map((one) => one.id)).toEqual(["p1", "p2", "none", "done"]);
  });
  test("the same priority is ordered by due date, no date last", () => {
    const sorted = [
      item({ id: "none" }),
      item({ id: "late", due_on: "2026-11-01" }),
      item({ id: "soon", due_on: "2026-10-23" }),
    ];
    expect(sorted.sort(byUrgency).map((one) => one.id)).toEqual(["soon", "late", "none"]);
  });
  test("teams are named once, in order", () =>
    expect(
      teamsOf([item({ team: "Quay" }), item({ team: "Customs" }), item({ team: "Quay" }), item()]),
    ).toEqual(["Customs", "Quay"]));
});

describe("the address", () => {
  test("what is not understood is left out", () =>
    expect(parseItemsSearch({ view: "gantt", filter: "everything", q: 7, item: "i-1" })).toEqual({
      item: "i-1",
    }));
  test("what is understood is kept", () =>
    expect(
      parseItemsSearch({ view: "board", filter: "late", q: "gate", origin: "other", create: "lines" }),
    ).toEqual({
      view: "board",
      filter: "late",
      q: "gate",
      origin: "other",
      create: "lines",
    }));
});
