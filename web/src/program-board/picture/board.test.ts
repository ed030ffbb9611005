import { describe, expect, it } from "vitest";
import { dateOf } from "../../ui/time";
import { NO_FILTER } from "../filter";
import { rowsOf } from "../filters";
import { dependenciesOf } from "../links";
import { place } from "../placement";
import type { Card } from "../shapes";
import { NOW_MS, feature, modelOf, story } from "../testing";
import { drawBoard, type Pictured } from "./board";
import { cutRows, pagesOf } from "./pages";
import { svgText, type Shape } from "./shape";

function pictured(cards: readonly Card[]): Pictured {
  const model = modelOf(cards, {}, { name: "PI 26.4 Harbour platform" });
  const placement = place(model);
  const dependencies = dependenciesOf(model, placement);
  const rows = rowsOf(model, placement, dependencies, NO_FILTER, "team");
  return {
    model,
    placement,
    dependencies,
    rows,
    parked: placement.parked,
    now_ms: NOW_MS,
    today: dateOf(NOW_MS),
  };
}

/** Every text of a drawing, in order. */
function texts(shapes: readonly Shape[]): string[] {
  return shapes.flatMap((one) => [
    ...(one.text === undefined ? [] : [one.text]),
    ...texts(one.children ?? []),
  ]);
}

const waits = (card: Card, from: string): Card => ({
  ...card,
  links: [
    {
      to_or_from: from,
      number: null,
      direction: "waits_for",
      agreement: "none",
      needed_by: null,
      sync: "in_step",
    },
  ],
});

describe("a picture of the board", () => {
  const board = pictured([
    feature("f", { title: "Gate slots" }),
    story("a", { title: "Lane cameras", parent: "f", team: 0, column: 1, points: 5 }),
    story("b", { title: "Plates", team: 2, column: 0, points: 8 }),
    story("p", { title: "Some day", team: 0, column: -1 }),
    waits(story("c", { title: "Reader", team: 2, column: 0, points: 30 }), "b"),
  ]);
  const said = texts(drawBoard(board).shapes);

  it("shows teams, iterations, cards and the parking lot", () => {
    for (const word of [
      "PI 26.4 Harbour platform",
      "Quay",
      "Sprint 41",
      "Gate slots",
      "Plates",
      "Parking lot",
      "Some day",
    ])
      expect(said).toContain(word);
  });
  it("shows a story inside its feature and not beside it", () => expect(said).not.toContain("Lane cameras"));
  it("says by how much a cell is over", () => expect(said.join("\n")).toContain("38 / 20 · 18 over"));
  it("says what its curves mean, and only those it has", () => {
    expect(said).toContain("same sprint");
    expect(said).not.toContain("wrong order");
  });
  it("is one file that any viewer reads", () => {
    const text = svgText(drawBoard(board), null);
    expect(text.startsWith("<svg xmlns=")).toBe(true);
    expect(text).not.toMatch(/NaN|undefined|Infinity|var\(|rgb\(/);
    // Every element that opens is closed.
    const opened = [...text.matchAll(/<(\w+)[^>]*?(\/?)>/g)].filter((tag) => tag[2] === "").length;
    expect([...text.matchAll(/<\/\w+>/g)]).toHaveLength(opened);
  });
});

describe("pages", () => {
  const many = pictured(
    Array.from({ length: 200 }, (_, i) =>
      story(`s${i}`, {
        title: `Card number ${i}`,
        team: i % 8,
        column: i % 3 === 0 ? 0 : i % 5,
        rank: `a${1000 + i}`,
      }),
    ),
  );
  const high = pictured(
    Array.from({ length: 150 }, (_, i) =>
      story(`s${i}`, { title: `Card number ${i}`, team: 1, column: 2, rank: `a${1000 + i}` }),
    ),
  );

  it.each([
    ["of many rows", many],
    ["of one row that is higher than a page", high],
  ])("%s hold every card once", (_, board) => {
    const pages = pagesOf(board);
    expect(pages.length).toBeGreaterThan(1);
    const said = pages.flatMap((page) => texts(page.shapes)).filter((text) => text.startsWith("Card number"));
    expect(new Set(said).size).toBe(said.length);
    expect(said).toHaveLength(board.model.cards.size);
  });
  it("repeat the header, and say which page they are", () => {
    const pages = pagesOf(many);
    pages.forEach((page, i) => {
      const said = texts(page.shapes);
      expect(said).toContain("Sprint 41");
      expect(said.join("\n")).toContain(`page ${i + 1} of ${pages.length}`);
    });
  });
  it("are of one size, and nothing reaches beyond it", () => {
    const pages = pagesOf(high);
    for (const page of pages) {
      expect([page.width, page.height]).toEqual([pages[0]?.width, pages[0]?.height]);
      for (const { y, height } of boxes(page.shapes)) expect(y + height).toBeLessThanOrEqual(page.height);
    }
  });
  it("carry on a row under its name", () => {
    const said = texts(pagesOf(high)[1]?.shapes ?? []);
    expect(said).toContain("Manifest");
    expect(said).toContain("continued");
  });
  it("of an empty board are one", () => expect(pagesOf(pictured([]))).toHaveLength(1));
  it("put at least one card on a page, however low it is", () => {
    const pages = cutRows(high.rows, 5, 10);
    expect(pages.flat().flatMap((row) => row.cells.flat())).toHaveLength(150);
  });
});

/** Where nested drawings of a size lie, from the top of the page. */
function boxes(shapes: readonly Shape[], top = 0): { y: number; height: number }[] {
  return shapes.flatMap((one) => {
    const moved = /translate\(\S+ (\S+)\)/.exec(String(one.attributes["transform"] ?? ""))?.[1];
    const y = top + Number(moved ?? one.attributes["y"] ?? 0);
    const own = one.tag === "svg" ? [{ y, height: Number(one.attributes["height"]) }] : [];
    return [...own, ...boxes(one.children ?? [], one.tag === "g" ? y : top)];
  });
}
