// What changed since a moment: this browser notes which change number it had seen when. Pure but for `localStorage`.
// The server numbers changes and dates nothing, so a moment is the last note before it.

export interface Note {
  at_ms: number;
  change: number;
}
export type Moment = "visit" | "hour" | "today";
export const MOMENT_WORDS: Record<Moment, string> = {
  visit: "My last visit",
  hour: "An hour ago",
  today: "Today",
};

const GAP_MS = 60_000;
// Away for longer than this, and coming back is another visit.
const VISIT_GAP_MS = 30 * 60_000;
const N_NOTES_MAX = 400;
const KEPT_MS = 14 * 86_400_000;

/** Adds what is seen now; notes come a minute apart, the newest is renewed. */
export function noted(notes: readonly Note[], now: Note): Note[] {
  const kept = notes.filter((note) => now.at_ms - note.at_ms < KEPT_MS && note.at_ms <= now.at_ms);
  const last = kept[kept.length - 1];
  const before = kept[kept.length - 2];
  const isRenewed =
    last && now.at_ms - last.at_ms < GAP_MS && before !== undefined && last.at_ms - before.at_ms < GAP_MS;
  return [...(isRenewed ? kept.slice(0, -1) : kept), now].slice(-N_NOTES_MAX);
}

/** The note that stands for a moment; `null` when nothing was noted before now. */
export function noteFor(notes: readonly Note[], moment: Moment, now_ms: number): Note | null {
  if (moment === "visit") {
    for (let i = notes.length - 1; i > 0; i -= 1) {
      const note = notes[i];
      const before = notes[i - 1];
      if (note && before && note.at_ms - before.at_ms > VISIT_GAP_MS) return before;
    }
    return null;
  }
  const start = new Date(now_ms);
  start.setHours(0, 0, 0, 0);
  const at_ms = moment === "hour" ? now_ms - 3_600_000 : start.getTime();
  const earlier = notes.filter((note) => note.at_ms <= at_ms);
  return earlier[earlier.length - 1] ?? notes[0] ?? null;
}

export function readNotes(key: string): Note[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(stored) ? stored.filter(isNote) : [];
  } catch {
    return [];
  }
}

export function keepNotes(key: string, notes: readonly Note[]): void {
  try {
    localStorage.setItem(key, JSON.stringify(notes));
  } catch {
    // A full or forbidden storage costs this convenience and nothing else.
  }
}

function isNote(value: unknown): value is Note {
  const note = value as Partial<Note> | null;
  return typeof note?.at_ms === "number" && typeof note.change === "number";
}
