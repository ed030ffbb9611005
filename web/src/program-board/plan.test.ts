import { describe, expect, test } from "vitest";
import { NO_FILTER } from "./filter";
import { rowsOf } from "./filters";
import { layOut, type Layout } from "./layout";
import { waitsFor } from "../../dev/board-samples";
import type { Dependency } from "./links";
import type { Model } from "./model";
import { planAgain, planOf, type Plan } from "./plan";
import type { Tile } from "./placement";
import { SharedMap } from "./sharedMap";
import type { Card } from "./shapes";
import { feature, modelOf, story } from "./testing";

function dice(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * n);
  };
}

/** Without the order of stories in a feature, which a change may put elsewhere. */
const tileSaid = ({ stories, ...rest }: Tile) => ({ ...rest, stories: stories.map((one) => one.id).sort() });
const linkSaid = ({ giver, taker, ...rest }: Dependency) => ({
  ...rest,
  giver: giver?.key,
  taker: taker?.key,
});
const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);
function mapSaid<V, S>(map: ReadonlyMap<string, V>, say: (value: V) => S): [string, S][] {
  return [...map]
    .map(([key, value]): [string, S] => [key, say(value)])
    .sort((a, b) => (a[0] < b[0] ? -1 : 1));
}
function said({ placement, dependencies }: Plan) {
  const links = (all: readonly Dependency[]) => all.map(linkSaid).sort(byKey);
  return {
    cells: placement.cells.map((cell) => cell.map(tileSaid)),
    parked: placement.parked.map(tileSaid),
    load: placement.load,
    tileOf: mapSaid(placement.tileOf, (tile) => tile.key),
    byKey: mapSaid(placement.byKey, tileSaid),
    storiesOf: mapSaid(placement.storiesOf, (stories) => stories.map((one) => one.id).sort()),
    all: links(dependencies.all),
    byCard: mapSaid(dependencies.byCard, links),
    byTile: mapSaid(dependencies.byTile, links),
  };
}
function layoutOf({ model, placement, dependencies }: Plan, before: Layout | null = null): Layout {
  const rows = rowsOf(model, placement, dependencies, NO_FILTER, "team");
  const { n_columns } = placement;
  return layOut({ rows, n_columns, density: "comfortable", view_w: 1384, view_h: 744, team_w: 148 }, before);
}

const FEATURES = ["f", "g", "h"];
function someBoard(roll: (n: number) => number): Model {
  const stories = Array.from({ length: 40 }, (_, i) =>
    story(`s${i}`, { parent: roll(3) === 0 ? null : (FEATURES[roll(3)] ?? null), ...somePlace(roll) }),
  );
  return modelOf([...FEATURES.map((id) => feature(id, somePlace(roll))), ...stories]);
}
function somePlace(roll: (n: number) => number) {
  return { team: roll(4) - 1, column: roll(5) - 1, rank: String(roll(9)) };
}

function someChange(roll: (n: number) => number, card: Card, others: readonly Card[]): Partial<Card> {
  const other = others[roll(others.length)];
  switch (roll(8)) {
    case 0:
    case 1:
      return somePlace(roll);
    case 2:
      return { title: "A title as long as two lines of a card, ".repeat(roll(3)) };
    case 3:
      return { points: roll(6) === 0 ? null : roll(9) };
    case 4:
      return { state: ["New", "Active", "Closed", "Removed"][roll(4)] };
    case 5:
      return card.type === "Feature"
        ? { placed: roll(2) === 0 ? null : [roll(3), roll(4)] }
        : { parent: FEATURES[roll(4)] ?? null };
    case 6:
      return { links: card.links.slice(1) };
    default:
      return other && other.id !== card.id && !card.links.some((link) => link.to_or_from === other.id)
        ? { links: [...card.links, waitsFor(other)] }
        : { sync: "waiting" };
  }
}

describe("a plan made from the one before", () => {
  test.each([1, 2, 3, 4])("is the one that is made anew, whatever changed (seed %i)", (seed) => {
    const roll = dice(seed);
    let model = someBoard(roll);
    let plan = planOf(model);
    let layout = layoutOf(plan);
    for (let step = 0; step < 250; step += 1) {
      const cards = SharedMap.copy(model.cards);
      for (let n = roll(3); n >= 0; n -= 1) {
        const all = [...cards.values()];
        const card = all[roll(all.length)];
        if (card && roll(25) === 0) cards.delete(card.id);
        else if (card) cards.set(card.id, { ...card, ...someChange(roll, card, all) });
        if (roll(25) === 0) cards.set(`n${step}`, story(`n${step}`, somePlace(roll)));
      }
      model = { ...model, cards };
      plan = planAgain(plan, model);
      layout = layoutOf(plan, layout);
      const anew = planOf({ ...model, cards: new Map(cards) });
      expect(said(plan)).toEqual(said(anew));
      const whole = layoutOf(plan);
      expect([layout.cells, layout.rows, layout.height]).toEqual([whole.cells, whole.rows, whole.height]);
      expect(mapSaid(layout.byKey, (box) => box)).toEqual(mapSaid(whole.byKey, (box) => box));
    }
  });

  const board = modelOf([
    ...["a", "b", "c"].map((id) => story(id)),
    story("d", { column: 1, links: [waitsFor(story("a"))] }),
    story("e", { column: 2, links: [waitsFor(story("b"))] }),
  ]);
  const before = planOf(board);
  const change = (id: string, changes: Partial<Card>): Plan => {
    const cards = SharedMap.copy(board.cards);
    cards.set(id, { ...(board.cards.get(id) ?? story(id)), ...changes });
    return planAgain(before, { ...board, cards });
  };

  test("keeps all cells but that of the card", () => {
    const { placement } = change("d", { title: "Another" });
    const same = placement.cells.map((cell, i) => cell === before.placement.cells[i]);
    expect(same.filter((one) => !one)).toHaveLength(1);
    expect(placement.tileOf.get("a")).toBe(before.placement.tileOf.get("a"));
  });
  test("keeps all dependencies in their order, and those that are not the card's as they are", () => {
    const { dependencies } = change("a", { title: "Another" });
    expect(dependencies.all.map((one) => one.key)).toEqual(before.dependencies.all.map((one) => one.key));
    expect(dependencies.all[1]).toBe(before.dependencies.all[1]);
    expect(dependencies.all[0]?.giver?.card.title).toBe("Another");
  });
  test("keeps the boxes of all cells but that of the card, where no row moves", () => {
    const layout = layoutOf(before);
    const next = layoutOf(change("e", { title: "Another" }), layout);
    expect(next.cells.filter((boxes, i) => boxes !== layout.cells[i])).toHaveLength(1);
  });
  test("with another frame is made anew", () => {
    const model = modelOf([story("z")]);
    expect([...planAgain(before, model).placement.byKey.keys()]).toEqual(["z"]);
  });
});
