import { expect, it } from "vitest";
import { NO_FILTER } from "../filter";
import { matchesTile, rowsOf } from "../filters";
import { dependenciesOf } from "../links";
import { withStories } from "../nesting";
import { place } from "../placement";
import { feature, modelOf, story } from "../testing";
import { cardsOf } from "./taken";

const model = modelOf([
  feature("f"),
  story("a", { parent: "f", team: 0, column: 1, tags: ["gate"] }),
  story("b", { team: 1, column: 0 }),
  story("p", { team: 0, column: -1, tags: ["gate"] }),
]);

function taken(tags: string[], isExpanded = false): string[] {
  const plain = place(model);
  const placement = isExpanded ? withStories(model, plain, "all") : plain;
  const dependencies = dependenciesOf(model, placement);
  const filter = { ...NO_FILTER, tags };
  const rows = rowsOf(model, placement, dependencies, filter, "team");
  const parked = placement.parked.filter((tile) => matchesTile(model, dependencies, filter, tile));
  return cardsOf(rows, parked).sort();
}

it("takes what the filter leaves, features with their stories and the parking lot", () => {
  expect(taken(["gate"])).toEqual(["a", "f", "p"]);
});

it("names each card once, also where stories are shown below their features", () => {
  expect(taken([], true)).toEqual(["a", "b", "f", "p"]);
});
