import { describe, expect, test } from "vitest";
import { addDays, ago, count, day, daysUntil, moment, plural, span } from "./time";

const now = new Date(2026, 9, 22, 12, 0, 0).getTime();
const us = (ms: number) => ms * 1000;

describe("times as words", () => {
  test("a date of this year leaves the year out", () => expect(day("2026-10-30", now)).toBe("30 Oct"));
  test("a date of another year names it", () => expect(day("2027-02-14", now)).toBe("14 Feb 2027"));
  test("a calendar date is counted in days, not hours", () => {
    expect(daysUntil("2026-10-22", now)).toBe(0);
    expect(daysUntil("2026-10-19", now)).toBe(-3);
    expect(daysUntil("2026-10-26", now)).toBe(4);
  });
  test("days are added over a change of the clock", () =>
    expect(addDays("2026-10-22", 7)).toBe("2026-10-29"));
  test("up to an hour a time is relative", () => {
    expect(ago(us(now - 3_000), now)).toBe("3 s ago");
    expect(ago(us(now - 12 * 60_000), now)).toBe("12 min ago");
  });
  test("past an hour a time is a time of day", () => expect(ago(us(now - 3 * 3_600_000), now)).toBe("09:00"));
  test("the day before is named", () =>
    expect(moment(us(now - 24 * 3_600_000), now)).toBe("Yesterday 12:00"));
  test("an older moment has its date", () =>
    expect(moment(us(now - 72 * 3_600_000), now)).toBe("19 Oct 12:00"));
  test("a server clock ahead of ours never gives a negative age", () =>
    expect(ago(us(now + 5_000), now)).toBe("0 s ago"));
  test("a wait has one unit", () => {
    expect(span(14_000)).toBe("14 s");
    expect(span(5 * 3_600_000)).toBe("5 h");
    expect(span(3 * 86_400_000)).toBe("3 days");
  });
  test("thousands have a thin space", () => expect(count(1284)).toBe("1\u2009284"));
  test("one is singular", () => {
    expect(plural(1, "conflict")).toBe("1 conflict");
    expect(plural(2, "entry", "entries")).toBe("2 entries");
  });
});
