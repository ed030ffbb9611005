import { describe, expect, test } from "vitest";
import { HARBOUR, harbourCards, setUp, snapshotOf, summary } from "../../dev/board-samples";
import { codedOf, readSnapshot, uuidOf } from "./snapshot";

const now_ms = Date.parse("2026-10-22T10:00:00Z");
const cards = harbourCards();
const snapshot = snapshotOf({ ...summary(), set_up: setUp(now_ms) }, cards, 7, codedOf);

describe("the snapshot", () => {
  test("gives back every card as the server has it", () =>
    expect([...readSnapshot(snapshot).cards.values()]).toEqual([...cards.values()]));
  test("gives the set-up to the frame and the rest to the board", () => {
    const read = readSnapshot(snapshot);
    expect(read.frame.set_up.teams).toHaveLength(8);
    expect(read.board.id).toBe(HARBOUR);
    expect(read.change).toBe(7);
  });
  test("takes an index that points nowhere for none", () => {
    const broken = structuredClone(snapshot);
    broken.cards.team[0] = 99;
    broken.cards.parent[0] = 99_999;
    broken.cards.assignee[0] = -1;
    broken.links.push([0, 99_999, 0, 0, null, 0]);
    const first = readSnapshot(broken).cards.get(uuidOf(broken.cards.id[0] ?? ""));
    expect(first).toMatchObject({ team: -1, parent: null, assignee: null });
  });
  test("keeps an end that is not on the board by its number", () => {
    const withOutside = structuredClone(snapshot);
    withOutside.outside = [{ number: 900, title: "Port network" }];
    withOutside.outside_links = [[0, 0, 0]];
    const read = readSnapshot(withOutside);
    const card = read.cards.get(uuidOf(withOutside.cards.id[0] ?? ""));
    expect(card?.links).toMatchObject([{ to_or_from: null, number: 900, direction: "waits_for" }]);
    expect(read.frame.outside.get(900)).toBe("Port network");
  });
  test("reads a number of 0 as not created yet", () => {
    const unborn = structuredClone(snapshot);
    unborn.cards.number[0] = 0;
    expect(readSnapshot(unborn).cards.get(uuidOf(unborn.cards.id[0] ?? ""))?.number).toBeNull();
  });
});

describe("a coded id", () => {
  test("is the UUID it was made of", () => {
    for (const uuid of ["0199c1a0-0000-7000-8000-0000000000a1", "ffffffff-ffff-ffff-ffff-ffffffffffff"])
      expect(uuidOf(codedOf(uuid))).toBe(uuid);
  });
  test("is base64url without padding", () =>
    expect(codedOf("00112233-4455-6677-8899-aabbccddeeff")).toBe("ABEiM0RVZneImaq7zN3u_w"));
  test("of another length is left as it is", () =>
    expect(uuidOf("0199c1a0-0000-7000-8000-0000000000a1")).toBe("0199c1a0-0000-7000-8000-0000000000a1"));
});
