// A board's data for its page: the store while anybody looks, and what is derived from it.
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useMe } from "../app/session";
import { hear } from "../live/live";
import { sendPresence } from "./calls";
import type { Model } from "./model";
import { planner, type Plan } from "./plan";
import { isSlow, nextSlow, shown, type Replica } from "./replica";
import { keepNotes, noted, readNotes } from "./since";
import { BoardStore, type BoardState } from "./store";

/** Kept where answers are kept, so that another person starts with nothing. */
export function storeOf(client: QueryClient, id: string): BoardStore {
  const key = ["board", id];
  const known = client.getQueryData<BoardStore>(key);
  if (known) return known;
  const made = new BoardStore(id);
  client.setQueryData(key, made);
  return made;
}

export interface BoardData {
  store: BoardStore;
  state: BoardState;
  plan: Plan | null;
  isSlow: (id: string) => boolean;
}

export function useBoard(id: string): BoardData {
  const client = useQueryClient();
  const store = useMemo(() => storeOf(client, id), [client, id]);
  const state = useSyncExternalStore(store.subscribe, store.read);
  useEffect(() => {
    void store.freshen();
    return hear((notice) => {
      if (notice === null || notice.noun === "card" || notice.noun === "board") store.hear(notice);
    });
  }, [store]);
  const { replica } = state;
  const frame = replica?.frame;
  const board = replica?.board;
  const confirmed = replica?.confirmed;
  const pending = replica?.pending;
  const [planOf] = useState(planner);
  const plan = useMemo(() => {
    if (!frame || !board || !confirmed || !pending) return null;
    const model: Model = { frame, board, cards: shown({ frame, board, confirmed, pending } as Replica) };
    return planOf(model);
  }, [planOf, frame, board, confirmed, pending]);
  const now_ms = useSlowClock(replica);
  const waiting_since = replica?.waiting_since;
  const slow = useCallback(
    (card: string) => waiting_since !== undefined && isSlow({ waiting_since }, card, now_ms),
    [waiting_since, now_ms],
  );
  return { store, state, plan, isSlow: slow };
}

/** Wakes exactly when another card becomes slow; nothing ticks while nothing waits. */
function useSlowClock(replica: Replica | null): number {
  const [now_ms, setNow] = useState(() => Date.now());
  useEffect(() => {
    // Counted from the moment that was drawn: what has become slow since then is drawn once, and nothing again after it.
    const at = replica && nextSlow(replica, now_ms);
    if (at === null) return;
    const timer = setTimeout(() => setNow(Date.now()), Math.max(0, at - Date.now()) + 5);
    return () => clearTimeout(timer);
  }, [replica, now_ms]);
  return now_ms;
}

const HERE_MS = 20_000;

/** Says that I am here and at which card, if I want to be seen, every 20 s and when that changes; and asks who else is. */
export function usePresence(
  store: BoardStore,
  item: string | null,
  isOn: boolean,
  wantsToBeSeen: boolean,
): void {
  useEffect(() => {
    if (!isOn) return;
    const say = () => {
      if (document.visibilityState !== "visible") return;
      const said = wantsToBeSeen ? sendPresence(store.id, item) : Promise.resolve();
      said.then(
        () => void store.catchUp(),
        () => undefined,
      );
    };
    const soon = setTimeout(say, 600);
    const timer = setInterval(say, HERE_MS);
    return () => {
      clearTimeout(soon);
      clearInterval(timer);
    };
  }, [store, item, isOn, wantsToBeSeen]);
}

const notesKey = (me: string, board: string) => `lockstep.seen.${me}.${board}`;

/** Notes which change this person had seen when, for "what changed since". */
export function useSeenNotes(board: string, change: number | undefined) {
  const me = useMe();
  const key = notesKey(me.id, board);
  useEffect(() => {
    if (change === undefined) return;
    const note = () => keepNotes(key, noted(readNotes(key), { at_ms: Date.now(), change }));
    note();
    const timer = setInterval(() => document.visibilityState === "visible" && note(), 60_000);
    return () => clearInterval(timer);
  }, [key, change]);
  return useCallback(() => readNotes(key), [key]);
}
