import { describe, expect, test } from "vitest";
import { harbourCards } from "../../dev/board-samples";
import { capacityOf, cellIndex, place, shareOf, toneOf } from "./placement";
import { feature, modelOf, story } from "./testing";

const cell = (placement: ReturnType<typeof place>, team: number, column: number) =>
  (placement.cells[cellIndex(placement.n_columns, team, column)] ?? []).map((tile) => tile.key);
const load = (placement: ReturnType<typeof place>, team: number, column: number) =>
  placement.load[cellIndex(placement.n_columns, team, column)];

describe("a story", () => {
  test("lies at its own place", () =>
    expect(cell(place(modelOf([story("a", { team: 1, column: 2 })])), 1, 2)).toEqual(["a"]));
  test("without an iteration lies in the parking lot", () =>
    expect(place(modelOf([story("a", { team: 1, column: -1 })])).parked.map((tile) => tile.key)).toEqual([
      "a",
    ]));
  test("without a team lies in the parking lot", () =>
    expect(place(modelOf([story("a", { team: -1, column: 2 })])).parked).toHaveLength(1));
  test("of a feature on the board is shown by the feature", () => {
    const placement = place(modelOf([feature("f"), story("a", { parent: "f", column: 1 })]));
    expect(cell(placement, 0, 1)).toEqual(["f"]);
    expect(placement.tileOf.get("a")?.key).toBe("f");
  });
  test("whose parent is not on the board stands for itself", () =>
    expect(cell(place(modelOf([story("a", { parent: "gone" })])), 0, 0)).toEqual(["a"]));
});

describe("a feature with stories", () => {
  const stories = [
    story("a", { parent: "f", team: 0, column: 1, points: 5 }),
    story("b", { parent: "f", team: 0, column: 2, points: 3 }),
    story("c", { parent: "f", team: 2, column: 1, points: 2 }),
  ];
  const placement = place(modelOf([feature("f", { team: 0 }), ...stories]));
  test("lies in the first iteration of its own team's stories", () =>
    expect(cell(placement, 0, 1)).toEqual(["f"]));
  test("has a shadow where else its team works on it", () =>
    expect(cell(placement, 0, 2)).toEqual(["f@0,2"]));
  test("has a shadow in another team's row", () => expect(cell(placement, 2, 1)).toEqual(["f@2,1"]));
  test("carries in each cell the points of its stories there", () =>
    expect([...placement.byKey.values()].map((tile) => tile.points)).toEqual([5, 3, 2]));
  test("with a story in the parking lot has a shadow there", () => {
    const parked = place(
      modelOf([feature("f"), stories[0] ?? story("a"), story("d", { parent: "f", column: -1 })]),
    ).parked;
    expect(parked.map((tile) => [tile.kind, tile.stories.length])).toEqual([["shadow", 1]]);
  });
  test("all of whose stories are parked lies in the parking lot", () => {
    const parked = place(modelOf([feature("f"), story("d", { parent: "f", column: -1, points: 4 })])).parked;
    expect(parked.map((tile) => [tile.kind, tile.points])).toEqual([["card", 4]]);
  });
  test("without a team of its own lies with the team that does most of it", () => {
    const all = [
      feature("f", { team: -1 }),
      ...stories,
      story("d", { parent: "f", team: 2, column: 3, points: 13 }),
    ];
    expect(place(modelOf(all)).tileOf.get("f")).toMatchObject({ team: 2, column: 1 });
  });
  test("whose own team does none of it lies with the team that does most of it", () =>
    expect(place(modelOf([feature("f", { team: 5 }), ...stories])).tileOf.get("f")).toMatchObject({
      team: 0,
    }));
  test("counts what is closed, and leaves out what was removed", () => {
    const closed = story("x", { parent: "f", state: "Closed", points: 8 });
    const removed = story("y", { parent: "f", state: "Removed", points: 20 });
    const placed = place(modelOf([feature("f"), closed, removed]));
    expect(placed.tileOf.get("f")).toMatchObject({ n_stories: 1, n_closed: 1, points: 8 });
    expect(load(placed, 0, 0)).toBe(8);
  });
  test("nobody has estimated has no points, which is not zero", () =>
    expect(
      place(modelOf([feature("f"), story("a", { parent: "f", points: null })])).tileOf.get("f")?.points,
    ).toBeNull());
});

describe("a feature without stories", () => {
  test("lies where somebody put it", () =>
    expect(cell(place(modelOf([feature("f", { placed: [2, 3] })])), 2, 3)).toEqual(["f"]));
  test("lies at its own place when nobody has", () =>
    expect(cell(place(modelOf([feature("f", { team: 1, column: 2 })])), 1, 2)).toEqual(["f"]));
  test("counts with its own points", () =>
    expect(load(place(modelOf([feature("f", { team: 1, column: 2, points: 8 })])), 1, 2)).toBe(8));
});

describe("load", () => {
  test("never counts a feature and its stories both", () => {
    const cards = [feature("f", { column: 0, points: 13 }), story("a", { parent: "f", points: 5 })];
    expect(load(place(modelOf(cards)), 0, 0)).toBe(5);
  });
  test("leaves out what is of no level", () => {
    const epic = feature("e", { type: "Epic", column: 0, points: 40 });
    expect(load(place(modelOf([epic])), 0, 0)).toBe(0);
  });
  test("of every cell is the sum of the numbers on its cards", () => {
    const placement = place(modelOf([...harbourCards().values()]));
    placement.cells.forEach((tiles, at) =>
      expect(tiles.reduce((sum, tile) => sum + (tile.points ?? 0), 0)).toBe(placement.load[at]),
    );
  });
  test("of the harbour is what the plan says", () => {
    const placement = place(modelOf([...harbourCards().values()]));
    expect([load(placement, 2, 1), load(placement, 0, 0), load(placement, 4, 4)]).toEqual([26, 18, 7]);
  });
});

describe("order", () => {
  test("in a cell is by rank, then by number", () => {
    const cards = [
      story("a", { rank: "b", number: 1 }),
      story("b", { rank: "a" }),
      story("c", { rank: "b", number: 0.5 }),
    ];
    expect(cell(place(modelOf(cards)), 0, 0)).toEqual(["b", "c", "a"]);
  });
  test("puts what has no number yet last among equals", () => {
    const cards = [
      story("a", { rank: "m", number: null }),
      story("b", { rank: "m", number: 9 }),
      story("c", { rank: "m", number: null }),
    ];
    expect(cell(place(modelOf(cards)), 0, 0)).toEqual(["b", "a", "c"]);
  });
});

describe("capacity", () => {
  const model = modelOf([]);
  const { set_up } = model.frame;
  test("is the velocity in a usual iteration", () =>
    expect(capacityOf(set_up, 0, 0)).toEqual({ capacity: 24, velocity: 24, share: 1, isTyped: false }));
  test("that was typed in wins", () =>
    expect(capacityOf(set_up, 2, 1)).toMatchObject({ capacity: 22, velocity: 24, isTyped: true }));
  test("shrinks with a shorter iteration", () => {
    const columns = set_up.columns.map((column, k) =>
      k === 4
        ? {
            ...column,
            finish_on: String(column.start_on).replace(/\d\d$/, (d) =>
              String(Number(d) + 5).padStart(2, "0"),
            ),
          }
        : column,
    );
    const share = shareOf(columns, 4);
    expect(share).toBeCloseTo(0.5);
    expect(
      capacityOf({ ...set_up, columns, capacity: { kind: "velocity", overrides: [] } }, 0, 4)?.capacity,
    ).toBe(12);
  });
  test("is unknown without velocity", () => {
    const teams = set_up.teams.map((team) => ({ ...team, velocity: null }));
    expect(capacityOf({ ...set_up, teams, capacity: { kind: "velocity", overrides: [] } }, 0, 0)).toBeNull();
  });
  test("that has to be typed and was not is unknown", () =>
    expect(capacityOf({ ...set_up, capacity: { kind: "typed", overrides: [] } }, 0, 0)).toBeNull());
  test("turns from calm to close to over", () => {
    expect([20, 21, 22, 23].map((n) => toneOf(n, 22))).toEqual(["ok", "near", "near", "over"]);
    expect(toneOf(3, null)).toBe("ok");
    expect(toneOf(0, 0)).toBe("ok");
    expect(toneOf(1, 0)).toBe("over");
  });
});
