import { describe, expect, test } from "vitest";
import { edit, item } from "../../dev/samples";
import type { ActionItem, Changes, Owner } from "../api/types";
import {
  EMPTY,
  absorb,
  acknowledge,
  begin,
  isSlow,
  loadList,
  nextSlow,
  refuse,
  refusedWhilePresent,
  shown,
  type Replica,
} from "./replica";

const T = 1_000_000;

function holding(...items: ActionItem[]): Replica {
  return loadList(EMPTY, { items, change: Math.max(0, ...items.map((one) => one.change)) }, T);
}

function change(replica: Replica, id: string, changes: Changes, owner?: Owner | null, at_ms = T): Replica {
  return begin(replica, { id, item_id: "i-1", at_ms, act: { kind: "change", changes, owner } });
}

function titles(replica: Replica): string[] {
  return shown(replica).map((one) => one.title);
}

describe("what is shown", () => {
  test("nothing pending shows what is confirmed", () =>
    expect(titles(holding(item({ title: "A" })))).toEqual(["A"]));

  test("a change shows at once", () =>
    expect(titles(change(holding(item()), "e1", { title: "B" }))).toEqual(["B"]));

  test("two changes of one field show the later", () => {
    const replica = change(change(holding(item()), "e1", { title: "B" }), "e2", { title: "C" });
    expect(titles(replica)).toEqual(["C"]);
  });

  test("changes of different fields both show", () => {
    const replica = change(change(holding(item()), "e1", { title: "B" }), "e2", { status: "done" });
    expect(shown(replica)[0]).toMatchObject({ title: "B", status: "done" });
  });

  test("a field that was not named stays as confirmed", () =>
    expect(shown(change(holding(item({ team: "Quay" })), "e1", { title: "B" }))[0]?.team).toBe("Quay"));

  test("a field set to nothing shows nothing", () =>
    expect(
      shown(change(holding(item({ due_on: "2026-10-22" })), "e1", { due_on: null }))[0]?.due_on,
    ).toBeNull());

  test("a new owner shows with their name", () => {
    const owner = { member_id: "m-tom", name: "Tom Okafor", initials: "TO", avatar: 2 };
    expect(shown(change(holding(item()), "e1", { owner_id: "m-tom" }, owner))[0]?.owner).toEqual(owner);
  });

  test("an owner taken away leaves none", () => {
    const owner = { member_id: "m-tom", name: "Tom Okafor", initials: "TO", avatar: 2 };
    const replica = change(holding(item({ owner })), "e1", { owner_id: null }, null);
    expect(shown(replica)[0]?.owner).toBeNull();
  });

  test("a change that does not name the owner keeps them", () => {
    const owner = { member_id: "m-tom", name: "Tom Okafor", initials: "TO", avatar: 2 };
    expect(shown(change(holding(item({ owner })), "e1", { title: "B" }))[0]?.owner).toEqual(owner);
  });

  test("a new item shows before the server has answered", () => {
    const made = item({ id: "i-2", title: "New", change: 0 });
    const replica = begin(holding(item({ title: "A" })), {
      id: "e1",
      item_id: "i-2",
      at_ms: T,
      act: { kind: "create", item: made },
    });
    expect(titles(replica)).toEqual(["A", "New"]);
  });

  test("a change to an item that is still being created shows on it", () => {
    const made = begin(EMPTY, { id: "e1", item_id: "i-1", at_ms: T, act: { kind: "create", item: item() } });
    expect(titles(change(made, "e2", { title: "B" }))).toEqual(["B"]);
  });

  test("a deleted item is gone at once", () =>
    expect(
      shown(begin(holding(item()), { id: "e1", item_id: "i-1", at_ms: T, act: { kind: "delete" } })),
    ).toEqual([]));

  test("a restored item is back at once", () => {
    const deleted = { at_us: 1, by: "Mara", where: "here" as const, until_us: 2 };
    const replica = begin(holding(item({ deleted })), {
      id: "e1",
      item_id: "i-1",
      at_ms: T,
      act: { kind: "restore" },
    });
    expect(shown(replica)).toHaveLength(1);
  });

  test("what is in the bin is not among the shown", () => {
    const deleted = { at_us: 1, by: "Mara", where: "here" as const, until_us: 2 };
    expect(shown(holding(item({ deleted })))).toEqual([]);
  });

  test("a change to an item that is not held does nothing", () =>
    expect(shown(change(EMPTY, "e1", { title: "B" }))).toEqual([]));
});

describe("the server's answer", () => {
  test("an acknowledged change leaves the list and its value stays", () => {
    const replica = change(holding(item()), "e1", { title: "B" });
    const after = acknowledge(replica, "e1", [item({ title: "B", change: 2 })], T);
    expect(after.pending).toEqual([]);
    expect(titles(after)).toEqual(["B"]);
  });

  test("a later change stays on top of the answer to an earlier one", () => {
    const replica = change(change(holding(item()), "e1", { title: "B" }), "e2", { title: "C" });
    const after = acknowledge(replica, "e1", [item({ title: "B", change: 2 })], T);
    expect(titles(after)).toEqual(["C"]);
  });

  test("a refused change leaves the list and what is confirmed shows again", () => {
    const replica = refuse(change(holding(item({ title: "A" })), "e1", { title: "B" }), "e1", T);
    expect(titles(replica)).toEqual(["A"]);
  });

  test("a refused change leaves the others alone", () => {
    const replica = change(change(holding(item({ title: "A" })), "e1", { title: "B" }), "e2", {
      status: "done",
    });
    expect(shown(refuse(replica, "e1", T))[0]).toMatchObject({ title: "A", status: "done" });
  });

  test("a refused creation takes the item away", () => {
    const made = begin(EMPTY, { id: "e1", item_id: "i-1", at_ms: T, act: { kind: "create", item: item() } });
    expect(shown(refuse(made, "e1", T))).toEqual([]);
  });

  test("an answer older than what the feed brought changes nothing", () => {
    const replica = holding(item({ title: "Newest", change: 9 }));
    expect(titles(absorb(replica, item({ title: "Old", change: 5 }), T))).toEqual(["Newest"]);
  });

  test("many items of one answer are all taken in", () => {
    const after = acknowledge(EMPTY, "e1", [item(), item({ id: "i-2" })], T);
    expect(shown(after)).toHaveLength(2);
  });
});

describe("the list", () => {
  test("a list older than the one held is left alone", () => {
    const replica = holding(item({ title: "New", change: 9 }));
    expect(titles(loadList(replica, { items: [item({ title: "Old" })], change: 3 }, T))).toEqual(["New"]);
  });

  test("an item answered after the list was made stays", () => {
    const replica = absorb(holding(item()), item({ id: "i-2", title: "Just made", change: 7 }), T);
    expect(titles(loadList(replica, { items: [item()], change: 5 }, T))).toContain("Just made");
  });

  test("an item that a newer list no longer has is gone", () => {
    const replica = holding(item(), item({ id: "i-2", change: 2 }));
    expect(shown(loadList(replica, { items: [item()], change: 5 }, T))).toHaveLength(1);
  });

  test("pending changes survive a new list", () => {
    const replica = change(holding(item()), "e1", { title: "Mine" });
    const after = loadList(replica, { items: [item({ title: "Theirs", change: 2 })], change: 2 }, T);
    expect(titles(after)).toEqual(["Mine"]);
  });

  test("somebody else's change to another field shows beside mine", () => {
    const replica = change(holding(item()), "e1", { title: "Mine" });
    const after = loadList(replica, { items: [item({ status: "done", change: 2 })], change: 2 }, T);
    expect(shown(after)[0]).toMatchObject({ title: "Mine", status: "done" });
  });
});

describe("the waiting mark", () => {
  const waiting = (n: number) => item({ change: n, sync: { state: "waiting", n_waiting: 1, detail: null } });

  test("a fast write never shows a mark", () => {
    const replica = change(holding(item()), "e1", { title: "B" });
    expect(isSlow(replica, "i-1", T + 399)).toBe(false);
    const after = acknowledge(replica, "e1", [item({ title: "B", change: 2 })], T + 200);
    expect(isSlow(after, "i-1", T + 5_000)).toBe(false);
  });

  test("a write that takes longer shows one", () =>
    expect(isSlow(change(holding(item()), "e1", { title: "B" }), "i-1", T + 400)).toBe(true));

  test("waiting for Azure DevOps counts from the act, not from the server's answer", () => {
    const replica = change(holding(item()), "e1", { title: "B" });
    const after = acknowledge(replica, "e1", [waiting(2)], T + 300);
    expect(isSlow(after, "i-1", T + 400)).toBe(true);
  });

  test("an item in lockstep loses the mark", () => {
    const after = absorb(holding(waiting(2)), item({ change: 3 }), T + 900);
    expect(isSlow(after, "i-1", T + 2_000)).toBe(false);
  });

  test("the next moment to look again is known", () => {
    const replica = change(holding(item()), "e1", { title: "B" });
    expect(nextSlow(replica, T)).toBe(T + 400);
    expect(nextSlow(replica, T + 400)).toBeNull();
  });
});

describe("a refusal while I am here", () => {
  const mine = [{ item_id: "i-1", fields: ["title"], at_ms: T }];
  const refused = holding(
    item({ change: 2, open_edits: [edit({ state: "refused", answer: "TF401320: rule" })] }),
  );

  test("is worth a message", () =>
    expect(refusedWhilePresent(holding(item()), refused, mine, T + 3_000)).toHaveLength(1));
  test("is told once", () => expect(refusedWhilePresent(refused, refused, mine, T + 3_000)).toEqual([]));
  test("that comes late is not", () =>
    expect(refusedWhilePresent(holding(item()), refused, mine, T + 10_001)).toEqual([]));
  test("of another field is not mine", () =>
    expect(
      refusedWhilePresent(holding(item()), refused, [{ item_id: "i-1", fields: ["status"], at_ms: T }], T),
    ).toEqual([]));
  test("of somebody else's act is not mine", () =>
    expect(refusedWhilePresent(holding(item()), refused, [], T)).toEqual([]));
});
