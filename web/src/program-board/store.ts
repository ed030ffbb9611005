// One board in this browser: reads it, keeps up with it, and sends acts in the order made. What it knows is a `Replica`;
// this file only carries it to and from the server. One request for changes at a time, at most one a frame.
import { NoAnswer, Problem, newId, sentence } from "../api/client";
import type { ChangeNotice } from "../live/feed";
import { announce } from "../ui/announce";
import { plural } from "../ui/time";
import { askChanges, askSnapshot, insist, sendActs, sendUndo } from "./calls";
import {
  absorb,
  acknowledge,
  begin,
  itemsOf,
  open,
  refuse,
  release,
  type News,
  type Replica,
} from "./replica";
import type { Act, Acted, Card, Changes, Present } from "./shapes";
import { readSnapshot } from "./snapshot";

/** A mark on a card that somebody else changed; it goes by itself. */
export interface Mark {
  kind: News["kind"];
  until_ms: number;
}
export interface BoardState {
  replica: Replica | null;
  error: unknown;
  present: readonly Present[];
  marks: ReadonlyMap<string, Mark>;
  /** Cards of mine that were refused just now: they shake once. */
  shaken: ReadonlySet<string>;
  /** Rises when cards moved by somebody else: they glide. */
  glide: number;
  /** Three or more changes at once, as one line; `null` when there is nothing to tell. */
  news: { text: string; ids: readonly string[]; at_ms: number } | null;
}

export interface Hooks {
  /** An act was not taken. */
  onRefused: (acts: readonly Act[], says: string) => void;
  /** Azure DevOps refused what I did within the last seconds. */
  onRefusedThere: (card: Card) => void;
}

const FRAME_MS = 16;
/** While the hand moves something, changes of others are taken in this seldom. */
const HAND_MS = 700;
const STILL_AFTER_MS = 150;
const MARKED_MS = 10_000;
/** Marks go together rather than one by one: each time the board is drawn anew. */
const UNMARK_MS = 1_000;
const JUST_NOW_MS = 1_000;
const PRESENT_MS = 10_000;
const N_COLLAPSED = 3;
const RETRY_MS = 4_000;

export class BoardStore {
  state: BoardState = {
    replica: null,
    error: null,
    present: [],
    marks: new Map(),
    shaken: new Set(),
    glide: 0,
    news: null,
  };
  private hooks: Hooks = { onRefused: () => undefined, onRefusedThere: () => undefined };
  private readonly listeners = new Set<() => void>();
  private isAsking = false;
  private isWanted = false;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private sending: Promise<unknown> = Promise.resolve();
  private mine: { items: readonly string[]; at_ms: number }[] = [];
  private guarded: ReadonlySet<string> = new Set();
  private hand_ms = 0;
  private read_ms = 0;
  private unmarking: ReturnType<typeof setTimeout> | null = null;

  constructor(readonly id: string) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  read = (): BoardState => this.state;
  /** Who tells the person that something was refused. */
  tellRefusalsTo(hooks: Hooks): void {
    this.hooks = hooks;
  }

  private set(changes: Partial<BoardState>): void {
    this.state = { ...this.state, ...changes };
    this.listeners.forEach((listener) => listener());
  }
  private write(change: (replica: Replica) => Replica): void {
    if (this.state.replica) this.set({ replica: change(this.state.replica) });
  }

  /** Reads the whole board; what is pending stays. */
  async load(): Promise<void> {
    if (this.isAsking) return void (this.isWanted = true);
    this.isAsking = true;
    try {
      const read = readSnapshot(await askSnapshot(this.id));
      this.read_ms = Date.now();
      this.set({ replica: open(read, this.state.replica, this.read_ms), error: null });
    } catch (error) {
      this.set({ error });
    } finally {
      this.isAsking = false;
      if (this.isWanted) this.soon();
    }
  }

  /** Catches up, unless it was read just now: what happened since then is told by the feed as soon as it is up. */
  async freshen(): Promise<void> {
    if (Date.now() - this.read_ms > JUST_NOW_MS) await this.catchUp();
  }

  /** Something happened on a board; `null`: perhaps. */
  hear(notice: ChangeNotice | null): void {
    if (notice && notice.id !== this.id) return;
    if (notice && this.state.replica && notice.change <= this.state.replica.change) return;
    this.soon();
  }

  /** The person scrolls or drags just now: what follows the hand comes first, changes of others a little later. */
  noteHand = (): void => {
    this.hand_ms = Date.now();
  };

  private soon(ms: number = Date.now() - this.hand_ms < STILL_AFTER_MS ? HAND_MS : FRAME_MS): void {
    this.isWanted = true;
    if (this.timer === null)
      this.timer = setTimeout(() => {
        this.timer = null;
        void this.catchUp();
      }, ms);
  }

  /** Asks for what changed since; while one answer is awaited, later notices wait for the next. */
  async catchUp(): Promise<void> {
    const { replica } = this.state;
    if (this.isAsking) return;
    if (!replica) return this.load();
    this.isWanted = false;
    this.isAsking = true;
    let isWhole = false;
    try {
      const changes = await askChanges(this.id, replica.change);
      if (changes.needs_snapshot) isWhole = true;
      else this.take(changes);
    } catch (error) {
      if (error instanceof NoAnswer) this.soon(RETRY_MS);
      else if (error instanceof Problem && (error.status === 404 || error.status === 403))
        this.set({ error });
    } finally {
      this.isAsking = false;
    }
    if (isWhole) return this.load();
    if (this.isWanted) this.soon();
  }

  private take(changes: Changes): void {
    const before = this.state.replica;
    if (!before) return;
    const now_ms = Date.now();
    const isGuarded = (card: Card) =>
      this.guarded.has(card.id) || (card.parent !== null && this.guarded.has(card.parent));
    const { replica, news } = absorb(before, changes, isGuarded, now_ms);
    const isFilling = [before, replica].some(({ board }) => board.import.state === "importing");
    const isSame = changes.cards.length === 0 && changes.gone.length === 0 && !changes.board;
    const present = changes.present ?? this.state.present;
    const isSamePresent = JSON.stringify(present) === JSON.stringify(this.state.present);
    if (isSame && isSamePresent && before.change === replica.change) return;
    this.set({
      replica: isSame ? { ...before, change: replica.change } : replica,
      present: isSamePresent ? this.state.present : present,
      // A board that fills says so itself, and nobody has changed what it reads.
      ...(isFilling ? {} : this.tellNews(replica, news, now_ms)),
    });
    const ids = changes.cards.map((card) => card.id);
    this.tellRefusals(before, replica, ids, now_ms);
  }

  private tellNews(replica: Replica, news: readonly News[], now_ms: number): Partial<BoardState> {
    const others = news.filter((one) => !this.isMine(replica, one.id, now_ms));
    if (others.length === 0) return {};
    const marks = new Map(this.state.marks);
    for (const { id, kind } of others)
      if (kind !== "gone") marks.set(id, { kind, until_ms: now_ms + MARKED_MS });
    this.unmarkIn(MARKED_MS + 50);
    const ids = others.map((one) => one.id);
    const text = newsWords(replica, others);
    announce(text);
    const isMany = others.length >= N_COLLAPSED;
    return {
      marks,
      glide: others.some((one) => one.kind === "moved") ? this.state.glide + 1 : this.state.glide,
      news: isMany ? { text, ids, at_ms: now_ms } : this.state.news,
    };
  }

  private unmarkIn(ms: number): void {
    this.unmarking ??= setTimeout(() => {
      this.unmarking = null;
      this.unmark();
    }, ms);
  }
  private unmark(): void {
    const now_ms = Date.now();
    if (now_ms - this.hand_ms < STILL_AFTER_MS) return this.unmarkIn(HAND_MS);
    const marks = new Map([...this.state.marks].filter(([, mark]) => mark.until_ms > now_ms));
    const { news } = this.state;
    this.set({ marks, news: news && now_ms - news.at_ms >= MARKED_MS ? null : news });
    const [first] = marks.values();
    if (first) this.unmarkIn(Math.max(UNMARK_MS, first.until_ms - now_ms + 50));
    else if (this.state.news) this.unmarkIn(UNMARK_MS);
  }
  dismissNews(): void {
    this.set({ news: null });
  }

  private isMine(replica: Replica, id: string, now_ms: number): boolean {
    const parent = replica.confirmed.get(id)?.parent;
    return this.mine.some(
      (act) =>
        now_ms - act.at_ms <= PRESENT_MS &&
        (act.items.includes(id) || (parent != null && act.items.includes(parent))),
    );
  }

  private tellRefusals(before: Replica, after: Replica, changed: readonly string[], now_ms: number): void {
    for (const id of changed) {
      const card = after.confirmed.get(id);
      if (card?.sync !== "refused" || before.confirmed.get(card.id)?.sync === "refused") continue;
      if (!this.isMine(after, card.id, now_ms)) continue;
      this.set({ shaken: new Set([...this.state.shaken, card.id]) });
      this.hooks.onRefusedThere(card);
    }
  }

  /** Shows the acts at once and sends them, in order. Answers whether they were taken. */
  act(acts: readonly Act[]): Promise<boolean> {
    if (acts.length === 0 || !this.state.replica) return Promise.resolve(false);
    const id = newId();
    const at_ms = Date.now();
    this.write((replica) => begin(replica, { id, at_ms, acts }));
    this.remember(acts.flatMap(endsOf), at_ms);
    return this.inOrder(async () => {
      try {
        const acted = await insist(() => sendActs(this.id, id, acts));
        this.write((replica) => acknowledge(replica, id, acted, Date.now()));
        return true;
      } catch (error) {
        this.write((replica) => refuse(replica, id, Date.now()));
        this.hooks.onRefused(acts, sentence(error));
        return false;
      }
    });
  }

  /** Takes my last act back, or does it again. Answers what the server said against it, if anything. */
  step(step: "undo" | "redo"): Promise<string | null> {
    const id = newId();
    return this.inOrder(async () => {
      try {
        const acted = await insist(() => sendUndo(this.id, step, id));
        if (acted?.cards) {
          this.remember(
            acted.cards.map((card) => card.id),
            Date.now(),
          );
          const taken: Acted = { change: acted.change ?? 0, cards: acted.cards };
          this.write((replica) => acknowledge(replica, id, taken, Date.now()));
        }
        this.soon();
        return null;
      } catch (error) {
        return sentence(error);
      }
    });
  }

  /** Cards under this person's hand: nothing moves them from there. What others moved since shows once let go. */
  guard(ids: ReadonlySet<string>): void {
    if (ids.size === this.guarded.size && [...ids].every((id) => this.guarded.has(id))) return;
    this.guarded = ids;
    const { replica } = this.state;
    if (!replica || replica.held.size === 0) return;
    let next = replica;
    for (const id of replica.held.keys()) {
      const parent = replica.confirmed.get(id)?.parent;
      if (!ids.has(id) && !(parent != null && ids.has(parent))) next = release(next, id);
    }
    if (next !== replica) this.set({ replica: next, glide: this.state.glide + 1 });
  }
  letGo(id: string): void {
    this.write((replica) => release(replica, id));
    this.set({ glide: this.state.glide + 1 });
  }

  private remember(items: readonly string[], at_ms: number): void {
    this.mine = [...this.mine.filter((act) => at_ms - act.at_ms <= PRESENT_MS), { items, at_ms }];
  }
  private inOrder<T>(send: () => Promise<T>): Promise<T> {
    const next = this.sending.then(send, send);
    this.sending = next;
    return next;
  }
}

/** The cards an act touches: of a link both, though it is written at one. */
function endsOf(act: Act): string[] {
  return "from" in act && typeof act.from === "string" ? [act.from, ...itemsOf(act)] : itemsOf(act);
}

/** `4112 moved to Sprint 44`, `5 cards changed, 3 of them moved`. */
export function newsWords(replica: Replica, news: readonly News[]): string {
  if (news.length >= N_COLLAPSED) {
    const n_moved = news.filter((one) => one.kind === "moved").length;
    const moved = n_moved === 0 || n_moved === news.length ? "" : `, ${n_moved} of them moved`;
    return `${plural(news.length, "card")} ${n_moved === news.length ? "moved" : "changed"}${moved}`;
  }
  return news
    .map(({ id, kind }) => {
      const card = replica.confirmed.get(id);
      const name = card ? (card.number ?? `“${card.title}”`) : "A card";
      if (kind === "gone") return "A card left the board";
      if (kind === "new") return `${name} is new on the board`;
      if (kind === "changed" || !card) return `${name} changed`;
      const column = replica.frame.set_up.columns[card.column]?.name;
      return `${name} moved to ${column ?? "the parking lot"}`;
    })
    .join(". ");
}
