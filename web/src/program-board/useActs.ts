// Everything a person can do to the plan, each with its message. All ends in acts that the store shows and sends.
import { useMemo } from "react";
import { newId } from "../api/client";
import { toast } from "../ui/toast";
import type { Model } from "./model";
import { moveAct, whyNot, type Place } from "./moves";
import type { Tile } from "./placement";
import { REMOVED_WORDS, removalActs, type Removal } from "./removal";
import { shown } from "./replica";
import type { BoardStore } from "./store";
import type { Act, Agreement, Assignee, Card, CardField } from "./shapes";
import { movedWords, short } from "./words";

export interface NewCard {
  type: string;
  title: string;
  team: number;
  column: number;
  parent: string | null;
}

export interface BoardActs {
  move: (tiles: readonly Tile[], to: Place, after?: string | null) => boolean;
  set: (cards: readonly Card[], field: CardField, to: unknown, says: string) => void;
  assign: (cards: readonly Card[], to: Assignee | null) => void;
  create: (made: NewCard) => string;
  link: (from: string, to: string, needed_by?: string | null) => void;
  unlink: (from: string, to: string) => void;
  agree: (from: string, to: string, agreement: Agreement, needed_by?: string) => void;
  parent: (card: Card, parent: string | null) => void;
  remove: (cards: readonly Card[], how: Removal) => void;
  putBack: (item: string) => Promise<boolean>;
  comment: (card: Card, text: string) => Promise<boolean>;
  step: (step: "undo" | "redo") => void;
}

export function useActs(store: BoardStore): BoardActs {
  return useMemo(() => actsOn(store), [store]);
}

function actsOn(store: BoardStore): BoardActs {
  // What is shown at the moment of the act, whatever was drawn last.
  const modelNow = (): Model | null => {
    const { replica } = store.state;
    return replica && { frame: replica.frame, board: replica.board, cards: shown(replica) };
  };
  const step = async (which: "undo" | "redo") => {
    const against = await store.step(which);
    if (against === null) return toast(which === "undo" ? "Undone" : "Done again");
    toast(`${which === "undo" ? "Cannot undo" : "Cannot do it again"}: ${against}`);
  };
  const undo = { label: "Undo", onPick: () => void step("undo") };
  const run = (acts: readonly Act[], says: string) => {
    void store.act(acts);
    // The message is read aloud by itself.
    toast(says, undo);
  };
  const title = (id: string) => {
    const card = modelNow()?.cards.get(id);
    return card ? short(card) : "the card";
  };
  return {
    move(tiles, to, after) {
      const model = modelNow();
      if (!model) return false;
      const acts: Act[] = [];
      const moved: Tile[] = [];
      let behind = after;
      for (const tile of tiles) {
        const act = moveAct(model, tile, to, behind);
        if (!act) continue;
        acts.push(act);
        moved.push(tile);
        if (behind !== undefined) behind = tile.card.id;
      }
      if (acts.length === 0) {
        const why = tiles[0] && whyNot(model, tiles[0]);
        if (why) toast(why);
        return false;
      }
      run(acts, movedWords(model.frame.set_up, moved, to));
      return true;
    },
    set(all, field, to, says) {
      const cards = all.filter((card) => !isSame(card, field, to));
      if (cards.length === 0) return;
      run(
        // Field and value come together from the field that was edited.
        cards.map((card) => ({ kind: "set", item: card.id, field, to }) as Act),
        `${cards.length === 1 && cards[0] ? short(cards[0]) : `${cards.length} cards`}: ${says}`,
      );
    },
    assign(cards, to) {
      this.set(cards, "assignee", to, to ? `assigned to ${to.name}` : "assigned to nobody");
    },
    create({ type, title: called, team, column, parent }) {
      const item = newId();
      run([{ kind: "create", item, type, title: called, team, column, parent }], `“${called}” created`);
      return item;
    },
    link(from, to, needed_by = null) {
      if (from === to) return;
      run([{ kind: "link", from, to, needed_by }], `${title(to)} waits for ${title(from)}`);
    },
    unlink(from, to) {
      run([{ kind: "unlink", from, to }], `${title(to)} waits for ${title(from)} no more`);
    },
    agree(from, to, agreement, needed_by) {
      const act: Act = { kind: "agree", from, to, agreement, ...(needed_by ? { needed_by } : {}) };
      run([act], `${title(from)} for ${title(to)}: ${agreement}`);
    },
    parent(card, parent) {
      if (card.parent === parent) return;
      run(
        [{ kind: "parent", item: card.id, parent }],
        parent ? `${short(card)} belongs to ${title(parent)}` : `${short(card)} belongs to no feature`,
      );
    },
    remove(cards, how) {
      const model = modelNow();
      if (!model) return;
      const what = cards.length === 1 && cards[0] ? short(cards[0]) : `${cards.length} cards`;
      const words = model.board.is_local ? "removed" : REMOVED_WORDS[how];
      run(removalActs(model, cards, how), `${what} ${words}`);
    },
    putBack: (item) => store.act([{ kind: "put_back", item }]),
    comment: (card, text) => store.act([{ kind: "comment", item: card.id, text }]),
    step: (which) => void step(which),
  };
}

/** Would this change nothing? Then nothing is sent, and nothing stands in the way of undo. */
function isSame(card: Card, field: CardField, to: unknown): boolean {
  switch (field) {
    case "title":
    case "state":
    case "points":
      return card[field] === to;
    case "assignee":
      return (card.assignee?.name ?? null) === ((to as Assignee | null)?.name ?? null);
    default:
      return false;
  }
}
