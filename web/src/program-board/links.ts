// Dependencies as the board shows them: who gives, who takes, and whether the order of iterations holds. Pure.
// A dependency is told by the one who waits (its link is written there); what the giver says of it is the same fact.
import { categoryOf, type Model } from "./model";
import type { Placement, Tile } from "./placement";
import type { Agreement, CardSync } from "./shapes";

/** Earlier, same sprint, later; or with an end that is not in the plan. */
export type Health = "ok" | "risk" | "bad" | "stub";
export interface Dependency {
  key: string;
  /** Card ids; `null` for an end that is not on the board. */
  from: string | null;
  to: string | null;
  /** The number of an end outside. */
  outside: number | null;
  giver: Tile | null;
  taker: Tile | null;
  health: Health;
  /** Kept, and drawn no more. */
  is_done: boolean;
  agreement: Agreement;
  needed_by: string | null;
  sync: CardSync;
}
export interface Dependencies {
  all: readonly Dependency[];
  byCard: ReadonlyMap<string, readonly Dependency[]>;
  byTile: ReadonlyMap<string, readonly Dependency[]>;
}

export const HEALTH_WORDS: Record<Health, string> = {
  ok: "on track",
  risk: "same sprint",
  bad: "wrong order",
  stub: "not in the plan",
};

export function dependenciesOf(model: Model, placement: Placement): Dependencies {
  const all: Dependency[] = [];
  for (const card of model.cards.values())
    for (const link of card.links) {
      const other = link.to_or_from !== null && model.cards.has(link.to_or_from) ? link.to_or_from : null;
      if (link.direction === "needed_by" && other !== null) continue;
      const [from, to] = link.direction === "waits_for" ? [other, card.id] : [card.id, other];
      const giver = (from !== null && placement.tileOf.get(from)) || null;
      const taker = (to !== null && placement.tileOf.get(to)) || null;
      const given = from === null ? undefined : model.cards.get(from);
      all.push({
        key: `${from ?? link.number}>${to ?? link.number}`,
        from,
        to,
        outside: other === null ? link.number : null,
        giver,
        taker,
        health: healthOf(giver, taker),
        is_done:
          link.agreement === "done" ||
          (given !== undefined && categoryOf(model.frame, given) === "completed"),
        agreement: link.agreement,
        needed_by: link.needed_by,
        sync: link.sync,
      });
    }
  const byCard = new Map<string, Dependency[]>();
  const byTile = new Map<string, Dependency[]>();
  for (const one of all) {
    for (const id of [one.from, one.to]) if (id !== null) push(byCard, id, one);
    for (const key of new Set([one.giver?.key, one.taker?.key])) if (key) push(byTile, key, one);
  }
  return { all, byCard, byTile };
}

function healthOf(giver: Tile | null, taker: Tile | null): Health {
  if (!giver || !taker || giver.column < 0 || taker.column < 0) return "stub";
  if (giver.column < taker.column) return "ok";
  return giver.column === taker.column ? "risk" : "bad";
}

function push<K>(map: Map<K, Dependency[]>, key: K, one: Dependency): void {
  const known = map.get(key);
  if (known) known.push(one);
  else map.set(key, [one]);
}

/** Is there something to draw between two different tiles? Links inside one tile are told in words. */
export function isDrawn(one: Dependency): boolean {
  return !one.is_done && one.giver !== null && one.taker !== null && one.giver !== one.taker;
}

/** How many dependencies of each health are in the plan, settled ones left out. */
export function countHealth(
  all: readonly Dependency[],
  isShown: (one: Dependency) => boolean,
): Record<Health, number> {
  const counts: Record<Health, number> = { ok: 0, risk: 0, bad: 0, stub: 0 };
  for (const one of all) if (!one.is_done && isShown(one)) counts[one.health] += 1;
  return counts;
}

/** Does a wrong-order dependency have to be done before this date? Its milestone is in danger. */
export function isEndangered(
  on: string,
  columns: readonly { start_on: string | null }[],
  all: readonly Dependency[],
): boolean {
  return all.some((one) => {
    if (one.health !== "bad" || one.is_done || !one.taker) return false;
    const start = columns[one.taker.column]?.start_on;
    return start !== null && start !== undefined && start <= on;
  });
}
