// Features as bars over the iterations, from the first of their stories to the last, in lanes by team. Pure.
import { HEALTH_WORDS, type Dependencies, type Health } from "../links";
import { categoryOf, levelOf, type Model } from "../model";
import type { Placement } from "../placement";
import type { Card, ColumnSetUp } from "../shapes";

export interface Bar {
  card: Card;
  /** Columns, both included. */
  from: number;
  to: number;
  /** Row inside its team: bars of one lane never overlap. */
  lane: number;
  n_stories: number;
  n_closed: number;
  points: number | null;
  /** The worst of its dependencies in the plan. */
  health: Health;
}

export interface TeamRow {
  /** -1: features of no team. */
  team: number;
  bars: Bar[];
  n_lanes: number;
}

export interface Timeline {
  rows: TeamRow[];
  /** Features that lie in no iteration. */
  unplanned: Card[];
}

const WORST: readonly Health[] = ["bad", "risk", "stub", "ok"];

export function timelineOf(model: Model, placement: Placement, dependencies: Dependencies): Timeline {
  const { frame, cards } = model;
  const { set_up } = frame;
  const bars = new Map<number, Bar[]>();
  const unplanned: Card[] = [];
  for (const card of cards.values()) {
    if (!isDrawn(model, card) || categoryOf(frame, card) === "removed") continue;
    const stories = placement.storiesOf.get(card.id) ?? [];
    const span = spanOf(card, stories, model);
    if (span === null) {
      unplanned.push(card);
      continue;
    }
    const team = placement.tileOf.get(card.id)?.team ?? card.team;
    const counted = stories.filter((story) => categoryOf(frame, story) !== "removed");
    const sized = counted.filter((story) => story.points !== null);
    const bar: Bar = {
      card,
      from: span[0],
      to: span[1],
      lane: 0,
      n_stories: counted.length,
      n_closed: counted.filter((story) => categoryOf(frame, story) === "completed").length,
      points:
        stories.length === 0
          ? card.points
          : sized.length === 0
            ? null
            : sized.reduce((sum, story) => sum + (story.points ?? 0), 0),
      health: worstOf(dependencies, [card, ...stories]),
    };
    const row = set_up.teams[team]?.is_shown === false ? -2 : team;
    if (row === -2) continue;
    const known = bars.get(row);
    if (known) known.push(bar);
    else bars.set(row, [bar]);
  }
  const order = [...bars.keys()].sort((a, b) => (a < 0 ? Infinity : a) - (b < 0 ? Infinity : b));
  return {
    rows: order.map((team) => row(team, bars.get(team) ?? [])),
    unplanned: unplanned.sort(byNumber),
  };
}

/** Features; on a board without that level, what lies on none below another. */
function isDrawn(model: Model, card: Card): boolean {
  const level = levelOf(model.frame, card);
  if (model.frame.set_up.levels.features.length > 0) return level === "feature";
  return level === "story" && (card.parent === null || !model.cards.has(card.parent));
}

function spanOf(card: Card, stories: readonly Card[], { frame }: Model): [number, number] | null {
  const columns = stories
    .filter((story) => story.column >= 0 && categoryOf(frame, story) !== "removed")
    .map((story) => story.column);
  if (columns.length > 0) return [Math.min(...columns), Math.max(...columns)];
  if (stories.length > 0) return null;
  const own = card.placed?.[1] ?? card.column;
  return own < 0 ? null : [own, own];
}

function worstOf({ byCard }: Dependencies, cards: readonly Card[]): Health {
  const all = cards.flatMap((card) => byCard.get(card.id) ?? []).filter((one) => !one.is_done);
  return WORST.find((health) => health !== "ok" && all.some((one) => one.health === health)) ?? "ok";
}

function row(team: number, bars: Bar[]): TeamRow {
  const sorted = bars.sort(
    (a, b) => a.from - b.from || b.to - a.to || rank(a.card, b.card) || byNumber(a.card, b.card),
  );
  const ends: number[] = [];
  const laid = sorted.map((bar) => {
    const free = ends.findIndex((end) => end < bar.from);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = bar.to;
    return { ...bar, lane };
  });
  return { team, bars: laid, n_lanes: ends.length };
}

function rank(a: Card, b: Card): number {
  return a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0;
}

function byNumber(a: Card, b: Card): number {
  return (a.number ?? Number.MAX_SAFE_INTEGER) - (b.number ?? Number.MAX_SAFE_INTEGER);
}

/** What a bar shows by its length, colour and line: `Sprint 42 to Sprint 43, 2 of 6 stories closed, same sprint dependency`. */
export function barWords(bar: Bar, columns: readonly Pick<ColumnSetUp, "name">[]): string {
  const first = columns[bar.from]?.name ?? "";
  const last = columns[bar.to]?.name ?? "";
  return [
    first === last ? first : `${first} to ${last}`,
    bar.n_stories > 0 && `${bar.n_closed} of ${bar.n_stories} stories closed`,
    (bar.health === "bad" || bar.health === "risk") && `${HEALTH_WORDS[bar.health]} dependency`,
  ]
    .filter(Boolean)
    .join(", ");
}
