import { describe, expect, test } from "vitest";
import type { Import } from "./shapes";
import { deletionButton, deletionWords, importWords } from "./words";

const done: Import = { state: "ready", n_found: 52, n_read: 52, detail: null, leaving: null };

describe("how far an import is", () => {
  test("a board that is read says nothing", () => expect(importWords(done)).toBeNull());
  test("before anything is found it looks", () =>
    expect(importWords({ ...done, state: "importing", n_found: null, n_read: 0 })).toEqual({
      tone: "info",
      word: "Looking for work items",
      share: null,
    }));
  test("while it reads it says how far it is", () =>
    expect(importWords({ ...done, state: "importing", n_found: 4000, n_read: 1000 })).toEqual({
      tone: "info",
      word: "1\u2009000 of 4\u2009000 read",
      share: 0.25,
    }));
  test("a scope without items is done at once", () =>
    expect(importWords({ ...done, state: "importing", n_found: 0, n_read: 0 })?.share).toBe(1));
  test("more read than found is never more than all", () =>
    expect(importWords({ ...done, state: "importing", n_found: 10, n_read: 12 })?.share).toBe(1));
  test("a stop is told in the server's words", () =>
    expect(importWords({ ...done, state: "stopped", detail: "The query is gone." })).toEqual({
      tone: "bad",
      word: "The query is gone.",
      share: null,
    }));
  test("cards that would leave at once come before everything else", () =>
    expect(importWords({ ...done, leaving: { n: 31, since_us: 1 } })?.word).toBe(
      "31 cards would leave at once",
    ));
});

describe("what a deletion does", () => {
  test("the button names the changes it discards", () => {
    expect(deletionButton({ n_drafts: 0 })).toBe("Delete board");
    expect(deletionButton({ n_drafts: 1 })).toBe("Delete board and discard 1 change");
    expect(deletionButton({ n_drafts: 12 })).toBe("Delete board and discard 12 changes");
  });
  test("work items stay, and it says so first", () =>
    expect(deletionWords({ n_cards: 52, n_drafts: 0, is_local: false })).toEqual([
      "Nothing changes in Azure DevOps.",
      "52 cards leave Lockstep with this board; the work items stay where they are.",
    ]));
  test("cards of a local board go with it", () =>
    expect(deletionWords({ n_cards: 1, n_drafts: 0, is_local: true })).toEqual([
      "1 card is deleted with it and cannot be brought back.",
    ]));
  test("unpublished changes are named", () =>
    expect(deletionWords({ n_cards: 1, n_drafts: 1, is_local: false })).toContain(
      "1 unpublished change is discarded and cannot be brought back.",
    ));
});
