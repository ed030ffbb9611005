import { describe, expect, test } from "vitest";
import { timelineOf } from "./timeline";

describe("a token's timeline", () => {
  test("warnings begin 30 days before the end", () => {
    const line = timelineOf("2026-01-01", "2026-04-11", "2026-01-11");
    expect(line.warn_on).toBe("2026-03-12");
    expect(line.warn).toBeCloseTo(0.7);
    expect(line.today).toBeCloseTo(0.1);
  });
  test("a token that ended keeps today at the end", () =>
    expect(timelineOf("2026-01-01", "2026-04-11", "2026-08-01").today).toBe(1));
  test("a life shorter than the warning is warned of from its start", () =>
    expect(timelineOf("2026-04-01", "2026-04-11", "2026-04-05").warn).toBe(0));
  test("an end before the beginning still makes a line", () =>
    expect(timelineOf("2026-06-01", "2026-04-11", "2026-06-02")).toMatchObject({
      start: "2026-01-11",
      today: 1,
    }));
});
