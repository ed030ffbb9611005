import { describe, expect, test } from "vitest";
import {
  absorb,
  acknowledge,
  begin,
  isSlow,
  nextSlow,
  open,
  refuse,
  release,
  shown,
  type Replica,
} from "./replica";
import type { Act, Card, Changes } from "./shapes";
import { feature, modelOf, story } from "./testing";

function replicaOf(cards: readonly Card[], board = {}): Replica {
  const { frame, board: summary, cards: map } = modelOf(cards, {}, board);
  return open({ frame, board: summary, cards: new Map(map), change: 10 }, null, 0);
}
const changes = (cards: Card[], rest: Partial<Changes> = {}): Changes => ({
  change: 20,
  cards,
  gone: [],
  board: null,
  needs_snapshot: false,
  present: [],
  ...rest,
});
const act = (replica: Replica, acts: Act[], id = "p1") => begin(replica, { id, at_ms: 0, acts });
const move = (item: string, column: number, team: number | null = null): Act => ({
  kind: "move",
  item,
  team,
  column,
  after: null,
});
const free = () => false;
const a = story("a", { column: 0, rank: "b" });
const b = story("b", { column: 1, rank: "a" });

describe("an act", () => {
  test("shows at once", () => expect(shown(act(replicaOf([a]), [move("a", 2)])).get("a")?.column).toBe(2));
  test("leaves what is confirmed alone", () =>
    expect(act(replicaOf([a]), [move("a", 2)]).confirmed.get("a")?.column).toBe(0));
  test("that is refused leaves the list", () =>
    expect(shown(refuse(act(replicaOf([a]), [move("a", 2)]), "p1", 1)).get("a")?.column).toBe(0));
  test("refused between two others takes only itself back", () => {
    const set = (to: string): Act => ({ kind: "set", item: "a", field: "title", to });
    const replica = act(
      act(act(replicaOf([a]), [set("one")], "p1"), [move("a", 3)], "p2"),
      [set("three")],
      "p3",
    );
    expect(shown(refuse(replica, "p2", 1)).get("a")).toMatchObject({ title: "three", column: 0 });
  });
  test("that is taken gives way to what the server answers", () => {
    const replica = act(replicaOf([a]), [move("a", 2)]);
    const taken = acknowledge(replica, "p1", { change: 11, cards: [{ ...a, column: 2, change: 11 }] }, 1);
    expect(taken.pending).toEqual([]);
    expect(shown(taken).get("a")).toMatchObject({ column: 2, sync: "in_step" });
  });
  test("on top of another's change stays on top", () => {
    const replica = act(replicaOf([a]), [{ kind: "set", item: "a", field: "points", to: 8 }]);
    const after = absorb(replica, changes([{ ...a, title: "Theirs", change: 12 }]), free, 1).replica;
    expect(shown(after).get("a")).toMatchObject({ title: "Theirs", points: 8 });
  });
  test("shows as waiting where acts are written, as unpublished on hold", () => {
    const sync = (board: object) => shown(act(replicaOf([a], board), [move("a", 1)])).get("a")?.sync;
    expect([sync({}), sync({ write_mode: "hold" })]).toEqual(["waiting", "draft"]);
  });
  test("keeps a mark that needs a person", () => {
    const refused = replicaOf([{ ...a, sync: "refused" }]);
    expect(shown(act(refused, [move("a", 1)])).get("a")?.sync).toBe("refused");
  });
  test("creates a card that has no number yet", () => {
    const made: Act = {
      kind: "create",
      item: "n",
      type: "Bug",
      title: "New",
      team: 1,
      column: 2,
      parent: null,
    };
    expect(shown(act(replicaOf([a]), [made])).get("n")).toMatchObject({ number: null, team: 1, column: 2 });
  });
  test("removes a card, and it stays away once taken", () => {
    const replica = act(replicaOf([a, b]), [{ kind: "remove", item: "a", how: "recycle_bin" }]);
    expect(shown(replica).has("a")).toBe(false);
    expect(shown(acknowledge(replica, "p1", { change: 11, cards: [] }, 1)).has("a")).toBe(false);
  });
  test("ranks a card right behind another", () => {
    const c = story("c", { rank: "aa" });
    const cards = shown(act(replicaOf([a, b, c]), [{ ...move("a", 1), after: "b" } as Act]));
    const rank = (id: string) => cards.get(id)?.rank ?? "";
    expect(rank("b") < rank("a") && rank("a") < rank("c")).toBe(true);
  });
  test("links, agrees and unlinks at the one who waits", () => {
    const link: Act = { kind: "link", from: "a", to: "b", needed_by: "2026-11-06" };
    const linked = act(replicaOf([a, b]), [link]);
    expect(shown(linked).get("b")?.links).toMatchObject([{ to_or_from: "a", agreement: "proposed" }]);
    expect(shown(linked).get("a")?.links).toEqual([]);
    const agreed = act(linked, [{ kind: "agree", from: "a", to: "b", agreement: "accepted" }], "p2");
    expect(shown(agreed).get("b")?.links).toMatchObject([{ agreement: "accepted", needed_by: "2026-11-06" }]);
    expect(shown(act(agreed, [{ kind: "unlink", from: "a", to: "b" }], "p3")).get("b")?.links).toEqual([]);
  });
  test("links the same two cards once", () => {
    const link: Act = { kind: "link", from: "a", to: "b", needed_by: null };
    expect(shown(act(replicaOf([a, b]), [link, link])).get("b")?.links).toHaveLength(1);
  });
});

describe("moving a feature", () => {
  const stories = [
    story("s1", { parent: "f", team: 0, column: 1 }),
    story("s2", { parent: "f", team: 0, column: 1, state: "Closed" }),
    story("s3", { parent: "f", team: 2, column: 1 }),
  ];
  const moved = shown(act(replicaOf([feature("f"), ...stories]), [{ ...move("f", 3), from: [0, 1] } as Act]));
  test("takes its open stories of that cell along", () =>
    expect(moved.get("s1")).toMatchObject({ team: 0, column: 3 }));
  test("leaves closed ones where they were done", () => expect(moved.get("s2")?.column).toBe(1));
  test("leaves those of other cells", () => expect(moved.get("s3")?.column).toBe(1));
  test("writes nothing to itself", () =>
    expect(moved.get("f")).toMatchObject({ column: -1, sync: "in_step" }));
  test("without stories remembers where it was put, and writes nothing", () => {
    const placed = shown(act(replicaOf([feature("f")]), [move("f", 3, 2)])).get("f");
    expect(placed).toMatchObject({ placed: [2, 3], column: -1, sync: "in_step" });
  });
  test("without stories writes its place where the board says so", () => {
    const model = modelOf([feature("f")], { writes_feature_place: true });
    const replica = open(
      { frame: model.frame, board: model.board, cards: new Map(model.cards), change: 1 },
      null,
      0,
    );
    expect(shown(act(replica, [move("f", 3, 2)])).get("f")).toMatchObject({
      team: 2,
      column: 3,
      sync: "waiting",
    });
  });
});

describe("changes of others", () => {
  test("that are older than what is known are left", () => {
    const replica = replicaOf([{ ...a, title: "New", change: 9 }]);
    expect(
      shown(absorb(replica, changes([{ ...a, title: "Old", change: 8 }]), free, 1).replica).get("a")?.title,
    ).toBe("New");
  });
  test("are told apart: new, moved, changed, gone", () => {
    const c = story("c");
    const { news } = absorb(
      replicaOf([a, b, c]),
      changes(
        [{ ...a, column: 3, change: 12 }, { ...b, title: "Other", change: 12 }, story("d", { change: 12 })],
        { gone: ["c"] },
      ),
      free,
      1,
    );
    expect(news.map(({ id, kind }) => [id, kind])).toEqual([
      ["a", "moved"],
      ["b", "changed"],
      ["d", "new"],
      ["c", "gone"],
    ]);
  });
  test("that say what is shown already are no news", () => {
    const replica = act(replicaOf([a]), [move("a", 2)]);
    const rank = shown(replica).get("a")?.rank ?? "";
    expect(absorb(replica, changes([{ ...a, column: 2, rank, change: 12 }]), free, 1).news).toEqual([]);
  });
  test("never move a card under somebody's hand", () => {
    const { replica, news } = absorb(
      replicaOf([a]),
      changes([{ ...a, column: 3, change: 12 }]),
      (card) => card.id === "a",
      1,
    );
    expect(shown(replica).get("a")?.column).toBe(0);
    expect(news).toEqual([]);
    expect(replica.held.get("a")).toMatchObject({ column: 3 });
  });
  test("that were held back show when they are let go", () => {
    const { replica } = absorb(replicaOf([a]), changes([{ ...a, column: 3, change: 12 }]), () => true, 1);
    expect(shown(release(replica, "a")).get("a")?.column).toBe(3);
    expect(shown(release(replica)).get("a")?.column).toBe(3);
  });
  test("of what does not move it show at once under somebody's hand", () => {
    const { replica } = absorb(
      replicaOf([a]),
      changes([{ ...a, title: "Theirs", change: 12 }]),
      () => true,
      1,
    );
    expect(shown(replica).get("a")?.title).toBe("Theirs");
  });
  test("a card that is gone stays under somebody's hand until it is let go", () => {
    const { replica } = absorb(replicaOf([a]), changes([], { gone: ["a"] }), () => true, 1);
    expect(shown(replica).has("a")).toBe(true);
    expect(shown(release(replica)).has("a")).toBe(false);
  });
});

describe("the mark of waiting", () => {
  const waiting = act(replicaOf([a]), [move("a", 2)]);
  test("comes only to a slow write", () =>
    expect([isSlow(waiting, "a", 399), isSlow(waiting, "a", 400)]).toEqual([false, true]));
  test("has a moment at which it comes", () => {
    expect(nextSlow(waiting, 0)).toBe(400);
    expect(nextSlow(waiting, 400)).toBeNull();
    expect(nextSlow(replicaOf([a]), 0)).toBeNull();
  });
  test("counts from the act, also while the server still writes", () => {
    const taken = acknowledge(
      waiting,
      "p1",
      { change: 11, cards: [{ ...a, column: 2, change: 11, sync: "waiting" }] },
      300,
    );
    expect(isSlow(taken, "a", 400)).toBe(true);
    const written = absorb(taken, changes([{ ...a, column: 2, change: 12 }]), free, 450).replica;
    expect(isSlow(written, "a", 500)).toBe(false);
  });
});

test("a new snapshot keeps what is still pending", () => {
  const replica = act(replicaOf([a]), [move("a", 2)]);
  const { frame, board, confirmed } = replica;
  const again = open({ frame, board, cards: new Map(confirmed), change: 30 }, replica, 5);
  expect(shown(again).get("a")?.column).toBe(2);
  expect(again.change).toBe(30);
});
