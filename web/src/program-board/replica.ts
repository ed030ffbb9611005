// What this browser holds of a board: what the server confirmed, an ordered list of acts not yet confirmed, and changes
// of others that are held back from under this person's hand. What is shown is a function of the three. Pure: time is
// an argument, order is the server's change number. Beside `src/replica`, whose rules it follows.
import { applyActs } from "./apply";
import type { Cards, Frame } from "./model";
import { SharedMap } from "./sharedMap";
import type { Read } from "./snapshot";
import type { Act, Acted, BoardSummary, Card, Changes } from "./shapes";

export interface Pending {
  id: string;
  at_ms: number;
  acts: readonly Act[];
}
export interface Replica {
  frame: Frame;
  board: BoardSummary;
  confirmed: Cards;
  /** Everything up to this change number is in `confirmed` or `held`. */
  change: number;
  pending: readonly Pending[];
  /** Later states of cards that would move under somebody's hand; `null`: it is gone. */
  held: ReadonlyMap<string, Card | null>;
  /** When each card was first seen waiting, ms: a fast write never shows a mark. */
  waiting_since: ReadonlyMap<string, number>;
}

/** A write that takes longer than this is shown as waiting. */
export const SLOW_MS = 400;

/** Something that changed and was not made here. */
export interface News {
  id: string;
  kind: "new" | "moved" | "changed" | "gone";
}

export function open(read: Read, before: Replica | null, now_ms: number): Replica {
  const pending = before?.pending ?? [];
  const replica = { ...read, confirmed: read.cards, pending, held: new Map(), waiting_since: new Map() };
  const { frame, board, confirmed, change, held } = replica;
  return waiting(
    { frame, board, confirmed, change, pending, held, waiting_since: before?.waiting_since ?? new Map() },
    confirmed.keys(),
    now_ms,
  );
}

/** Takes in what changed. `isProtected`: this card is under somebody's hand and must not move from there. */
export function absorb(
  replica: Replica,
  changes: Changes,
  isProtected: (card: Card) => boolean,
  now_ms: number,
): { replica: Replica; news: News[] } {
  const seen = shown(replica);
  const confirmed = SharedMap.copy(replica.confirmed);
  const held = new Map(replica.held);
  const news: News[] = [];
  for (const card of changes.cards) {
    const known = confirmed.get(card.id);
    if (known && known.change > card.change && known.change !== Number.MAX_SAFE_INTEGER) continue;
    const before = seen.get(card.id);
    if (before && isElsewhere(before, card) && isProtected(before)) {
      held.set(card.id, card);
      continue;
    }
    held.delete(card.id);
    confirmed.set(card.id, card);
    const kind = before
      ? isElsewhere(before, card)
        ? "moved"
        : hasChanged(before, card)
          ? "changed"
          : null
      : "new";
    if (kind) news.push({ id: card.id, kind });
  }
  for (const id of changes.gone) {
    const before = seen.get(id);
    if (before && isProtected(before)) {
      held.set(id, null);
      continue;
    }
    held.delete(id);
    if (confirmed.delete(id) && before) news.push({ id, kind: "gone" });
  }
  const next = {
    ...replica,
    board: changes.board ?? replica.board,
    confirmed,
    held,
    change: Math.max(replica.change, changes.change),
  };
  return {
    replica: waiting(
      next,
      changes.cards.map((card) => card.id),
      now_ms,
    ),
    news,
  };
}

/** What was held back may show now: all of it, or of one card. */
export function release(replica: Replica, id?: string): Replica {
  if (replica.held.size === 0 || (id !== undefined && !replica.held.has(id))) return replica;
  const confirmed = SharedMap.copy(replica.confirmed);
  const held = new Map(replica.held);
  for (const [key, card] of replica.held) {
    if (id !== undefined && key !== id) continue;
    held.delete(key);
    if (card) confirmed.set(key, card);
    else confirmed.delete(key);
  }
  return { ...replica, confirmed, held };
}

/** An act begins: it shows at once. */
export function begin(replica: Replica, pending: Pending): Replica {
  const next = { ...replica, pending: [...replica.pending, pending] };
  return waiting(next, pending.acts.flatMap(itemsOf), pending.at_ms);
}

/** The server took the act and answered with the cards as they are now. */
export function acknowledge(replica: Replica, id: string, acted: Acted, now_ms: number): Replica {
  const confirmed = SharedMap.copy(replica.confirmed);
  for (const card of acted.cards) {
    const known = confirmed.get(card.id);
    if (!known || known.change <= card.change) confirmed.set(card.id, card);
  }
  const done = replica.pending.find((pending) => pending.id === id);
  for (const act of done?.acts ?? []) if (act.kind === "remove") confirmed.delete(act.item);
  const touched = [...acted.cards.map((card) => card.id), ...(done?.acts.flatMap(itemsOf) ?? [])];
  return waiting(without({ ...replica, confirmed }, id), touched, now_ms);
}

/** The server did not take the act: it leaves the list, and what is confirmed shows again. */
export function refuse(replica: Replica, id: string, now_ms: number): Replica {
  const acts = replica.pending.find((pending) => pending.id === id)?.acts ?? [];
  return waiting(without(replica, id), acts.flatMap(itemsOf), now_ms);
}

/** The cards as a person sees them. */
export function shown(replica: Replica): Cards {
  return replica.pending.reduce(
    (cards, pending) => applyActs(cards, replica.frame, replica.board.write_mode, pending.acts),
    replica.confirmed,
  );
}

/** Has a write of this card been under way for so long that it deserves a mark? */
export function isSlow(replica: Pick<Replica, "waiting_since">, id: string, now_ms: number): boolean {
  const since = replica.waiting_since.get(id);
  return since !== undefined && now_ms - since >= SLOW_MS;
}

/** The earliest moment at which another card becomes slow; `null` when none will. */
export function nextSlow(replica: Pick<Replica, "waiting_since">, now_ms: number): number | null {
  let next: number | null = null;
  for (const since of replica.waiting_since.values()) {
    const at = since + SLOW_MS;
    if (at > now_ms && (next === null || at < next)) next = at;
  }
  return next;
}

export function itemsOf(act: Act): string[] {
  return "item" in act ? [act.item] : [act.to];
}

/** Does the card lie somewhere else than it did? */
export function isElsewhere(before: Card, after: Card): boolean {
  return (
    before.team !== after.team ||
    before.column !== after.column ||
    before.parent !== after.parent ||
    before.placed?.[0] !== after.placed?.[0] ||
    before.placed?.[1] !== after.placed?.[1]
  );
}

function hasChanged(before: Card, after: Card): boolean {
  return (
    before.title !== after.title ||
    before.state !== after.state ||
    before.points !== after.points ||
    before.type !== after.type ||
    before.assignee?.name !== after.assignee?.name ||
    before.tags.join("\n") !== after.tags.join("\n") ||
    JSON.stringify(before.links) !== JSON.stringify(after.links)
  );
}

function without(replica: Replica, id: string): Replica {
  return { ...replica, pending: replica.pending.filter((pending) => pending.id !== id) };
}

/** Keeps when the cards of `touched` began to wait. */
function waiting(replica: Replica, touched: Iterable<string>, now_ms: number): Replica {
  const pending = new Set(replica.pending.flatMap((one) => one.acts.flatMap(itemsOf)));
  let waiting_since: Map<string, number> | null = null;
  for (const id of touched) {
    const waits = pending.has(id) || replica.confirmed.get(id)?.sync === "waiting";
    if (waits === replica.waiting_since.has(id)) continue;
    waiting_since ??= new Map(replica.waiting_since);
    if (waits) waiting_since.set(id, now_ms);
    else waiting_since.delete(id);
  }
  return waiting_since ? { ...replica, waiting_since } : replica;
}
