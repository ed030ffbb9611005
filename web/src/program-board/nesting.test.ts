import { describe, expect, test } from "vitest";
import { dependenciesOf } from "./links";
import { featureOf, toggled, withStories } from "./nesting";
import { place } from "./placement";
import { feature, modelOf, story } from "./testing";

const cards = [
  feature("f", { team: 0, rank: "b" }),
  story("early", { parent: "f", team: 0, column: 0, rank: "y", points: 3 }),
  story("first", { parent: "f", team: 0, column: 0, rank: "x", points: 2 }),
  story("late", { parent: "f", team: 0, column: 1, points: 5 }),
  story("alone", { team: 0, column: 0, rank: "c", points: 1 }),
];
const model = modelOf(cards);
const placement = place(model);
const keys = (at: ReturnType<typeof place>, column: number) =>
  (at.cells[column] ?? []).map((tile) => tile.key);

describe("expanded features", () => {
  test("nothing expanded leaves the placement as it is", () =>
    expect(withStories(model, placement, [])).toBe(placement));
  test("stories lie below their feature, in order of rank, before what follows it", () =>
    expect(keys(withStories(model, placement, ["f"]), 0)).toEqual(["f", "first", "early", "alone"]));
  test("each cell shows the stories that lie there, below the shadow too", () =>
    expect(keys(withStories(model, placement, "all"), 1)).toEqual(["f@0,1", "late"]));
  test("loads stay what they were", () =>
    expect(withStories(model, placement, "all").load).toEqual(placement.load));
  test("a story stands for itself, so its links are drawn to it", () => {
    const linked = modelOf([
      ...cards.filter((card) => card.id !== "alone"),
      story("alone", {
        team: 0,
        column: 1,
        links: [
          {
            to_or_from: "first",
            number: null,
            direction: "waits_for",
            agreement: "proposed",
            needed_by: null,
            sync: "in_step",
          },
        ],
      }),
    ]);
    const [one] = dependenciesOf(linked, withStories(linked, place(linked), "all")).all;
    expect(one?.giver?.key).toBe("first");
  });
  test("another feature stays collapsed", () => {
    const two = modelOf([
      ...cards,
      feature("g", { team: 1 }),
      story("s", { parent: "g", team: 1, column: 0 }),
    ]);
    expect(withStories(two, place(two), ["f"]).byKey.has("s")).toBe(false);
  });
  test("one is collapsed again, also out of all", () => {
    expect(toggled(["f"], "f", placement)).toEqual([]);
    expect(toggled("all", "f", placement)).toEqual([]);
    expect(toggled([], "f", placement)).toEqual(["f"]);
  });
  test("a key on a story means its feature; one that has no stories means none", () => {
    const open = withStories(model, placement, ["f"]);
    const of = (key: string) => featureOf(open.byKey.get(key) as never);
    expect([of("f"), of("first"), of("alone")]).toEqual(["f", "f", null]);
  });
});
