// A token's life as shares of one line: when warnings begin, where today is. Pure.
import { addDays } from "../ui/time";

const WARNED_DAYS = 30;

export interface Timeline {
  start: string;
  warn_on: string;
  /** 0 at the start, 1 at the end; today may lie beyond neither. */
  warn: number;
  today: number;
}

export function timelineOf(start: string, expires_on: string, today: string): Timeline {
  // A token replaced long after the connection was made may end before the line would begin.
  const from = start < expires_on ? start : addDays(expires_on, -90);
  const total = days(from, expires_on);
  const warn_on = addDays(expires_on, -WARNED_DAYS);
  const share = (date: string) => Math.min(1, Math.max(0, days(from, date) / total));
  return { start: from, warn_on, warn: share(warn_on), today: share(today) };
}

function days(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 86_400_000;
}
