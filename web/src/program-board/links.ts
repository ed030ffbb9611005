// Dependencies as the board shows them: who gives, who takes, and whether the order of iterations holds. Pure.
// A dependency is told by the one who waits (its link is written there); what the giver says of it is the same fact.
import { categoryOf, type Model } from "./model";
import type { Placement, Tile } from "./placement";
import { SharedMap } from "./sharedMap";
import type { Agreement, Card, CardSync } from "./shapes";

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
    if (card.links.length > 0) all.push(...writtenAt(model, placement, card));
  const byCard = new Map<string, Dependency[]>();
  const byTile = new Map<string, Dependency[]>();
  for (const one of all) {
    for (const id of cardsOf(one)) push(byCard, id, one);
    for (const key of tilesOf(one)) push(byTile, key, one);
  }
  return { all, byCard, byTile };
}

/**
 * The same after a change: `touched` are the cards of which anything changed, or the tile that shows them. All other
 * dependencies stay the objects they were, and all of them in their order, so that curves keep their lanes.
 */
export function dependenciesAgain(
  before: Dependencies,
  model: Model,
  placement: Placement,
  touched: ReadonlySet<string>,
): Dependencies {
  const writers = new Set<string>();
  for (const id of touched) {
    if (model.cards.get(id)?.links.length) writers.add(id);
    for (const one of before.byCard.get(id) ?? []) writers.add(writerOf(one));
  }
  if (writers.size === 0) return before;
  const next = new Map<Dependency, Dependency | null>();
  const fresh: Dependency[] = [];
  for (const id of writers) {
    const card = model.cards.get(id);
    const now = card ? writtenAt(model, placement, card) : [];
    for (const one of before.byCard.get(id) ?? []) {
      if (writerOf(one) !== id) continue;
      const at = now.findIndex(({ key }) => key === one.key);
      next.set(one, now.splice(at, at < 0 ? 0 : 1)[0] ?? null);
    }
    fresh.push(...now);
  }
  const gone = [...next.keys()];
  const come = [...[...next.values()].filter((one) => one !== null), ...fresh];
  const listed = <K>(
    map: ReadonlyMap<K, readonly Dependency[]>,
    keysOf: (one: Dependency) => Iterable<K>,
  ) => {
    const copy = SharedMap.copy(map);
    const keys = new Set([...gone, ...come].flatMap((one) => [...keysOf(one)]));
    for (const key of keys) {
      const isHere = (one: Dependency) => [...keysOf(one)].includes(key);
      const kept = (map.get(key) ?? []).map((one) => next.get(one) ?? (next.has(one) ? null : one));
      const list = kept.filter((one) => one !== null && isHere(one)) as Dependency[];
      list.push(...come.filter((one) => isHere(one) && !list.includes(one)));
      if (list.length > 0) copy.set(key, list);
      else copy.delete(key);
    }
    return copy;
  };
  const all = before.all.flatMap((one) => (next.has(one) ? (next.get(one) ?? []) : one));
  return {
    all: [...all, ...fresh],
    byCard: listed(before.byCard, cardsOf),
    byTile: listed(before.byTile, tilesOf),
  };
}

/** The dependencies whose links are written at a card: by the one who waits, or by the only one on the board. */
function writtenAt(model: Model, placement: Placement, card: Card): Dependency[] {
  return card.links.flatMap((link): Dependency[] => {
    const other = link.to_or_from !== null && model.cards.has(link.to_or_from) ? link.to_or_from : null;
    if (link.direction === "needed_by" && other !== null) return [];
    const [from, to] = link.direction === "waits_for" ? [other, card.id] : [card.id, other];
    const giver = (from !== null && placement.tileOf.get(from)) || null;
    const taker = (to !== null && placement.tileOf.get(to)) || null;
    const given = from === null ? undefined : model.cards.get(from);
    return [
      {
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
      },
    ];
  });
}

const writerOf = (one: Dependency): string => one.to ?? one.from ?? "";
const cardsOf = (one: Dependency): string[] => [one.from, one.to].filter((id) => id !== null);
const tilesOf = (one: Dependency): Set<string> =>
  new Set([one.giver?.key, one.taker?.key].filter((key) => key !== undefined));

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
