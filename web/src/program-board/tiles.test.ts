import { beforeEach, describe, expect, test } from "vitest";
import { harbourCards, uuid } from "../../dev/board-samples";
import { GHOST, carriedRows, rowOf } from "./carry";
import { NO_FILTER } from "./filter";
import { rowsOf } from "./filters";
import { lookOf } from "./icons";
import { dependenciesOf } from "./links";
import { place, tileFor } from "./placement";
import type { Card, CardSync, Present } from "./shapes";
import { syncOf, whoIsAt } from "./tiles";
import { feature, modelOf, story } from "./testing";
import { speed } from "./usePointer";

const never = () => false;

function tileOf(cards: Card[]) {
  const tile = place(modelOf(cards)).tileOf.get(cards[0]?.id ?? "");
  if (!tile) throw new Error("no tile");
  return tile;
}

describe("the mark on a card", () => {
  const withStories = (own: CardSync, ...syncs: CardSync[]) =>
    tileOf([feature("f", { sync: own }), ...syncs.map((sync, i) => story(`s${i}`, { parent: "f", sync }))]);
  test("is none when everything is in step", () =>
    expect(syncOf(withStories("in_step", "in_step"), never)).toBe("in_step"));
  test("is the worst of the card and its stories there", () => {
    expect(syncOf(withStories("in_step", "draft", "refused"), never)).toBe("refused");
    expect(syncOf(withStories("conflict", "refused"), never)).toBe("conflict");
  });
  test("of a write under way comes only once it is slow", () => {
    expect(syncOf(withStories("in_step", "waiting"), never)).toBe("in_step");
    expect(syncOf(withStories("in_step", "waiting"), (id) => id === "s0")).toBe("waiting");
  });
  test("of an act that the server has not taken for long is waiting", () =>
    expect(syncOf(withStories("in_step"), (id) => id === "f")).toBe("waiting"));
});

test("somebody at a story is shown at its feature", () => {
  const tom: Present = { member_id: "m", name: "Tom Okafor", initials: "TO", avatar: 2, item: "s" };
  const tile = tileOf([feature("f"), story("s", { parent: "f" })]);
  expect(whoIsAt(tile, new Map([["s", tom]]))).toBe(tom);
  expect(whoIsAt(tile, new Map([["x", tom]]))).toBeNull();
});

describe("a type's look", () => {
  test("is by its name, in the project's colour", () =>
    expect(lookOf({ name: "Product Backlog Item", color: "009CCC" }, false)).toMatchObject({
      icon: "story",
    }));
  test("of a type nobody knows is a sheet of paper", () =>
    expect(lookOf({ name: "Enabler", color: null }, false)).toEqual({
      icon: "other",
      colour: "var(--text-2)",
    }));
});

describe("while a card is carried", () => {
  const model = modelOf([...harbourCards().values()]);
  const placement = place(model);
  const rows = rowsOf(model, placement, dependenciesOf(model, placement), NO_FILTER, "team");
  const tile = placement.byKey.get(uuid(4118));
  if (!tile) throw new Error("no tile");
  const keys = (all: typeof rows, row: number, column: number) =>
    (all[row]?.cells[column] ?? []).map((one) => one.key);
  test("it lies first where it would drop, and a ghost stays behind", () => {
    const carried = carriedRows(rows, tile, { key: tile.key, team: 2, column: 1 });
    expect(keys(carried, 2, 1)[0]).toBe(tile.key);
    expect(keys(carried, 0, 0)).toContain(`${tile.key}${GHOST}`);
    expect(keys(carried, 0, 0)).not.toContain(tile.key);
  });
  test("nothing changes over its own cell or over the parking lot", () => {
    expect(carriedRows(rows, tile, { key: tile.key, team: 0, column: 0 })).toEqual(rows);
    expect(carriedRows(rows, tile, { key: tile.key, team: -1, column: -1 })).toEqual(rows);
  });
  test("where rows are types it stays in the row of its type", () => {
    const types = rowsOf(model, placement, dependenciesOf(model, placement), NO_FILTER, "type");
    expect(types[rowOf(types, tile, 5)]?.type).toBe("User Story");
  });
});

test("a story that its feature stands for can be acted on alone", () => {
  const model = modelOf([feature("f"), story("s", { parent: "f", column: 2, points: 3 })]);
  const placement = place(model);
  expect(tileFor(placement, model.cards, "s")).toMatchObject({ key: "s", column: 2, points: 3, stories: [] });
  expect(tileFor(placement, model.cards, "f")).toBe(placement.byKey.get("f"));
  expect(tileFor(placement, model.cards, "gone")).toBeUndefined();
});

describe("the board scrolls by itself", () => {
  test("only close to an edge, and faster the closer", () => {
    expect(speed(500, 0, 1000)).toBe(0);
    expect(speed(990, 0, 1000)).toBeGreaterThan(speed(960, 0, 1000));
    expect(speed(10, 0, 1000)).toBeLessThan(0);
  });
});

describe("what is kept in this browser", () => {
  beforeEach(() => {
    const kept = new Map<string, string>();
    globalThis.localStorage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    } as Storage;
  });
  test("quick filters come back as they were saved, without what nobody knows", async () => {
    const { keepSaved, readSaved } = await import("./saved");
    keepSaved("me.b", [{ name: "Mine", search: { people: ["Mara Lindqvist"], problems: true } }]);
    expect(readSaved("me.b")).toEqual([
      { name: "Mine", search: { people: ["Mara Lindqvist"], problems: true } },
    ]);
    localStorage.setItem(
      "lockstep.filters.me.b",
      '[{"name":1},null,{"name":"X","search":{"deps":["worse"]}}]',
    );
    expect(readSaved("me.b")).toEqual([{ name: "X", search: {} }]);
    localStorage.setItem("lockstep.filters.me.b", "not json");
    expect(readSaved("me.b")).toEqual([]);
  });
  test("density is kept for each board", async () => {
    const { keepDensity, readDensity } = await import("./saved");
    keepDensity("me.b", "fit");
    expect([readDensity("me.b"), readDensity("me.c")]).toEqual(["fit", null]);
  });
});
