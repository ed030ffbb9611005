// What a change means for what this browser holds. Pure.

export type Noun = "action_item" | "connection" | "member" | "credential" | "sync" | "board" | "card";

export interface ChangeNotice {
  change: number;
  noun: Noun;
  id: string;
}

const STALE: Record<Noun, readonly string[]> = {
  // What waits and what needs a decision is counted on the connection too.
  action_item: ["action-items", "sync", "connections", "my-tokens"],
  connection: ["connections", "my-tokens"],
  member: ["members", "session"],
  credential: ["connections", "my-tokens"],
  // What is on a board is asked for by what changed, not whole; only counts and settings are.
  board: ["boards"],
  card: ["board-cards"],
  sync: ["sync", "connections", "my-tokens", "action-items"],
};

/** The first words of the query keys that are stale once these changes happened. */
export function staleAfter(notices: readonly ChangeNotice[]): string[] {
  return [...new Set(notices.flatMap((notice) => STALE[notice.noun] ?? []))];
}

/** Every key a change can touch: after a gap in the feed, all is asked again. */
export function staleAfterGap(): string[] {
  return [...new Set(Object.values(STALE).flat())];
}

/** One message of the feed; `null` for what is not ours. */
export function parseNotice(text: string): ChangeNotice | null {
  try {
    const data = JSON.parse(text) as Partial<ChangeNotice>;
    if (typeof data.change !== "number" || typeof data.noun !== "string" || !(data.noun in STALE))
      return null;
    return { change: data.change, noun: data.noun, id: data.id ?? "" };
  } catch {
    return null;
  }
}

/** How long to wait before the next try to connect: 1, 2, 4 … 30 seconds. */
export function backoffMs(n_tries: number): number {
  return Math.min(30_000, 1_000 * 2 ** Math.min(n_tries, 5));
}
