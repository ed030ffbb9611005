import { describe, expect, test, vi } from "vitest";
import { boardOffer } from "./paletteOffer";
import { place } from "./placement";
import { modelOf, story } from "./testing";

const model = modelOf([
  story("a", { number: 4112, title: "Pre-clearance decision", team: 0, column: 1 }),
  story("b", { number: 4131, title: "Move boxes on the map", team: 1, column: 2 }),
]);

function offer(query: string, { hand = [] as string[], canEdit = true } = {}) {
  const onGo = vi.fn();
  const onMove = vi.fn();
  const world = { model, placement: place(model), looks: new Map(), hand, canEdit, onGo, onMove };
  return { results: boardOffer(query, world), onGo, onMove };
}
const labels = (query: string, more?: Parameters<typeof offer>[1]) =>
  offer(query, more).results.map((one) => one.label);

describe("the palette on a board", () => {
  test("finds a card by its title and by the beginning of its number", () => {
    expect(labels("clearance")).toEqual(["4112 Pre-clearance decision"]);
    expect(labels("413")).toEqual(["4131 Move boxes on the map"]);
    expect(labels("4131")).toEqual(["4131 Move boxes on the map"]);
  });

  test("goes to the card that is picked", () => {
    const { results, onGo } = offer("clearance");
    results[0]?.run();
    expect(onGo.mock.calls[0]?.[0]).toMatchObject({ id: "a" });
  });

  test("offers to move the card in hand, and those whose number is typed", () => {
    expect(labels("", { hand: ["b"] })).toEqual(["Move 4131 to…"]);
    const { results, onMove } = offer("move 4112", { hand: ["b"] });
    expect(results.map((one) => one.label)).toEqual(["Move 4112 to…", "4112 Pre-clearance decision"]);
    results[0]?.run();
    expect(onMove).toHaveBeenCalledWith(["a"]);
  });

  test("offers no move to those who may only look", () => {
    expect(labels("move 4112", { hand: ["b"], canEdit: false })).toEqual(["4112 Pre-clearance decision"]);
  });
});
