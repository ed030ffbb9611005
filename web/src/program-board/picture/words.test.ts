import { describe, expect, it } from "vitest";
import { textWidth } from "../textWidth";
import { broken, fitted } from "./words";

const WIDTH = 120;

describe("a text in a width", () => {
  it("stays whole where it fits", () => expect(fitted("Gate drill", 12, WIDTH)).toBe("Gate drill"));
  it("is cut with a sign where it does not, and never wider", () => {
    const cut = fitted("Load test with forty thousand lines", 12, WIDTH);
    expect(cut.endsWith("…")).toBe(true);
    expect(textWidth(cut, 12)).toBeLessThanOrEqual(WIDTH);
  });
  it("cuts no character in two", () => expect(fitted("😀".repeat(40), 12, WIDTH)).toMatch(/^(😀)+…$/u));
});

describe("a text in lines", () => {
  it("breaks at blanks and loses nothing", () => {
    const lines = broken("Check IMO numbers before arrival", 12, WIDTH, 9);
    expect(lines.join(" ")).toBe("Check IMO numbers before arrival");
    for (const line of lines) expect(textWidth(line, 12)).toBeLessThanOrEqual(WIDTH);
  });
  it("breaks inside a word that is longer than a line", () => {
    const lines = broken("x".repeat(60), 12, WIDTH, 9);
    expect(lines.join("")).toBe("x".repeat(60));
    for (const line of lines) expect(textWidth(line, 12)).toBeLessThanOrEqual(WIDTH);
  });
  it("cuts the last line it may have", () => {
    const lines = broken("Check IMO numbers before arrival and once more after it", 12, WIDTH, 2);
    expect(lines).toHaveLength(2);
    expect(lines[1]?.endsWith("…")).toBe(true);
  });
});
