// What can become of the work items of removed cards. Pure.
import { statesFor, type Model } from "./model";
import type { Act, Card } from "./shapes";

/** Left alone, set to the state for what is not to be done, or moved to the recycle bin. */
export type Removal = "off_board" | "removed_state" | "recycle_bin";

/** The state that says "not to be done", of a card's type; `null` where its process has none. */
export function removedState(model: Model, card: Card): string | null {
  return statesFor(model.frame, card.type).find((state) => state.category === "removed")?.name ?? null;
}

/** What can be chosen for these cards; for those that are not created yet there is nothing to choose. */
export function removalsOf(model: Model, cards: readonly Card[]): Removal[] {
  // There is nothing behind a local board.
  if (model.board.is_local) return [];
  const created = cards.filter((card) => card.number !== null);
  if (created.length === 0) return [];
  const haveState = created.every((card) => removedState(model, card) !== null);
  return haveState ? ["off_board", "removed_state", "recycle_bin"] : ["off_board", "recycle_bin"];
}

export function removalActs(model: Model, cards: readonly Card[], how: Removal): Act[] {
  return cards.map((card): Act => {
    const state = how === "removed_state" && card.number !== null ? removedState(model, card) : null;
    if (state !== null) return { kind: "set", item: card.id, field: "state", to: state };
    return { kind: "remove", item: card.id, how: how === "off_board" ? "off_board" : "recycle_bin" };
  });
}

/** What was done, for a message: `4112 taken off this board`. */
export const REMOVED_WORDS: Record<Removal, string> = {
  off_board: "taken off this board",
  removed_state: "set to be removed",
  recycle_bin: "moved to the recycle bin",
};
