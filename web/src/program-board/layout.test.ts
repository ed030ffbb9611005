import { describe, expect, test } from "vitest";
import { harbourCards, manyCards } from "../../dev/board-samples";
import { NO_FILTER } from "./filter";
import { rowsOf } from "./filters";
import { cellRect, hit, layOut, rowAt, scrollTo, windowOf, type Density, type Layout } from "./layout";
import { dependenciesOf } from "./links";
import { place } from "./placement";
import { withStories } from "./nesting";
import { feature, modelOf, story } from "./testing";
import { needsTwoLines, textWidth } from "./textWidth";

function board(cards = [...harbourCards().values()], density: Density = "comfortable", changes = {}): Layout {
  const model = modelOf(cards);
  const placement = place(model);
  const rows = rowsOf(model, placement, dependenciesOf(model, placement), NO_FILTER, "team");
  return layOut({ rows, n_columns: 5, density, view_w: 1384, view_h: 744, team_w: 148, ...changes });
}
const boxesOf = (layout: Layout) => layout.cells.flat();

describe.each<Density>(["comfortable", "compact", "fit"])("the layout in density %s", (density) => {
  const layout = board(undefined, density);
  test("keeps every card inside its cell, clear of the gutters and of the channel below", () => {
    for (const box of boxesOf(layout)) {
      const cell = cellRect(layout, box.row, box.column);
      expect(box.x - cell.x).toBe(layout.metrics.gutter);
      expect(cell.x + cell.w - (box.x + box.w)).toBe(layout.metrics.gutter);
      expect(box.y).toBeGreaterThanOrEqual(cell.y + layout.metrics.pad_top + layout.metrics.load_h);
      expect(cell.y + cell.h - (box.y + box.h)).toBeGreaterThanOrEqual(layout.metrics.pad_bottom);
    }
  });
  test("never lets two cards of a cell touch", () => {
    for (const cell of layout.cells)
      cell.forEach((box, i) => {
        const below = cell[i + 1];
        if (below) expect(below.y - (box.y + box.h)).toBe(layout.metrics.gap);
      });
  });
  test("puts row under row without a gap", () => {
    layout.rows.forEach((row, i) => {
      const next = layout.rows[i + 1];
      if (next) expect(next.y).toBe(row.y + row.h);
    });
  });
  test("has whole pixels, so that text is sharp", () => {
    for (const box of boxesOf(layout))
      expect([box.x, box.y, box.w, box.h].every(Number.isInteger)).toBe(true);
  });
});

describe("folded and expanded", () => {
  const cards = [feature("f"), story("a", { parent: "f" }), story("b"), story("c", { team: 1 })];
  const model = modelOf(cards);
  const base = place(model);
  const laid = (isFolded: boolean, density: Density = "comfortable") => {
    const placement = withStories(model, base, "all");
    const rows = rowsOf(model, placement, dependenciesOf(model, placement), NO_FILTER, "team");
    const folded = rows.map((row, i) => (i === 0 && isFolded ? { ...row, is_folded: true } : row));
    return layOut({ rows: folded, n_columns: 5, density, view_w: 1384, view_h: 10, team_w: 148 });
  };
  test("a folded row has no cards and lets the next one move up", () => {
    const [open, folded] = [laid(false), laid(true)];
    expect([folded.byKey.has("b"), folded.byKey.has("c")]).toEqual([false, true]);
    expect(folded.rows[1]?.y).toBeLessThan(open.rows[1]?.y ?? 0);
    expect(folded.rows[0]?.h).toBeGreaterThanOrEqual(30);
  });
  test.each<Density>(["comfortable", "compact", "fit"])(
    "a story stands in below its feature, in %s",
    (density) => {
      const { byKey, metrics } = laid(false, density);
      const [f, a] = [byKey.get("f"), byKey.get("a")];
      if (!f || !a) throw new Error("both lie on the board");
      expect([a.x - f.x, f.x + f.w - (a.x + a.w), a.y - (f.y + f.h)]).toEqual([
        metrics.nested_x,
        0,
        metrics.gap,
      ]);
      expect(a.h).toBe(metrics.nested_h);
    },
  );
});

describe("the density fit", () => {
  test("shows the whole plan of eight teams and five iterations on one screen", () => {
    const layout = board(undefined, "fit");
    expect(layout.height).toBe(744);
    expect(layout.width).toBe(1384);
  });
  test("lets rows share the height that is left over", () => {
    const few = board([story("a")], "fit", { view_h: 2_000 });
    expect(few.height).toBe(2_000);
    expect(
      Math.max(...few.rows.map((row) => row.h)) - Math.min(...few.rows.map((row) => row.h)),
    ).toBeLessThanOrEqual(24);
  });
});

describe("a title", () => {
  test("takes a second line where it does not fit one", () => {
    const layout = board([
      story("a", { title: "Berth conflict detection for the northern terminal and its cranes" }),
      story("b"),
    ]);
    expect(layout.byKey.get("a")).toMatchObject({ lines: 2, h: 64 });
    expect(layout.byKey.get("b")).toMatchObject({ lines: 1, h: 48 });
  });
  test("is a little wider by arithmetic than by measure, never narrower", () => {
    // Measured in a browser: Inter, weight 540, 12 px.
    expect(textWidth("Pre-clearance decision", 12)).toBeGreaterThanOrEqual(129);
    expect(textWidth("Pre-clearance decision", 12)).toBeLessThan(136);
  });
  test("of ideographs is as wide as they are", () => expect(needsTwoLines("港湾計画", 12, 40)).toBe(true));
});

describe("a point of the plane", () => {
  const layout = board();
  const box = layout.byKey.get([...layout.byKey.keys()][0] ?? "");
  test("finds the card that lies there", () => {
    if (!box) throw new Error("no box");
    expect(hit(layout, box.x + 4, box.y + 4)?.box).toBe(box);
    expect(hit(layout, box.x - 4, box.y + 4)?.box).toBeNull();
  });
  test("tells every card by its middle", () => {
    for (const one of boxesOf(layout)) {
      const found = hit(layout, one.x + one.w / 2, one.y + one.h / 2);
      expect(found).toMatchObject({ row: one.row, column: one.column, box: one });
    }
  });
  test("tells before which card a drop would lie", () => {
    if (!box) throw new Error("no box");
    expect(hit(layout, box.x + 4, box.y + 1)?.slot).toBe(0);
    expect(hit(layout, box.x + 4, box.y + box.h - 1)?.slot).toBe(1);
    expect(hit(layout, box.x + 4, box.y + 10_000)).toBeNull();
  });
  test("on the header or the team column is in no cell", () => {
    expect(hit(layout, 300, 10)).toBeNull();
    expect(hit(layout, 20, 300)).toBeNull();
  });
});

describe("the window", () => {
  const layout = board([...manyCards(10_000, 0, 8, 5).values()]);
  const view = { x: 0, y: 20_000, w: 1384, h: 744 };
  test("holds what is in view and a margin, whatever the size of the board", () => {
    const { boxes } = windowOf(layout, view, 300);
    expect(boxes.length).toBeGreaterThan(50);
    expect(boxes.length).toBeLessThan(160);
    const inView = boxesOf(layout).filter((box) => box.y + box.h > view.y && box.y < view.y + view.h);
    expect(new Set(boxes)).toEqual(new Set([...boxes, ...inView]));
  });
  test("leaves out columns that are far to the side", () => {
    const narrow = board(undefined, "comfortable", { view_w: 500 });
    expect(windowOf(narrow, { x: 0, y: 0, w: 500, h: 744 }, 100).columns).toEqual([0, 3]);
  });
  test("of an empty board is empty", () => {
    const none = layOut({ rows: [], n_columns: 5, density: "fit", view_w: 800, view_h: 600, team_w: 148 });
    expect(windowOf(none, { x: 0, y: 0, w: 800, h: 600 }, 100).boxes).toEqual([]);
  });
  test("finds rows by their edges", () => {
    const small = board();
    small.rows.forEach((row, i) => {
      expect(rowAt(small, row.y)).toBe(i);
      expect(rowAt(small, row.y + row.h - 1)).toBe(i);
    });
  });
});

describe("scrolling to a card", () => {
  const layout = board();
  const last = boxesOf(layout).reduce((a, b) => (b.y > a.y ? b : a));
  test("leaves it clear of the sticky header", () => {
    const to = scrollTo(layout, last, { x: 0, y: 5_000, w: 1384, h: 400 });
    expect(last.y - to.y).toBeGreaterThanOrEqual(layout.metrics.head_h);
  });
  test("does nothing when it is in view", () =>
    expect(scrollTo(layout, last, { x: 0, y: last.y - 200, w: 1384, h: 400 })).toEqual({
      x: 0,
      y: last.y - 200,
    }));
});

describe("a phone", () => {
  const layout = board(undefined, "comfortable", { view_w: 390, only_column: 1, n_chips: () => 0 });
  test("shows one iteration at the full width", () => {
    expect(layout.width).toBe(390);
    expect(boxesOf(layout).every((box) => box.column === 1 && box.w === 366)).toBe(true);
  });
  test("puts the team's name above its cell", () =>
    expect(cellRect(layout, 0, 1).y).toBe((layout.rows[0]?.y ?? 0) + layout.metrics.row_head_h));
  test("makes room for what is said in chips", () => {
    const chips = board(undefined, "comfortable", { view_w: 390, only_column: 1, n_chips: () => 1 });
    expect((boxesOf(chips)[0]?.h ?? 0) - (boxesOf(layout)[0]?.h ?? 0)).toBe(25);
  });
});
