// Times and numbers as words, by design section 7: "22 Oct", 24 h times, relative up to an hour.
// Pure: the present is an argument. Calendar dates are never shifted by a time zone.

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY_MS = 86_400_000;

/** Microseconds, as the server sends them, to milliseconds. */
export function msOf(time_us: number): number {
  return Math.floor(time_us / 1000);
}

/** The calendar date of a moment where this browser stands, as `2026-10-22`. */
export function dateOf(now_ms: number): string {
  const at = new Date(now_ms);
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
}

/** `22 Oct`, or `22 Oct 2027` when that is not this year. */
export function day(date: string, now_ms: number): string {
  const [year, month, dayOfMonth] = parts(date);
  const text = `${dayOfMonth} ${MONTHS[month - 1] ?? ""}`;
  return year === new Date(now_ms).getFullYear() ? text : `${text} ${year}`;
}

/** Whole days from today to a calendar date; negative when it has passed. */
export function daysUntil(date: string, now_ms: number): number {
  return Math.round((utc(date) - utc(dateOf(now_ms))) / DAY_MS);
}

/** A calendar date some days away, as `2026-10-22`. */
export function addDays(date: string, n_days: number): string {
  return new Date(utc(date) + n_days * DAY_MS).toISOString().slice(0, 10);
}

/** `3 s ago`, `12 min ago`, `09:12` today, `Yesterday 09:12`, `22 Oct 09:12` before that. */
export function ago(time_us: number, now_ms: number): string {
  const at_ms = msOf(time_us);
  const s = Math.max(0, Math.round((now_ms - at_ms) / 1000));
  if (s < 60) return `${s} s ago`;
  if (s < 3600) return `${Math.floor(s / 60)} min ago`;
  return moment(time_us, now_ms);
}

/** `09:12` today, `Yesterday 09:12`, `22 Oct 09:12`. */
export function moment(time_us: number, now_ms: number): string {
  const at_ms = msOf(time_us);
  const n_days = daysUntil(dateOf(at_ms), now_ms);
  if (n_days === 0) return clock(at_ms);
  if (n_days === -1) return `Yesterday ${clock(at_ms)}`;
  return `${day(dateOf(at_ms), now_ms)} ${clock(at_ms)}`;
}

/** `09:12`, 24 h. */
export function clock(at_ms: number): string {
  const at = new Date(at_ms);
  return `${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

/** How long something has waited: `14 s`, `3 min`, `5 h`, `2 days`. */
export function span(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 48 * 3600) return `${Math.floor(s / 3600)} h`;
  return `${Math.floor(s / 86_400)} days`;
}

/** `1 284`: thousands with a thin space. */
export function count(n: number): string {
  return String(Math.trunc(n)).replace(/\B(?=(\d{3})+$)/g, "\u2009");
}

/** `1 conflict`, `3 conflicts`. */
export function plural(n: number, one: string, many: string = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

function parts(date: string): [number, number, number] {
  const [year, month, dayOfMonth] = date.split("-").map(Number);
  return [year ?? 0, month ?? 1, dayOfMonth ?? 1];
}

function utc(date: string): number {
  const [year, month, dayOfMonth] = parts(date);
  return Date.UTC(year, month - 1, dayOfMonth);
}

function pad(n: number): string {
  return String(n).padStart(2, "0");
}
