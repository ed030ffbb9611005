import { describe, expect, test } from "vitest";
import { harbourCards, manyCards } from "../../dev/board-samples";
import { routes, type Asked, type Curve } from "./curves";
import { NO_FILTER } from "./filter";
import { rowsOf } from "./filters";
import { layOut, type Box, type Density, type Layout } from "./layout";
import { countHealth, dependenciesOf, isDrawn, isEndangered, type Dependency } from "./links";
import { place } from "./placement";
import type { Card } from "./shapes";
import { feature, modelOf, story } from "./testing";

function board(cards: Iterable<Card>, density: Density = "comfortable") {
  const model = modelOf([...cards]);
  const placement = place(model);
  const dependencies = dependenciesOf(model, placement);
  const rows = rowsOf(model, placement, dependencies, NO_FILTER, "team");
  const layout = layOut({ rows, n_columns: 5, density, view_w: 1384, view_h: 744, team_w: 148 });
  return { layout, dependencies: dependencies.all };
}
function asked(layout: Layout, all: readonly Dependency[]): Asked[] {
  return all.filter(isDrawn).flatMap((one): Asked[] => {
    const from = layout.byKey.get(one.giver?.key ?? "");
    const to = layout.byKey.get(one.taker?.key ?? "");
    if (!from || !to || one.health === "stub") return [];
    return [{ key: one.key, from: end(from), to: end(to), health: one.health }];
  });
}
const end = (box: Box) => ({ ...box, key: box.tile.key });

/** The cards that a straight piece of a curve runs through. */
function crossed(layout: Layout, curve: Curve): Box[] {
  const boxes = layout.cells.flat();
  return curve.points.flatMap((a, i) => {
    const b = curve.points[i + 1];
    if (!b) return [];
    const [x1, x2] = [Math.min(a[0], b[0]) + 0.5, Math.max(a[0], b[0]) - 0.5];
    const [y1, y2] = [Math.min(a[1], b[1]) + 0.5, Math.max(a[1], b[1]) - 0.5];
    return boxes.filter((box) => x2 >= box.x && x1 <= box.x + box.w && y2 >= box.y && y1 <= box.y + box.h);
  });
}

describe.each<Density>(["comfortable", "compact", "fit"])("curves in density %s", (density) => {
  test("never run across a card of the harbour's plan", () => {
    const { layout, dependencies } = board(harbourCards().values(), density);
    for (const curve of routes(layout, asked(layout, dependencies)))
      expect(crossed(layout, curve)).toEqual([]);
  });
  test("never run across a card of a plan thrown by dice", () => {
    const { layout, dependencies } = board(manyCards(900, 120, 8, 5).values(), density);
    const curves = routes(layout, asked(layout, dependencies));
    expect(curves.length).toBeGreaterThan(40);
    for (const curve of curves) expect(crossed(layout, curve)).toEqual([]);
  });
  test("stay on the board", () => {
    const { layout, dependencies } = board(manyCards(900, 120, 8, 5).values(), density);
    for (const curve of routes(layout, asked(layout, dependencies)))
      for (const [x] of curve.points) expect(x > layout.team_w && x < layout.width).toBe(true);
  });
});

describe("a curve", () => {
  const { layout, dependencies } = board(harbourCards().values());
  const curves = routes(layout, asked(layout, dependencies));
  const between = (giver: number, taker: number) => {
    const one = dependencies.find((d) => d.giver?.card.number === giver && d.taker?.card.number === taker);
    return { curve: curves.find((curve) => curve.key === one?.key), one };
  };
  test("leaves its giver at the right and reaches a later taker from the left", () => {
    const { curve, one } = between(4112, 4110);
    const giver = layout.byKey.get(one?.giver?.key ?? "");
    const taker = layout.byKey.get(one?.taker?.key ?? "");
    expect(curve?.start[0]).toBe((giver?.x ?? 0) + (giver?.w ?? 0));
    expect(curve?.tip[0]).toBe(taker?.x);
    expect(curve?.direction).toBe(1);
  });
  test("in one sprint comes back to the right of its taker", () => {
    const { curve } = between(4090, 4112);
    expect(curve).toMatchObject({ health: "risk", direction: -1 });
    expect(curve?.sign).not.toBeNull();
  });
  test("in the wrong order leads back from the left of its giver", () => {
    const { curve, one } = between(4115, 4106);
    expect(curve?.health).toBe("bad");
    expect(curve?.start[0]).toBe(layout.byKey.get(one?.giver?.key ?? "")?.x);
  });
  test("on track has no sign", () => expect(between(4112, 4110).curve?.sign).toBeNull());
});

describe("lanes", () => {
  const at = (id: string, team: number, column: number, waits: string[] = []) =>
    story(id, {
      team,
      column,
      links: waits.map((giver) => ({
        to_or_from: giver,
        number: null,
        direction: "waits_for" as const,
        agreement: "none" as const,
        needed_by: null,
        sync: "in_step" as const,
      })),
    });
  test("are shared by curves to the same target", () => {
    const { layout, dependencies } = board([at("a", 0, 0), at("b", 1, 0), at("c", 3, 1, ["a", "b"])]);
    const curves = routes(layout, asked(layout, dependencies));
    expect(curves[0]?.points[1]?.[0]).toBe(curves[1]?.points[1]?.[0]);
    expect(curves[0]?.tip).toEqual(curves[1]?.tip);
  });
  test("of different targets keep apart", () => {
    const { layout, dependencies } = board([
      at("a", 0, 0),
      at("b", 1, 0),
      at("c", 3, 1, ["a"]),
      at("d", 4, 1, ["b"]),
    ]);
    const curves = routes(layout, asked(layout, dependencies));
    const apart = Math.abs((curves[0]?.points[1]?.[0] ?? 0) - (curves[1]?.points[1]?.[0] ?? 0));
    expect(apart).toBeGreaterThanOrEqual(5);
  });
});

describe("the health of a dependency", () => {
  const waits = (giver: string) => ({
    to_or_from: giver,
    number: 1,
    direction: "waits_for" as const,
    agreement: "none" as const,
    needed_by: null,
    sync: "in_step" as const,
  });
  const health = (from: number, to: number) => {
    const model = modelOf([
      story("a", { column: from }),
      story("b", { column: to, team: 1, links: [waits("a")] }),
    ]);
    return dependenciesOf(model, place(model)).all[0]?.health;
  };
  test("is by iteration: earlier, same, later", () =>
    expect([health(0, 1), health(1, 1), health(2, 1)]).toEqual(["ok", "risk", "bad"]));
  test("with an end that is not planned is neither", () =>
    expect([health(-1, 1), health(1, -1)]).toEqual(["stub", "stub"]));
  test("with an end outside of the board is neither", () => {
    const model = modelOf([story("b", { links: [{ ...waits("x"), to_or_from: null, number: 77 }] })]);
    expect(dependenciesOf(model, place(model)).all[0]).toMatchObject({
      health: "stub",
      outside: 77,
      from: null,
    });
  });
  test("of a story is that of the tile which stands for it", () => {
    const cards = [
      feature("f"),
      story("a", { parent: "f", column: 2 }),
      story("b", { column: 1, team: 1, links: [waits("a")] }),
    ];
    const model = modelOf(cards);
    expect(dependenciesOf(model, place(model)).all[0]).toMatchObject({ health: "bad", giver: { key: "f" } });
  });
  test("between two stories of one tile is told and not drawn", () => {
    const cards = [
      feature("f"),
      story("a", { parent: "f" }),
      story("b", { parent: "f", links: [waits("a")] }),
    ];
    const model = modelOf(cards);
    expect(dependenciesOf(model, place(model)).all.map(isDrawn)).toEqual([false]);
  });
  test("is told once, whoever tells it", () => {
    const needed = { ...waits("b"), direction: "needed_by" as const };
    const model = modelOf([story("a", { links: [needed] }), story("b", { team: 1, links: [waits("a")] })]);
    expect(dependenciesOf(model, place(model)).all).toHaveLength(1);
  });
  test("is done once its giver is closed or the agreement says so", () => {
    const model = modelOf([
      story("a", { state: "Closed" }),
      story("b", { team: 1, links: [waits("a")] }),
      story("c", { team: 2, links: [{ ...waits("b"), agreement: "done" }] }),
    ]);
    const { all } = dependenciesOf(model, place(model));
    expect(all.map((one) => one.is_done)).toEqual([true, true]);
    expect(countHealth(all, () => true)).toEqual({ ok: 0, risk: 0, bad: 0, stub: 0 });
  });
});

test("a milestone is endangered by a wrong order before it", () => {
  const { dependencies } = board(harbourCards().values());
  const { columns } = modelOf([]).frame.set_up;
  expect(isEndangered(columns[3]?.finish_on ?? "", columns, dependencies)).toBe(true);
  expect(isEndangered(columns[1]?.finish_on ?? "", columns, dependencies)).toBe(false);
});
