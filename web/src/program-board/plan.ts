// What is derived of a board's cards: where they lie and what they wait for. Made in whole once; after that a change of a
// card costs that card, its cells and its links, whatever the size of the board.
import { dependenciesAgain, dependenciesOf, type Dependencies } from "./links";
import type { Model } from "./model";
import { placeAgain } from "./placeAgain";
import { place, type Placement } from "./placement";
import { SharedMap } from "./sharedMap";

export interface Plan {
  model: Model;
  placement: Placement;
  dependencies: Dependencies;
}

/** With more changes than this at once, all is made anew. */
const N_CHANGES_MAX = 200;

export function planOf(model: Model): Plan {
  const placement = place(model);
  return { model, placement, dependencies: dependenciesOf(model, placement) };
}

/** The plan of `model`, made from an earlier one as far as that goes. */
export function planAgain(before: Plan, model: Model): Plan {
  const isSameBoard = before.model.frame === model.frame;
  const changed = isSameBoard ? SharedMap.changed(before.model.cards, model.cards) : null;
  if (changed === null || changed.size > N_CHANGES_MAX) return planOf(model);
  if (changed.size === 0) return { ...before, model };
  const again = placeAgain(before, model, changed);
  if (again === null) return planOf(model);
  const { placement, touched } = again;
  return {
    model,
    placement,
    dependencies: dependenciesAgain(before.dependencies, model, placement, touched),
  };
}

/** Makes one plan after the other, each from the last. */
export function planner(): (model: Model) => Plan {
  let last: Plan | null = null;
  return (model) => (last = last === null ? planOf(model) : planAgain(last, model));
}
