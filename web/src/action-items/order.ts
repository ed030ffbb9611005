// Which items are shown, in which order, and how many each filter would show. Pure.
import type { ActionItem } from "../api/types";
import type { Filter, ItemsSearch } from "./search";
import { STATUSES } from "./words";

export interface Viewer {
  me_id: string;
  today: string;
}

export const FILTER_WORDS: readonly { filter: Filter; word: string }[] = [
  { filter: "all", word: "All" },
  { filter: "mine", word: "Mine" },
  { filter: "late", word: "Late" },
  { filter: "no_owner", word: "No owner" },
  { filter: "needs_decision", word: "Needs a decision" },
];

export function isClosed(item: ActionItem): boolean {
  return item.status === "done" || item.status === "wont_do";
}

/** Past its due date and still to do. */
export function isLate(item: ActionItem, today: string): boolean {
  return item.due_on !== null && item.due_on < today && !isClosed(item);
}

export function needsDecision(item: ActionItem): boolean {
  return item.sync.state === "conflict" || item.sync.state === "refused" || item.sync.state === "unknown";
}

export function passes(item: ActionItem, filter: Filter, viewer: Viewer): boolean {
  switch (filter) {
    case "all":
      return true;
    case "mine":
      return item.owner?.member_id === viewer.me_id;
    case "late":
      return isLate(item, viewer.today);
    case "no_owner":
      return item.owner === null;
    case "needs_decision":
      return needsDecision(item);
  }
}

/** Does the item carry these words in its title, tags, team, owner or number? Every word must be found. */
export function matches(item: ActionItem, words: string): boolean {
  const text = [
    item.title,
    item.team ?? "",
    item.owner?.name ?? "",
    `#${item.number}`,
    item.work_item?.id ?? "",
    ...item.tags,
  ]
    .join(" ")
    .toLocaleLowerCase();
  return words
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** What the page shows for its address, in order. */
export function select(items: readonly ActionItem[], search: ItemsSearch, viewer: Viewer): ActionItem[] {
  return narrow(items, search)
    .filter((item) => passes(item, search.filter ?? "all", viewer))
    .sort(byUrgency);
}

/** How many each filter would show, of those the other conditions let through. */
export function counts(
  items: readonly ActionItem[],
  search: ItemsSearch,
  viewer: Viewer,
): Record<Filter, number> {
  const narrowed = narrow(items, search);
  const n = (filter: Filter) => narrowed.filter((item) => passes(item, filter, viewer)).length;
  return {
    all: n("all"),
    mine: n("mine"),
    late: n("late"),
    no_owner: n("no_owner"),
    needs_decision: n("needs_decision"),
  };
}

/** Status first, then priority, due date, number: what needs doing stands above what is done. */
export function byUrgency(a: ActionItem, b: ActionItem): number {
  return (
    STATUSES.indexOf(a.status) - STATUSES.indexOf(b.status) ||
    (a.priority ?? 9) - (b.priority ?? 9) ||
    (a.due_on ?? "9999").localeCompare(b.due_on ?? "9999") ||
    a.number - b.number
  );
}

export function teamsOf(items: readonly ActionItem[]): string[] {
  const teams = items.map((item) => item.team).filter((team): team is string => team !== null && team !== "");
  return [...new Set(teams)].sort((a, b) => a.localeCompare(b));
}

function narrow(items: readonly ActionItem[], { q, team, origin }: ItemsSearch): ActionItem[] {
  return items.filter(
    (item) =>
      (!q || matches(item, q)) && (!team || item.team === team) && (!origin || item.origin === origin),
  );
}
