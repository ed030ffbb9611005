// The board behind a link: read, and read again every 15 s. The link's secret goes along as a header, never in an address.
import { useEffect, useMemo, useState } from "react";
import { NoAnswer, Problem } from "../../api/client";
import { planOf, type Plan } from "../plan";
import type { Snapshot } from "../shapes";
import { readSnapshot } from "../snapshot";

const EVERY_MS = 15_000;
const ADDRESS = "/api/shared/board";

export interface SharedState {
  snapshot: Snapshot | null;
  /** When it was last known to be so. */
  seen_ms: number;
  error: unknown;
}

type Answer = Snapshot | "same" | { error: unknown };

/** A link that does not exist, or no more: nothing is shown and nothing asked any more. */
function endsIt(answer: Answer): boolean {
  if (answer === "same" || !("error" in answer)) return false;
  const { error } = answer;
  return error instanceof Problem && (error.status === 401 || error.status === 410);
}

/** What is to be shown after an answer; a lost one leaves what was there. */
export function after(state: SharedState, answer: Answer, now_ms: number): SharedState {
  if (answer === "same") return { ...state, seen_ms: now_ms, error: null };
  if (!("error" in answer)) return { snapshot: answer, seen_ms: now_ms, error: null };
  return endsIt(answer)
    ? { snapshot: null, seen_ms: now_ms, error: answer.error }
    : { ...state, error: answer.error };
}

export function useShared(secret: string): {
  state: SharedState;
  plan: Plan | null;
  retry: () => void;
} {
  const [state, setState] = useState<SharedState>({ snapshot: null, seen_ms: 0, error: null });
  const [n_tries, setTries] = useState(0);
  useEffect(() => {
    let etag: string | null = null;
    let timer: ReturnType<typeof setTimeout> | null = null;
    let isGone = false;
    const ask = async () => {
      timer = null;
      const answer = await read(secret, etag).catch((error: unknown) => ({ error }));
      if (isGone) return;
      if (answer !== "same" && "snapshot" in answer) etag = answer.etag;
      const taken = answer !== "same" && "snapshot" in answer ? answer.snapshot : answer;
      setState((old) => after(old, taken, Date.now()));
      if (!endsIt(taken)) timer = setTimeout(tick, EVERY_MS);
    };
    // A page that nobody looks at asks again when somebody does.
    const tick = () => {
      if (document.visibilityState === "visible") void ask();
    };
    const look = () => {
      if (timer !== null || document.visibilityState !== "visible") return;
      void ask();
    };
    void ask();
    document.addEventListener("visibilitychange", look);
    return () => {
      isGone = true;
      document.removeEventListener("visibilitychange", look);
      if (timer !== null) clearTimeout(timer);
    };
  }, [secret, n_tries]);
  const { snapshot } = state;
  const plan = useMemo(() => {
    if (!snapshot) return null;
    const { frame, board, cards } = readSnapshot(snapshot);
    return planOf({ frame, board, cards });
  }, [snapshot]);
  return { state, plan, retry: () => setTries((n) => n + 1) };
}

async function read(
  secret: string,
  etag: string | null,
): Promise<"same" | { snapshot: Snapshot; etag: string | null }> {
  const headers: Record<string, string> = { authorization: `Bearer ${secret}` };
  if (etag !== null) headers["if-none-match"] = etag;
  const answer = await fetch(ADDRESS, { headers, cache: "no-store", credentials: "omit" }).catch(() => {
    throw new NoAnswer();
  });
  if (answer.status === 304) return "same";
  if (!answer.ok) {
    const body = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
    throw new Problem(answer.status, body);
  }
  return { snapshot: (await answer.json()) as Snapshot, etag: answer.headers.get("etag") };
}
