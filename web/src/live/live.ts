// The stream of changes from the server: connects, resumes after the last number heard, and tells what is stale.
// It never carries content: what changed is asked for again, so a lost message costs a moment and no truth.
import { useSyncExternalStore } from "react";
import { backoffMs, parseNotice, staleAfter, staleAfterGap, type ChangeNotice } from "./feed";

export interface LiveState {
  phase: "connecting" | "live" | "lost";
  /** When the server was last heard, ms. What is on screen is from then. */
  heard_ms: number;
  /** When the next try is made, ms; only while lost. */
  retry_ms: number | null;
}

const GATHER_MS = 80;
// A stream that drops and is back at once is no news for a person.
const LOST_AFTER_MS = 2_500;

let state: LiveState = { phase: "connecting", heard_ms: Date.now(), retry_ms: null };
const listeners = new Set<() => void>();

function set(next: Partial<LiveState>) {
  state = { ...state, ...next };
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useLive(): LiveState {
  return useSyncExternalStore(subscribe, () => state);
}

/** Is the link lost? Draws nothing anew when something is heard, as `useLive` does. */
export function useIsLost(): boolean {
  return useSyncExternalStore(subscribe, () => state.phase === "lost");
}

/** Hears every notice as it comes, and `null` when some may have been missed: what is held has to be asked for again. */
type Hearer = (notice: ChangeNotice | null) => void;
const hearers = new Set<Hearer>();

/** For those who cannot wait until notices are gathered. The answer stops it. */
export function hear(hearer: Hearer): () => void {
  hearers.add(hearer);
  return () => hearers.delete(hearer);
}
const tell = (notice: ChangeNotice | null) => hearers.forEach((hearer) => hearer(notice));

/**
 * Opens the stream; the answer closes it. `onStale` gets the first words of stale query keys. What changed after the number
 * `after` is told, too: pages ask their first questions before the stream is up.
 */
export function openLive(onStale: (keys: string[]) => void, after: number | null): () => void {
  let source: EventSource | null = null;
  let last = after;
  let n_tries = 0;
  let gathered: ChangeNotice[] = [];
  let isClosed = false;
  let isUp = false;
  let timers: ReturnType<typeof setTimeout>[] = [];
  const later = (run: () => void, ms: number) => timers.push(setTimeout(run, ms));

  const heard = () => set({ phase: "live", heard_ms: Date.now(), retry_ms: null });
  const flush = () => {
    const keys = staleAfter(gathered);
    gathered = [];
    if (keys.length > 0) onStale(keys);
  };
  const gather = (notice: ChangeNotice) => {
    if (gathered.length === 0) later(flush, GATHER_MS);
    gathered.push(notice);
  };

  const connect = () => {
    if (isClosed) return;
    source = new EventSource(last === null ? "/api/events" : `/api/events?after=${last}`);
    source.addEventListener("hello", () => {
      n_tries = 0;
      isUp = true;
      // What happened while nobody listened is asked for; the feed itself resumes by number.
      if (state.phase === "lost") onStale(staleAfterGap());
      heard();
      tell(null);
    });
    source.addEventListener("change", (event) => {
      heard();
      const notice = parseNotice((event as MessageEvent<string>).data);
      if (notice === null) return;
      last = notice.change;
      tell(notice);
      gather(notice);
    });
    source.addEventListener("resync", () => {
      last = null;
      onStale(staleAfterGap());
      tell(null);
    });
    source.onerror = () => {
      source?.close();
      const wait_ms = backoffMs(n_tries);
      n_tries += 1;
      isUp = false;
      later(() => !isClosed && !isUp && lose(), LOST_AFTER_MS);
      if (state.phase === "lost") set({ retry_ms: Date.now() + wait_ms });
      later(connect, wait_ms);
      // The stream also ends when the session does: asking tells the two apart.
      onStale(["session"]);
    };
  };
  const lose = () => set({ phase: "lost", retry_ms: state.retry_ms ?? Date.now() + backoffMs(n_tries) });

  connect();
  return () => {
    isClosed = true;
    source?.close();
    timers.forEach(clearTimeout);
    timers = [];
    set({ phase: "connecting" });
  };
}
