// What an act does to the cards, as the server will do it: shown at once, before it has answered. Pure.
import { isOpen, levelOf, type Cards, type Frame } from "./model.ts";
import { SharedMap } from "./sharedMap.ts";
import type { Act, Assignee, Card, WriteMode } from "./shapes";

/** The stories that make up a feature on the board. */
export function storiesOf(cards: Cards, frame: Frame, feature: Pick<Card, "id" | "type">): Card[] {
  if (levelOf(frame, feature) !== "feature") return [];
  const stories: Card[] = [];
  for (const card of cards.values())
    if (card.parent === feature.id && levelOf(frame, card) === "story") stories.push(card);
  return stories;
}

/** What a move of a card from one cell takes along: itself, or of a feature with stories its open ones there. */
export function movedBy(cards: Cards, frame: Frame, card: Card, from?: readonly [number, number]): Card[] {
  const stories = storiesOf(cards, frame, card);
  if (stories.length === 0) return [card];
  return stories.filter(
    (story) => isOpen(frame, story) && (!from || (story.team === from[0] && story.column === from[1])),
  );
}

/** A rank right behind another, before anything that lies behind that one now. */
export function rankBehind(rank: string | undefined): string {
  return rank === undefined ? "" : `${rank}\u0001`;
}

export function applyActs(cards: Cards, frame: Frame, mode: WriteMode, acts: readonly Act[]): Cards {
  const next = SharedMap.copy(cards);
  for (const act of acts) applyAct(next, frame, mode, act);
  return next;
}

function applyAct(cards: SharedMap<string, Card>, frame: Frame, mode: WriteMode, act: Act): void {
  // What was written shows as not yet settled; what needs a person keeps saying so.
  const unsettled = (card: Card): Card["sync"] =>
    card.sync === "in_step" ? (mode === "hold" ? "draft" : "waiting") : card.sync;
  const change = (id: string, changes: Partial<Card>, isWritten = true) => {
    const card = cards.get(id);
    if (card) cards.set(id, { ...card, ...changes, sync: isWritten ? unsettled(card) : card.sync });
  };
  switch (act.kind) {
    case "move":
      return move(cards, frame, act, change);
    case "set":
      return change(act.item, setOf(act.field, act.to));
    case "create":
      cards.set(act.item, created(act, mode));
      return;
    case "parent":
      return change(act.item, { parent: act.parent ?? null });
    case "link": {
      const taker = cards.get(act.to);
      const giver = cards.get(act.from);
      if (!taker || !giver || taker.links.some((link) => isFrom(link, act.from))) return;
      const link = {
        to_or_from: act.from,
        number: giver.number,
        direction: "waits_for" as const,
        agreement: "proposed" as const,
        needed_by: act.needed_by ?? null,
        sync: unsettled(taker),
      };
      return change(act.to, { links: [...taker.links, link] });
    }
    case "unlink":
      return change(act.to, {
        links: cards.get(act.to)?.links.filter((link) => !isFrom(link, act.from)) ?? [],
      });
    case "agree": {
      const links = cards
        .get(act.to)
        ?.links.map((link) =>
          isFrom(link, act.from)
            ? { ...link, agreement: act.agreement, needed_by: act.needed_by ?? link.needed_by }
            : link,
        );
      return change(act.to, { links: links ?? [] });
    }
    case "remove":
      cards.delete(act.item);
      return;
    // What comes back is known to the server alone.
    case "put_back":
    case "comment":
      return;
  }
}

type Change = (id: string, changes: Partial<Card>, isWritten?: boolean) => void;

function move(cards: Cards, frame: Frame, act: Extract<Act, { kind: "move" }>, change: Change): void {
  const card = cards.get(act.item);
  if (!card) return;
  const rank =
    act.after === card.id ? card.rank : rankBehind(act.after ? cards.get(act.after)?.rank : undefined);
  const stories = storiesOf(cards, frame, card);
  if (stories.length > 0) {
    for (const story of movedBy(cards, frame, card, act.from ?? undefined))
      if (story.column !== act.column || (act.team ?? story.team) !== story.team)
        change(story.id, { team: act.team ?? story.team, column: act.column });
    return change(act.item, { rank }, false);
  }
  const isFeature = levelOf(frame, card) === "feature";
  if (isFeature && !frame.set_up.writes_feature_place) {
    const team = act.team ?? card.placed?.[0] ?? card.team;
    return change(act.item, { placed: [team, act.column], rank }, false);
  }
  const team = act.team ?? card.team;
  change(
    act.item,
    { team, column: act.column, rank, placed: null },
    team !== card.team || act.column !== card.column,
  );
}

function isFrom(link: Card["links"][number], giver: string): boolean {
  return link.direction === "waits_for" && link.to_or_from === giver;
}

function setOf(field: Extract<Act, { kind: "set" }>["field"], to: unknown): Partial<Card> {
  switch (field) {
    case "title":
    case "state":
      return typeof to === "string" ? { [field]: to } : {};
    case "points":
      return { points: typeof to === "number" ? to : null };
    case "assignee":
      return { assignee: to === null ? null : (to as Assignee) };
    case "tags":
      return Array.isArray(to) ? { tags: to as string[] } : {};
    default:
      return {};
  }
}

function created(act: Extract<Act, { kind: "create" }>, mode: WriteMode): Card {
  return {
    id: act.item,
    number: null,
    type: act.type,
    title: act.title,
    state: "",
    team: act.team,
    column: act.column,
    points: act.points ?? null,
    assignee: null,
    parent: act.parent ?? null,
    // Behind everything that has a rank.
    rank: "\uffff",
    tags: [],
    sync: mode === "hold" ? "draft" : "waiting",
    placed: null,
    links: [],
    change: Number.MAX_SAFE_INTEGER,
    conflict: null,
  };
}
