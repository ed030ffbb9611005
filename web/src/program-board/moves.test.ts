import { describe, expect, test } from "vitest";
import { harbourCards, uuid } from "../../dev/board-samples";
import { edgeOfRow, first, follow, neighbour } from "./keys";
import { NO_FILTER } from "./filter";
import { rowsOf } from "./filters";
import { layOut } from "./layout";
import { dependenciesOf } from "./links";
import { afterOf, isSameSlot, loadAfter, moveAct, pointsMoved, stepPlace, whyNot, PARKED } from "./moves";
import { place, type Tile } from "./placement";
import { feature, modelOf, NOW_MS, story } from "./testing";
import { carryWords, dateAt, datesOf, linkWords, loadWords, movedWords, points, tileName } from "./words";

const model = modelOf([...harbourCards().values()]);
const placement = place(model);
const dependencies = dependenciesOf(model, placement);
const tile = (number: number): Tile => {
  const found = placement.byKey.get(uuid(number));
  if (!found) throw new Error(`no tile ${number}`);
  return found;
};

describe("a drop", () => {
  test("on another iteration is a move within the team", () =>
    expect(moveAct(model, tile(4118), { team: 0, column: 3 }, null)).toEqual({
      kind: "move",
      item: uuid(4118),
      team: null,
      column: 3,
      after: null,
    }));
  test("in another row names the team", () =>
    expect(moveAct(model, tile(4118), { team: 2, column: 0 }, uuid(4108))).toMatchObject({
      team: 2,
      after: uuid(4108),
    }));
  test("on the parking lot keeps the team", () =>
    expect(moveAct(model, tile(4118), PARKED, null)).toMatchObject({ team: null, column: -1 }));
  test("of a feature says from which cell its stories go", () =>
    expect(moveAct(model, tile(4112), { team: 2, column: 2 }, null)).toMatchObject({ from: [2, 1] }));
  test("of a shadow moves the stories of that cell", () => {
    const shadow = placement.byKey.get(`${uuid(4112)}@1,2`);
    if (!shadow) throw new Error("no shadow");
    expect(moveAct(model, shadow, { team: 1, column: 3 }, null)).toMatchObject({
      item: uuid(4112),
      from: [1, 2],
    });
  });
  test("where it lay is nothing", () => {
    expect(moveAct(model, tile(4118), { team: 0, column: 0 }, undefined)).toBeNull();
    expect(moveAct(model, tile(4118), { team: null, column: 0 }, uuid(4118))).toBeNull();
  });
  test("elsewhere in its cell changes the order alone", () =>
    expect(moveAct(model, tile(4118), { team: 0, column: 0 }, null)).toMatchObject({
      team: null,
      column: 0,
      after: null,
    }));
  test("of a feature whose stories are all closed is nothing, and says why", () => {
    expect(moveAct(model, tile(4103), { team: 0, column: 1 }, null)).toBeNull();
    expect(whyNot(model, tile(4103))).toMatch(/closed/);
    expect(whyNot(model, tile(4112))).toBeNull();
  });
});

describe("the load before the drop", () => {
  test("is what the cell would hold", () => {
    const moved = pointsMoved(model, tile(4112));
    expect(moved).toBe(7);
    expect(loadAfter(model, placement, [tile(4112)], { team: 2, column: 2 })).toMatchObject({
      load: 20,
      capacity: 20,
      over: 0,
      tone: "near",
    });
  });
  test("counts nothing twice in its own cell", () =>
    expect(loadAfter(model, placement, [tile(4112)], { team: 2, column: 1 })?.load).toBe(26));
  test("sums up several cards", () =>
    expect(loadAfter(model, placement, [tile(4118), tile(4122)], { team: 0, column: 4 })).toMatchObject({
      load: 11,
      over: 0,
    }));
  test("of the parking lot is nobody's", () =>
    expect(loadAfter(model, placement, [tile(4112)], PARKED)).toBeNull());
  test("leaves closed stories out, they stay", () => {
    const small = modelOf([
      feature("f"),
      story("a", { parent: "f", points: 5 }),
      story("b", { parent: "f", points: 8, state: "Closed" }),
    ]);
    const only = place(small).byKey.get("f");
    expect(only && pointsMoved(small, only)).toBe(5);
  });
});

describe("carried by the keyboard", () => {
  const home = { team: 1, column: 1 };
  const teams = [0, 1, 3];
  const step = (at: { team: number; column: number }, arrow: Parameters<typeof stepPlace>[1]) =>
    stepPlace(at, arrow, teams, 5, home);
  test("a card goes cell by cell, and skips rows that are not shown", () => {
    expect(step(home, "ArrowRight")).toEqual({ team: 1, column: 2 });
    expect(step(home, "ArrowDown")).toEqual({ team: 3, column: 1 });
    expect(step(home, "ArrowUp")).toEqual({ team: 0, column: 1 });
  });
  test("stops at the edges", () => {
    expect(step({ team: 0, column: 0 }, "ArrowUp")).toBeNull();
    expect(step({ team: 0, column: 0 }, "ArrowLeft")).toBeNull();
    expect(step({ team: 0, column: 4 }, "ArrowRight")).toBeNull();
  });
  test("reaches the parking lot below the last row, and comes back", () => {
    expect(step({ team: 3, column: 1 }, "ArrowDown")).toEqual({ team: -1, column: -1 });
    expect(step({ team: -1, column: -1 }, "ArrowUp")).toEqual({ team: 3, column: 1 });
    expect(step({ team: -1, column: -1 }, "ArrowLeft")).toBeNull();
  });
});

describe("the card a drop lies behind", () => {
  const cell = placement.cells[0] ?? [];
  test("is the one above the slot", () => {
    expect(afterOf(cell, 0, new Set())).toBeNull();
    expect(afterOf(cell, 2, new Set())).toBe(cell[1]?.card.id);
  });
  test("is never one that is moved itself", () =>
    expect(afterOf(cell, 2, new Set([cell[1]?.key ?? ""]))).toBe(cell[0]?.card.id));
  test("leaves the order when the slot is its own", () =>
    expect([0, 1, 2].map((slot) => isSameSlot(cell, slot, cell[0]?.key ?? ""))).toEqual([true, true, false]));
});

describe("arrow keys", () => {
  const rows = rowsOf(model, placement, dependencies, NO_FILTER, "team");
  const layout = layOut({
    rows,
    n_columns: 5,
    density: "comfortable",
    view_w: 1384,
    view_h: 744,
    team_w: 148,
  });
  const from = (number: number, arrow: Parameters<typeof neighbour>[2]) => {
    const key = neighbour(layout, uuid(number), arrow);
    return key === null ? null : (placement.byKey.get(key)?.card.number ?? null);
  };
  test("lead to the next card of the cell, then of the next row", () => {
    expect(from(4102, "ArrowDown")).toBe(4103);
    expect(from(4118, "ArrowDown")).toBe(4087);
    expect(from(4087, "ArrowUp")).toBe(4118);
  });
  test("lead to the card beside", () => {
    expect(from(4103, "ArrowRight")).toBe(4121);
    expect(from(4121, "ArrowLeft")).toBe(4103);
    expect(from(4102, "ArrowLeft")).toBeNull();
  });
  test("skip an empty cell", () => expect(from(4407, "ArrowUp")).toBe(4155));
  test("begin at the top left", () => expect(first(layout)).toBe(uuid(4102)));
  test("Home and End lead to the ends of the row", () => {
    expect(edgeOfRow(layout, uuid(4121), 1)).toBe(uuid(4135));
    expect(edgeOfRow(layout, uuid(4121), -1)).toBe(uuid(4103));
  });
  test("brackets follow a dependency there and back", () => {
    const links = dependencies.byTile.get(uuid(4112)) ?? [];
    expect(follow(links, uuid(4112), 1)).toBe(uuid(4110));
    expect(follow(links, uuid(4112), -1)).toBe(uuid(4090));
    expect(follow([], uuid(4112), 1)).toBeNull();
  });
});

describe("in words", () => {
  test("a carried card says where it is and what that makes of the load", () => {
    expect(carryWords(model, placement, tile(4113), { team: 2, column: 2 })).toBe(
      "4113, Customs, Sprint 43, load 19 of 20.",
    );
    expect(carryWords(model, placement, tile(4106), { team: 2, column: 2 })).toBe(
      "4106, Customs, Sprint 43, load 26 of 20, 6 over.",
    );
    expect(carryWords(model, placement, tile(4106), PARKED)).toBe("4106, parking lot.");
  });
  test("a move says what went where", () => {
    expect(movedWords(model.frame.set_up, [tile(4106)], { team: null, column: 3 })).toBe(
      "4106 moved to Quay, Sprint 44",
    );
    expect(movedWords(model.frame.set_up, [tile(4106), tile(4127)], PARKED)).toBe(
      "2 cards moved to the parking lot",
    );
  });
  test("a card says all that it shows", () => {
    const links = dependencies.byTile.get(uuid(4112)) ?? [];
    expect(tileName(model, tile(4112), links, "conflict")).toBe(
      "Feature 4112, Pre-clearance decision, Active, 13 points, 2 of 5 stories closed, Ravi Shah, Conflict: needs a decision, Waits for 4090, same sprint, 1 on track dependency",
    );
  });
  test("a shadow says whose feature it is", () => {
    const shadow = placement.byKey.get(`${uuid(4112)}@1,2`);
    expect(shadow && tileName(model, shadow, [], "in_step")).toContain("stories of Customs’s feature");
  });
  test("a link is told from either end", () => {
    const one = dependencies.all.find((d) => d.to === uuid(4112));
    if (!one) throw new Error("no link");
    expect(linkWords(model, one, uuid(4112))).toBe("Waits for 4090 Check IMO numbers");
    expect(linkWords(model, one, uuid(4090))).toBe("Needed by 4112 Pre-clearance decision");
  });
  test("points nobody gave are a dash", () =>
    expect([null, 0, 2.5, 8].map(points)).toEqual(["–", "0", "2.5", "8"]));
  test("a load without capacity is a number", () =>
    expect(loadWords({ load: 5, capacity: null, over: 0, tone: "ok" })).toBe("load 5"));
  test("dates of one month name it once", () => {
    expect(datesOf({ start_on: "2026-10-12", finish_on: "2026-10-23" }, NOW_MS)).toBe("12 – 23 Oct");
    expect(datesOf({ start_on: "2026-09-28", finish_on: "2026-10-09" }, NOW_MS)).toBe("28 Sep – 9 Oct");
    expect(datesOf({ start_on: null, finish_on: null }, NOW_MS)).toBe("");
  });
  test("a date finds its iteration, a weekend the one before it", () => {
    const { columns } = model.frame.set_up;
    expect(dateAt(columns, columns[1]?.start_on ?? "")).toEqual({ column: 1, part: 0 });
    const saturday = new Date(Date.parse(columns[1]?.finish_on ?? "") + 86_400_000)
      .toISOString()
      .slice(0, 10);
    expect(dateAt(columns, saturday)?.column).toBe(1);
    expect(dateAt(columns, "2031-01-01")).toBeNull();
  });
});
