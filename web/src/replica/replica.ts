// What this browser holds of the plan: what the server confirmed, and an ordered list of acts not yet confirmed.
// What is shown is a function of the two; a refused act just leaves the list. Pure: time is an argument.
// Order is the server's change number, never a clock.
import type { ActionItem, ActionItemList, Changes, Owner } from "../api/types";

/** An act of this person that the server has not answered yet. */
export interface Pending {
  id: string;
  item_id: string;
  at_ms: number;
  act: Act;
}
export type Act =
  | { kind: "create"; item: ActionItem }
  | { kind: "change"; changes: Changes; owner?: Owner | null }
  | { kind: "delete" }
  | { kind: "restore" };

export interface Replica {
  confirmed: Readonly<Record<string, ActionItem>>;
  /** The change number up to which `confirmed` is known to be whole. */
  change: number;
  pending: readonly Pending[];
  /** When each item was first seen waiting, ms: a fast write never shows a mark. */
  waiting_since: Readonly<Record<string, number>>;
}

export const EMPTY: Replica = { confirmed: {}, change: 0, pending: [], waiting_since: {} };

/** A write that takes longer than this is shown as waiting. */
export const SLOW_MS = 400;

/** Takes in the whole list as of one change number. What is known from later changes stays. */
export function loadList(replica: Replica, list: ActionItemList, now_ms: number): Replica {
  if (list.change < replica.change) return replica;
  const confirmed: Record<string, ActionItem> = {};
  for (const item of list.items) confirmed[item.id] = newer(replica.confirmed[item.id], item);
  for (const item of Object.values(replica.confirmed))
    if (!(item.id in confirmed) && item.change > list.change) confirmed[item.id] = item;
  return sinceNow({ ...replica, confirmed, change: list.change }, now_ms);
}

/** Takes in one item, unless a later state of it is already known. */
export function absorb(replica: Replica, item: ActionItem, now_ms: number): Replica {
  const known = replica.confirmed[item.id];
  const kept = newer(known, item);
  if (kept === known) return replica;
  return sinceNow({ ...replica, confirmed: { ...replica.confirmed, [item.id]: kept } }, now_ms);
}

/** An act begins: it shows at once. */
export function begin(replica: Replica, pending: Pending): Replica {
  return sinceNow({ ...replica, pending: [...replica.pending, pending] }, pending.at_ms);
}

/** The server took the act and answered with the items as they are now. */
export function acknowledge(
  replica: Replica,
  id: string,
  items: readonly ActionItem[],
  now_ms: number,
): Replica {
  const absorbed = items.reduce((sum, item) => absorb(sum, item, now_ms), replica);
  return sinceNow(without(absorbed, id), now_ms);
}

/** The server did not take the act: it leaves the list, and what is confirmed shows again. */
export function refuse(replica: Replica, id: string, now_ms: number): Replica {
  return sinceNow(without(replica, id), now_ms);
}

/** The items as a person sees them: confirmed, with every pending act on top, in the order made. */
export function shown(replica: Replica): ActionItem[] {
  const items = new Map(Object.entries(replica.confirmed));
  for (const pending of replica.pending) {
    const before = items.get(pending.item_id);
    const after = applied(before, pending);
    if (after) items.set(pending.item_id, after);
  }
  return [...items.values()].filter((item) => item.deleted === null);
}

/** Is a write of this item under way for so long that it deserves a mark? */
export function isSlow(replica: Replica, item_id: string, now_ms: number): boolean {
  const since = replica.waiting_since[item_id];
  return since !== undefined && now_ms - since >= SLOW_MS;
}

/** The earliest moment at which another item becomes slow; `null` when none will. */
export function nextSlow(replica: Replica, now_ms: number): number | null {
  const coming = Object.values(replica.waiting_since)
    .map((since) => since + SLOW_MS)
    .filter((at) => at > now_ms);
  return coming.length > 0 ? Math.min(...coming) : null;
}

/** An act of mine, remembered for as long as I count as present. */
export interface RecentAct {
  item_id: string;
  fields: readonly string[];
  at_ms: number;
}
export const PRESENT_MS = 10_000;

/** Edits that were refused just now, of what I did within the last seconds: worth a message. Later ones are not. */
export function refusedWhilePresent(
  before: Replica,
  after: Replica,
  mine: readonly RecentAct[],
  now_ms: number,
) {
  const known = new Set(
    Object.values(before.confirmed).flatMap((item) =>
      item.open_edits.filter((edit) => edit.state === "refused").map((edit) => edit.id),
    ),
  );
  const recent = mine.filter((act) => now_ms - act.at_ms <= PRESENT_MS);
  return recent.flatMap((act) => {
    const item = after.confirmed[act.item_id];
    const edits = item?.open_edits ?? [];
    const refused = edits.filter(
      (edit) => edit.state === "refused" && !known.has(edit.id) && act.fields.includes(edit.field),
    );
    return item ? refused.map((edit) => ({ item, edit })) : [];
  });
}

function applied(item: ActionItem | undefined, { act }: Pending): ActionItem | undefined {
  if (act.kind === "create") return item ?? act.item;
  if (item === undefined) return undefined;
  if (act.kind === "delete")
    return { ...item, deleted: { at_us: 0, by: "", where: "here", until_us: Number.MAX_SAFE_INTEGER } };
  if (act.kind === "restore") return { ...item, deleted: null };
  const { owner_id, ...changes } = act.changes;
  const owner = owner_id === undefined ? item.owner : (act.owner ?? null);
  return { ...item, ...withoutUndefined(changes), owner };
}

function withoutUndefined(changes: Omit<Changes, "owner_id">): Partial<ActionItem> {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}

function newer(known: ActionItem | undefined, item: ActionItem): ActionItem {
  return known !== undefined && known.change > item.change ? known : item;
}

function without(replica: Replica, id: string): Replica {
  return { ...replica, pending: replica.pending.filter((pending) => pending.id !== id) };
}

function sinceNow(replica: Replica, now_ms: number): Replica {
  const waiting = new Set([
    ...replica.pending.map((pending) => pending.item_id),
    ...Object.values(replica.confirmed)
      .filter((item) => item.sync.state === "waiting")
      .map((item) => item.id),
  ]);
  const waiting_since: Record<string, number> = {};
  for (const id of waiting) waiting_since[id] = replica.waiting_since[id] ?? now_ms;
  return { ...replica, waiting_since };
}
