import { describe, expect, test } from "vitest";
import { htmlOf, linesOf } from "./plainText";

describe("notes as HTML", () => {
  test("lines break and an empty line parts paragraphs", () =>
    expect(htmlOf("one\ntwo\n\nthree")).toBe("<p>one<br>two</p><p>three</p>"));
  test("markup is text", () =>
    expect(htmlOf('<img src=x onerror="a()"> & co')).toBe(
      "<p>&lt;img src=x onerror=&quot;a()&quot;&gt; &amp; co</p>",
    ));
  test("nothing is nothing", () => expect(htmlOf("  \n\n ")).toBe(""));
});

describe("pasted lines", () => {
  test("each becomes one item", () =>
    expect(linesOf("one\ntwo\n\nthree\n")).toEqual(["one", "two", "three"]));
  test("list marks and numbers are left out", () =>
    expect(linesOf("- one\n* two\n3. three\n4) four\n• five")).toEqual([
      "one",
      "two",
      "three",
      "four",
      "five",
    ]));
  test("a number that is part of the text stays", () =>
    expect(linesOf("3 offers for fibre")).toEqual(["3 offers for fibre"]));
});
