// One team's part of a board: its stories under their features by iteration, and what it waits for and is waited for. Pure.
import { day } from "../../ui/time";
import { HEALTH_WORDS, type Dependencies, type Dependency } from "../links";
import { levelOf, type Model } from "../model";
import { byRank, cellIndex, tileFor, type Placement, type Tile } from "../placement";
import type { Agreement, Card } from "../shapes";
import { points, short } from "../words";

export interface LensGroup {
  key: string;
  /** `null`: stories of no feature on this board. */
  feature: Card | null;
  /** The team of the feature, where it is another one. */
  owner: number | null;
  /** Its home: elsewhere it is named again and what binds it is not. */
  isHome: boolean;
  stories: Tile[];
}

export interface LensPerson {
  name: string;
  initials: string;
  points: number;
}

export interface LensColumn {
  column: number;
  groups: LensGroup[];
  people: LensPerson[];
  n_stories: number;
}

export function lensColumns(model: Model, placement: Placement, team: number): LensColumn[] {
  return model.frame.set_up.columns.map((_, column) => {
    const tiles = placement.cells[cellIndex(placement.n_columns, team, column)] ?? [];
    const groups: LensGroup[] = [];
    const loose: Tile[] = [];
    for (const tile of tiles) {
      if (tile.stories.length > 0)
        groups.push({
          key: tile.key,
          feature: tile.card,
          owner: tile.card.team === team || tile.card.team < 0 ? null : tile.card.team,
          isHome: tile.kind === "card",
          stories: tile.stories
            .flatMap((story) => tileFor(placement, model.cards, story.id) ?? [])
            .sort(byRank),
        });
      // A feature whose stories all lie elsewhere has nothing to do here.
      else if (tile.n_stories === 0) loose.push(tile);
    }
    if (loose.length > 0)
      groups.push({ key: "loose", feature: null, owner: null, isHome: true, stories: loose });
    const stories = groups.flatMap((group) => group.stories);
    return { column, groups, people: peopleOf(stories), n_stories: stories.length };
  });
}

function peopleOf(stories: readonly Tile[]): LensPerson[] {
  const people = new Map<string, LensPerson>();
  for (const { card } of stories) {
    if (!card.assignee) continue;
    const known = people.get(card.assignee.name);
    if (known) known.points += card.points ?? 0;
    else
      people.set(card.assignee.name, {
        name: card.assignee.name,
        initials: "",
        points: card.points ?? 0,
      });
  }
  return [...people.values()].sort((a, b) => b.points - a.points || a.name.localeCompare(b.name));
}

/** The features a new story of this cell may belong to: those here first, then the team's others. */
export function parentsFor(model: Model, placement: Placement, team: number, column: number): Card[] {
  const here = (placement.cells[cellIndex(placement.n_columns, team, column)] ?? [])
    .map((tile) => tile.card)
    .filter((card) => levelOf(model.frame, card) === "feature");
  const known = new Set(here.map((card) => card.id));
  const others = [...model.cards.values()].filter(
    (card) => card.team === team && levelOf(model.frame, card) === "feature" && !known.has(card.id),
  );
  return [...here, ...others.sort((a, b) => (a.number ?? Infinity) - (b.number ?? Infinity))];
}

export interface DependencyWords {
  key: string;
  tone: "plain" | "warn" | "bad";
  direction: "waits_for" | "needed_by";
  text: string;
}

/** What a card waits for and who waits for it, as sentences; settled ones are left out. */
export function dependencyWords(
  model: Model,
  dependencies: Dependencies,
  card: string,
  now_ms: number,
): DependencyWords[] {
  return (dependencies.byCard.get(card) ?? [])
    .filter((one) => !one.is_done)
    .map((one) => ({
      key: one.key,
      tone: one.health === "bad" ? "bad" : one.health === "risk" ? "warn" : "plain",
      direction: one.to === card ? "waits_for" : "needed_by",
      text: one.to === card ? waitsWords(model, one, now_ms) : neededWords(model, one, now_ms),
    }));
}

/** `Waits for Manifest, 4090, by 16 Oct`. */
function waitsWords(model: Model, one: Dependency, now_ms: number): string {
  const giver = one.from === null ? undefined : model.cards.get(one.from);
  const team = teamName(model, one.giver);
  const what = giver ? short(giver) : outsideWords(model, one);
  const by = one.needed_by === null ? "" : `, by ${day(one.needed_by, now_ms)}`;
  return `Waits for ${[team, what].filter(Boolean).join(", ")}${by}${healthTail(one)}`;
}

/** `Beacon needs it for 4152, same sprint`; `Quay needs it a sprint earlier, 4106`. */
function neededWords(model: Model, one: Dependency, now_ms: number): string {
  const taker = one.to === null ? undefined : model.cards.get(one.to);
  const who = teamName(model, one.taker) ?? "Somebody outside this board";
  const what = taker ? short(taker) : outsideWords(model, one);
  if (one.health === "bad") return `${who} needs it ${earlier(one)}, ${what}`;
  const by = one.needed_by === null ? "" : ` by ${day(one.needed_by, now_ms)}`;
  return `${who} needs it for ${what}${by}${healthTail(one)}`;
}

function healthTail(one: Dependency): string {
  if (one.health === "risk") return ", same sprint";
  return one.health === "bad" ? `, planned ${later(one)}` : "";
}

function distance(one: Dependency): number {
  return (one.giver?.column ?? 0) - (one.taker?.column ?? 0);
}
const earlier = (one: Dependency) =>
  distance(one) === 1 ? "a sprint earlier" : `${distance(one)} sprints earlier`;
const later = (one: Dependency) =>
  distance(one) === 1 ? "a sprint later" : `${distance(one)} sprints later`;

function teamName(model: Model, tile: Tile | null): string | null {
  return tile ? (model.frame.set_up.teams[tile.team]?.name ?? null) : null;
}

function outsideWords(model: Model, one: Dependency): string {
  const title = one.outside === null ? null : model.frame.outside.get(one.outside);
  return [one.outside, title].filter(Boolean).join(" ") || "something outside this board";
}

export type Side = "gives" | "takes";

export interface Agreed {
  dependency: Dependency;
  /** The team at the other end; `null` outside of the board. */
  other: number | null;
  /** `4110 needs 4112 Pre-clearance decision`. */
  title: string;
  /** `Needed by 30 Oct · on track`. */
  says: string;
}

const UNANSWERED: readonly Agreement[] = ["none", "proposed"];

/** What others wait for this team to give, or what it waits for: unanswered first, then by date. */
export function agreements(
  model: Model,
  { all }: Dependencies,
  team: number,
  side: Side,
  now_ms: number,
): Agreed[] {
  const own = (one: Dependency) => (side === "gives" ? one.giver : one.taker);
  const far = (one: Dependency) => (side === "gives" ? one.taker : one.giver);
  return all
    .filter((one) => own(one)?.team === team && far(one)?.team !== team && one.agreement !== "done")
    .sort(
      (a, b) =>
        Number(UNANSWERED.includes(b.agreement)) - Number(UNANSWERED.includes(a.agreement)) ||
        (a.needed_by ?? "9").localeCompare(b.needed_by ?? "9"),
    )
    .map((one) => ({
      dependency: one,
      other: far(one)?.team ?? null,
      title: agreedTitle(model, one),
      says: [
        one.needed_by === null ? "No date" : `Needed by ${day(one.needed_by, now_ms)}`,
        HEALTH_WORDS[one.health],
      ].join(" · "),
    }));
}

function agreedTitle(model: Model, one: Dependency): string {
  const taker = one.to === null ? undefined : model.cards.get(one.to);
  const giver = one.from === null ? undefined : model.cards.get(one.from);
  const from = taker ? short(taker) : outsideWords(model, one);
  const to = giver ? [giver.number, giver.title].filter(Boolean).join(" ") : outsideWords(model, one);
  return `${from} needs ${to}`;
}

export const AGREEMENT_WORDS: Record<Agreement, { word: string; tone: "plain" | "info" | "bad" | "ok" }> = {
  none: { word: "not agreed", tone: "info" },
  proposed: { word: "proposed", tone: "info" },
  accepted: { word: "accepted", tone: "plain" },
  refused: { word: "refused", tone: "bad" },
  done: { word: "done", tone: "ok" },
};

/** What may be said of an agreement from this side; only the giver marks it done. */
export function answersFor(side: Side, agreement: Agreement): Agreement[] {
  if (side === "takes") return agreement === "refused" || agreement === "none" ? ["proposed"] : [];
  if (agreement === "accepted") return ["done", "refused"];
  return agreement === "refused"
    ? ["accepted"]
    : agreement === "done"
      ? ["accepted"]
      : ["accepted", "refused"];
}

export const ANSWER_WORDS: Record<Agreement, string> = {
  accepted: "Accept",
  refused: "Refuse",
  done: "Mark as done",
  proposed: "Ask again",
  none: "Ask again",
};

/** A story's line for who does not see it: number, title, state, points, who. */
export function storyName(
  model: Model,
  { card }: Pick<Tile, "card">,
  words: readonly DependencyWords[],
): string {
  const parts = [`${card.type} ${card.number ?? "new"}`, card.title, card.state];
  parts.push(card.points === null ? "no points" : `${points(card.points)} ${model.frame.set_up.unit.name}`);
  parts.push(card.assignee?.name ?? "unassigned");
  return [...parts, ...words.map((one) => one.text)].filter((part) => part !== "").join(", ");
}

/** The story an arrow leads to from another one: within its column, or at the same height of the next. */
export function neighbourOf(columns: readonly LensColumn[], key: string, arrow: string): string | null {
  const keys = columns.map((column) => column.groups.flatMap((group) => group.stories.map((one) => one.key)));
  const c = keys.findIndex((column) => column.includes(key));
  if (c < 0) return null;
  const r = keys[c]?.indexOf(key) ?? 0;
  if (arrow === "ArrowUp") return keys[c]?.[r - 1] ?? null;
  if (arrow === "ArrowDown") return keys[c]?.[r + 1] ?? null;
  const step = arrow === "ArrowRight" ? 1 : arrow === "ArrowLeft" ? -1 : 0;
  for (let next = c + step; step !== 0 && next >= 0 && next < keys.length; next += step) {
    const column = keys[next] ?? [];
    if (column.length > 0) return column[Math.min(r, column.length - 1)] ?? null;
  }
  return null;
}

/** The iteration that is under way, else the next to begin, else the last. */
export function columnNow(
  columns: readonly { start_on: string | null; finish_on: string | null }[],
  today: string,
): number {
  const at = columns.findIndex(
    (one) => one.finish_on !== null && today <= one.finish_on && (one.start_on ?? "") <= today,
  );
  if (at >= 0) return at;
  const next = columns.findIndex((one) => one.start_on !== null && today < one.start_on);
  return next >= 0 ? next : Math.max(0, columns.length - 1);
}

export function isNow(column: { start_on: string | null; finish_on: string | null }, today: string): boolean {
  return (
    column.start_on !== null &&
    column.finish_on !== null &&
    column.start_on <= today &&
    today <= column.finish_on
  );
}
