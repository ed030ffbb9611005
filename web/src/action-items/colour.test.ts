import { describe, expect, test } from "vitest";
import { contrast, legible, parse } from "./colour";

const read = (text: string | null) => (text ?? "").match(/\d+/g)?.map(Number) as [number, number, number];

describe("a type's colour", () => {
  test("one that is too pale on white is darkened to 3:1", () =>
    expect(contrast(read(legible("F2CB1D", false)), [255, 255, 255])).toBeGreaterThanOrEqual(3));
  test("one that is too dark on the dark surface is lightened", () =>
    expect(contrast(read(legible("#1a1a2e", true)), [22, 29, 27])).toBeGreaterThanOrEqual(3));
  test("one that already is legible stays as it is", () =>
    expect(legible("773b93", false)).toBe("rgb(119 59 147)"));
  test("eight digits carry alpha first", () => expect(parse("ff773b93")).toEqual([119, 59, 147]));
  test("anything else is no colour", () => {
    expect(parse("red")).toBeNull();
    expect(legible("var(--x)", false)).toBeNull();
  });
});
