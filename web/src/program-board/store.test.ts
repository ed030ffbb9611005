// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { HARBOUR, setUp, snapshotOf, summary } from "../../dev/board-samples";
import { shown } from "./replica";
import type { Card, Changes } from "./shapes";
import { codedOf } from "./snapshot";
import { BoardStore } from "./store";
import { NOW_MS, story } from "./testing";

interface Call {
  path: string;
  body: { id?: string; acts?: unknown[] };
  answer: (status: number, body: unknown) => Promise<void>;
  fail: () => Promise<void>;
}
let calls: Call[] = [];
let cards: Card[] = [];

const A = "0199c1a0-1111-7000-8000-00000000000a";
const B = "0199c1a0-1111-7000-8000-00000000000b";

beforeEach(() => {
  vi.useFakeTimers();
  calls = [];
  cards = [story(A, { column: 0 }), story(B, { column: 1 })];
  vi.stubGlobal("fetch", async (request: Request) => {
    const url = new URL(request.url);
    const text = request.method === "GET" ? "" : await request.text();
    return new Promise<Response>((resolve, reject) => {
      calls.push({
        path: url.pathname.replace(`/api/boards/${HARBOUR}/`, "") + url.search,
        body: text === "" ? {} : (JSON.parse(text) as Call["body"]),
        answer: async (status, body) => {
          resolve(
            new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } }),
          );
          await settle();
        },
        fail: async () => {
          reject(new TypeError("network"));
          await settle();
        },
      });
    });
  });
});
afterEach(() => void vi.useRealTimers());

async function settle(ms = 0) {
  for (let i = 0; i < 8; i += 1) await vi.advanceTimersByTimeAsync(i === 0 ? ms : 0);
}

async function opened() {
  const store = new BoardStore(HARBOUR);
  void store.catchUp();
  await settle();
  const board = { ...summary(), set_up: setUp(NOW_MS) };
  await calls[0]?.answer(200, snapshotOf(board, new Map(cards.map((card) => [card.id, card])), 10, codedOf));
  calls = [];
  return store;
}
const changed = (list: Card[], rest: Partial<Changes> = {}): Changes => ({
  change: 20,
  cards: list,
  gone: [],
  board: null,
  needs_snapshot: false,
  present: [],
  ...rest,
});
const card = (store: BoardStore, id: string) => store.state.replica && shown(store.state.replica).get(id);
const notice = (change: number, id = HARBOUR) => ({ change, noun: "card" as const, id });
const move = (item: string, column: number) => ({
  kind: "move" as const,
  item,
  team: null,
  column,
  after: null,
});

describe("keeping up", () => {
  test("reads the whole board first, then only what changed", async () => {
    const store = await opened();
    store.hear(notice(20));
    await settle(20);
    expect(calls.map((call) => call.path)).toEqual(["changes?after=10"]);
    await calls[0]?.answer(200, changed([{ ...(cards[0] as Card), column: 3, change: 20 }]));
    expect(card(store, A)?.column).toBe(3);
  });
  test("asks once for many notices of one frame", async () => {
    const store = await opened();
    for (let n = 11; n < 30; n += 1) store.hear(notice(n));
    await settle(20);
    expect(calls).toHaveLength(1);
  });
  test("lets what follows the hand come first", async () => {
    const store = await opened();
    store.noteHand();
    store.hear(notice(11));
    await settle(50);
    expect(calls).toEqual([]);
    await settle(700);
    expect(calls.map((call) => call.path)).toEqual(["changes?after=10"]);
  });
  test("asks one question at a time, and once more for what came meanwhile", async () => {
    const store = await opened();
    store.hear(notice(11));
    await settle(20);
    store.hear(notice(12));
    store.hear(notice(13));
    await settle(50);
    expect(calls).toHaveLength(1);
    await calls[0]?.answer(200, changed([], { change: 11 }));
    await settle(20);
    expect(calls.map((call) => call.path)).toEqual(["changes?after=10", "changes?after=11"]);
  });
  test("leaves notices of other boards and of what is known already", async () => {
    const store = await opened();
    store.hear(notice(99, "another"));
    store.hear(notice(10));
    await settle(50);
    expect(calls).toEqual([]);
  });
  test("reads the whole board again when the server says so", async () => {
    const store = await opened();
    store.hear(null);
    await settle(20);
    await calls[0]?.answer(200, changed([], { needs_snapshot: true }));
    await settle(20);
    expect(calls[1]?.path).toBe("snapshot");
  });
  test("tries again when the server did not answer", async () => {
    const store = await opened();
    store.hear(notice(20));
    await settle(20);
    await calls[0]?.fail();
    await settle(5_000);
    expect(calls).toHaveLength(2);
  });
  test("says when the board is gone", async () => {
    const store = await opened();
    store.hear(notice(20));
    await settle(20);
    await calls[0]?.answer(404, { title: "Not found" });
    expect(store.state.error).toMatchObject({ status: 404 });
  });
});

describe("what others did", () => {
  test("is marked for ten seconds", async () => {
    const store = await opened();
    store.hear(notice(20));
    await settle(20);
    await calls[0]?.answer(200, changed([{ ...(cards[0] as Card), column: 3, change: 20 }]));
    expect(store.state.marks.get(A)?.kind).toBe("moved");
    expect(store.state.glide).toBe(1);
    await settle(10_100);
    expect(store.state.marks.size).toBe(0);
  });
  test("keeps its mark while the hand moves, and loses it soon after", async () => {
    const store = await opened();
    store.hear(notice(20));
    await settle(20);
    await calls[0]?.answer(200, changed([{ ...(cards[0] as Card), column: 3, change: 20 }]));
    await settle(10_000);
    store.noteHand();
    await settle(60);
    expect(store.state.marks.size).toBe(1);
    await settle(800);
    expect(store.state.marks.size).toBe(0);
  });
  test("draws nothing when it was nothing", async () => {
    const store = await opened();
    const before = store.state;
    store.hear(null);
    await settle(20);
    await calls[0]?.answer(200, changed([], { change: 10 }));
    expect(store.state).toBe(before);
  });
  test("is not asked for again right after the board was read, but later it is", async () => {
    const store = await opened();
    void store.freshen();
    await settle();
    expect(calls).toHaveLength(0);
    await settle(1_500);
    void store.freshen();
    await settle();
    expect(calls.map((call) => call.path)).toEqual(["changes?after=10"]);
  });
  test("collapses into one line when it is much", async () => {
    cards.push(story("0199c1a0-1111-7000-8000-00000000000c"));
    const store = await opened();
    store.hear(notice(20));
    await settle(20);
    await calls[0]?.answer(200, changed(cards.map((one) => ({ ...one, column: 4, change: 20 }))));
    expect(store.state.news?.text).toBe("3 cards moved");
  });
  test("is nothing to tell while the board fills", async () => {
    const store = await opened();
    const filling = { ...summary(), import: { ...summary().import, state: "importing" as const } };
    store.hear(notice(20));
    await settle(20);
    await calls[0]?.answer(200, changed([], { change: 20, board: filling }));
    store.hear(notice(30));
    await settle(20);
    const more = Array.from({ length: 5 }, (_, i) => story(`0199c1a0-1111-7000-8000-00000000001${i}`));
    // The last of them come with the word that the board is full.
    await calls[1]?.answer(
      200,
      changed(
        more.map((one) => ({ ...one, change: 30 })),
        { change: 30, board: summary() },
      ),
    );
    expect(store.state.replica?.confirmed.size).toBe(7);
    expect(store.state.news).toBeNull();
    expect(store.state.marks.size).toBe(0);
  });
  test("waits while the card is under my hand, and shows once it is let go", async () => {
    const store = await opened();
    store.guard(new Set([A]));
    store.hear(notice(20));
    await settle(20);
    await calls[0]?.answer(200, changed([{ ...(cards[0] as Card), column: 3, change: 20 }]));
    expect(card(store, A)?.column).toBe(0);
    expect(store.state.replica?.held.has(A)).toBe(true);
    store.guard(new Set());
    expect(card(store, A)?.column).toBe(3);
  });
  test("tells who is here", async () => {
    const store = await opened();
    store.hear(null);
    await settle(20);
    const tom = { member_id: "m", name: "Tom Okafor", initials: "TO", avatar: 2, item: A };
    await calls[0]?.answer(200, changed([], { change: 10, present: [tom] }));
    expect(store.state.present).toEqual([tom]);
  });
});

describe("what I do", () => {
  test("shows at once and is sent", async () => {
    const store = await opened();
    void store.act([move(A, 2)]);
    expect(card(store, A)?.column).toBe(2);
    await settle();
    expect(calls.map((call) => call.path)).toEqual(["acts"]);
  });
  test("is sent in the order made, one after the other", async () => {
    const store = await opened();
    void store.act([move(A, 2)]);
    void store.act([move(B, 3)]);
    await settle();
    expect(calls).toHaveLength(1);
    await calls[0]?.answer(200, { change: 11, cards: [{ ...(cards[0] as Card), column: 2, change: 11 }] });
    expect(calls).toHaveLength(2);
    expect(calls[1]?.body.acts).toMatchObject([{ item: B }]);
  });
  test("is sent again under the same id when the answer was lost", async () => {
    const store = await opened();
    void store.act([move(A, 2)]);
    await settle();
    await calls[0]?.fail();
    await settle(500);
    expect(calls).toHaveLength(2);
    expect(calls[1]?.body.id).toBe(calls[0]?.body.id);
  });
  test("is taken back, with the server's words, when it is refused", async () => {
    const store = await opened();
    const onRefused = vi.fn();
    store.tellRefusalsTo({ onRefused, onRefusedThere: vi.fn() });
    void store.act([move(A, 2)]);
    await settle();
    await calls[0]?.answer(409, { title: "Read only", detail: "This board is read only." });
    expect(card(store, A)?.column).toBe(0);
    expect(onRefused.mock.calls[0]?.[1]).toBe("This board is read only.");
  });
  test("and what Azure DevOps refuses of it within ten seconds is told, and shakes", async () => {
    const store = await opened();
    const onRefusedThere = vi.fn();
    store.tellRefusalsTo({ onRefused: vi.fn(), onRefusedThere });
    void store.act([move(A, 2)]);
    await settle();
    const taken = { ...(cards[0] as Card), column: 2, change: 11 };
    await calls[0]?.answer(200, { change: 11, cards: [taken] });
    store.hear(notice(12));
    await settle(20);
    await calls[1]?.answer(200, changed([{ ...taken, sync: "refused", change: 12 }], { change: 12 }));
    expect(onRefusedThere).toHaveBeenCalledOnce();
    expect(store.state.shaken.has(A)).toBe(true);
    expect(card(store, A)?.column).toBe(2);
  });
  test("is no news to me", async () => {
    const store = await opened();
    void store.act([move(A, 2)]);
    await settle();
    store.hear(notice(11));
    await settle(20);
    await calls[1]?.answer(200, changed([{ ...(cards[0] as Card), column: 2, change: 11 }], { change: 11 }));
    expect(store.state.marks.size).toBe(0);
  });
  test("can be undone, and the server says when it cannot", async () => {
    const store = await opened();
    const first = store.step("undo");
    await settle();
    expect(calls[0]?.path).toBe("undo");
    await calls[0]?.answer(200, { change: 12, cards: [{ ...(cards[0] as Card), column: 4, change: 12 }] });
    expect(await first).toBeNull();
    expect(card(store, A)?.column).toBe(4);
    const second = store.step("redo");
    await settle();
    const asked = calls.find((call) => call.path === "redo");
    await asked?.answer(409, { title: "Conflict", detail: "Cannot redo: Aisha changed it at 09:44." });
    expect(await second).toBe("Cannot redo: Aisha changed it at 09:44.");
  });
});
