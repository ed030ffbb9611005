import { describe, expect, test } from "vitest";
import { dependenciesOf } from "../links";
import { place } from "../placement";
import type { Card, SetUp } from "../shapes";
import { feature, modelOf, story } from "../testing";
import { barWords, timelineOf } from "./timeline";

const timeline = (cards: Card[], set_up: Partial<SetUp> = {}) => {
  const model = modelOf(cards, set_up);
  const placement = place(model);
  return timelineOf(model, placement, dependenciesOf(model, placement));
};
const spans = (cards: Card[]) =>
  timeline(cards).rows.flatMap((row) => row.bars.map((bar) => [bar.card.id, bar.from, bar.to, bar.lane]));

describe("a feature's bar", () => {
  test("goes from its first story to its last", () =>
    expect(
      spans([feature("f"), story("a", { parent: "f", column: 3 }), story("b", { parent: "f", column: 1 })]),
    ).toEqual([["f", 1, 3, 0]]));
  test("counts stories in other teams too", () =>
    expect(
      spans([
        feature("f"),
        story("a", { parent: "f", column: 1 }),
        story("b", { parent: "f", team: 2, column: 2 }),
      ]),
    ).toEqual([["f", 1, 2, 0]]));
  test("lies where it was put when it has no stories", () =>
    expect(spans([feature("f", { placed: [0, 2] })])).toEqual([["f", 2, 2, 0]]));
  test("lies at its own iteration when nobody put it", () =>
    expect(spans([feature("f", { column: 1 })])).toEqual([["f", 1, 1, 0]]));
  test("leaves stories out that are not planned", () =>
    expect(
      spans([feature("f"), story("a", { parent: "f", column: 1 }), story("b", { parent: "f", column: -1 })]),
    ).toEqual([["f", 1, 1, 0]]));
  test("is not there without an iteration, but is listed", () => {
    const { rows, unplanned } = timeline([
      feature("f", { number: 9 }),
      feature("g", { number: 3 }),
      story("a", { parent: "g", column: -1 }),
    ]);
    expect(rows).toEqual([]);
    expect(unplanned.map((card) => card.id)).toEqual(["g", "f"]);
  });
  test("sums the points of its stories", () => {
    const [row] = timeline([
      feature("f", { points: 99 }),
      story("a", { parent: "f", column: 1, points: 3 }),
      story("b", { parent: "f", column: 1, points: 5 }),
    ]).rows;
    expect(row?.bars[0]).toMatchObject({ points: 8, n_stories: 2, n_closed: 0 });
  });
});

describe("lanes", () => {
  test("bars that follow each other share one", () =>
    expect(spans([feature("f", { column: 0, rank: "a" }), feature("g", { column: 1, rank: "b" })])).toEqual([
      ["f", 0, 0, 0],
      ["g", 1, 1, 0],
    ]));
  test("bars at the same time do not", () => {
    const [row] = timeline([
      feature("f", { column: 1, rank: "a" }),
      feature("g", { column: 1, rank: "b" }),
    ]).rows;
    expect(row?.n_lanes).toBe(2);
    expect(row?.bars.map((bar) => bar.lane)).toEqual([0, 1]);
  });
  test("the longer of two that begin together lies above", () =>
    expect(
      spans([
        feature("g", { column: 1, rank: "a" }),
        feature("f", { rank: "b" }),
        story("a", { parent: "f", column: 1 }),
        story("b", { parent: "f", column: 2 }),
      ]).map(([id]) => id),
    ).toEqual(["f", "g"]));
  test("teams come in the board's order, hidden ones not at all", () => {
    const cards = [feature("f", { team: 2, column: 0 }), feature("g", { team: 0, column: 0 })];
    expect(timeline(cards).rows.map((row) => row.team)).toEqual([0, 2]);
    const teams = modelOf([]).frame.set_up.teams.map((team, at) => ({ ...team, is_shown: at !== 0 }));
    expect(timeline(cards, { teams }).rows.map((row) => row.team)).toEqual([2]);
  });
});

describe("a board without features", () => {
  test("draws its stories", () =>
    expect(
      timeline([story("a", { column: 1 })], { levels: { features: [], stories: ["User Story"] } }).rows[0]
        ?.bars,
    ).toHaveLength(1));
});

describe("dependencies", () => {
  const waits = (giver: string) => [
    {
      to_or_from: giver,
      number: null,
      direction: "waits_for" as const,
      agreement: "none" as const,
      needed_by: null,
      sync: "in_step" as const,
    },
  ];
  test("the worst of a feature and its stories is shown", () => {
    const [row] = timeline([
      feature("f"),
      story("a", { parent: "f", column: 1, links: waits("g") }),
      story("b", { parent: "f", column: 2, links: waits("g") }),
      story("g", { team: 1, column: 2 }),
    ]).rows;
    // Both are told of the feature's bar, which begins before its giver.
    expect(row?.bars[0]?.health).toBe("bad");
  });
  test("none is on track", () =>
    expect(timeline([feature("f", { column: 1 })]).rows[0]?.bars[0]?.health).toBe("ok"));
});

describe("words", () => {
  test("say what the bar shows", () => {
    const [row] = timeline([
      feature("f", { number: 4112, title: "Pre-clearance" }),
      story("a", { parent: "f", column: 0, points: 8 }),
      story("b", { parent: "f", column: 1, points: 5 }),
    ]).rows;
    const bar = row?.bars[0];
    expect(bar && barWords(bar, [{ name: "Sprint 41" }, { name: "Sprint 42" }])).toBe(
      "Sprint 41 to Sprint 42, 0 of 2 stories closed",
    );
  });
});
