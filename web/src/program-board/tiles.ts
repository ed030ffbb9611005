// What a tile shows beside its own card: the worst state of what lies in it, who is there, what it is called. Pure.
import type { Tile } from "./placement";
import type { CardSync, Present } from "./shapes";

const WORST: readonly CardSync[] = [
  "conflict",
  "refused",
  "needs_token",
  "deleted_there",
  "held",
  "out_of_sight",
  "draft",
  "waiting",
];

/** The worst sync state in a tile; a write under way counts once it is slow. */
export function syncOf(tile: Tile, isSlow: (id: string) => boolean): CardSync {
  const cards = tile.kind === "card" ? [tile.card, ...tile.stories] : tile.stories;
  let worst = WORST.length;
  for (const card of cards) {
    const at = WORST.indexOf(card.sync);
    if (at < 0 || at >= worst) continue;
    if (card.sync === "waiting" && !isSlow(card.id) && !isSlow(tile.card.id)) continue;
    worst = at;
  }
  if (worst === WORST.length && tile.kind === "card" && isSlow(tile.card.id)) return "waiting";
  return WORST[worst] ?? "in_step";
}

/** Who is at this card now, besides me. */
export function whoIsAt(tile: Tile, present: ReadonlyMap<string, Present>): Present | null {
  if (present.size === 0) return null;
  const own = tile.kind === "card" ? present.get(tile.card.id) : undefined;
  if (own) return own;
  for (const story of tile.stories) {
    const one = present.get(story.id);
    if (one) return one;
  }
  return null;
}

export const domId = (key: string) => `pb-${key}`;
