import { describe, expect, test } from "vitest";
import { ALL_TEAMS } from "../../../dev/harbour";
import type { Review, ReviewChange, ReviewItem, Run } from "./shapes";
import {
  actWords,
  barWords,
  changesOf,
  chosenItems,
  figuresOf,
  filled,
  groupItems,
  headWords,
  newlyStopped,
  publishWords,
  refusedSays,
  resultWords,
  runWords,
  takenSays,
  writerWords,
} from "./review";

const MARA = { member_id: "m", name: "Mara Lindqvist", initials: "ML" };
const RAVI = { member_id: "r", name: "Ravi Shah", initials: "RS" };
const change = (changes: Partial<ReviewChange> = {}): ReviewChange => ({
  edit: "e",
  field: "state",
  label: "State",
  from: "New",
  to: "Active",
  by: MARA,
  ...changes,
});
const item = (id: string, changes: Partial<ReviewItem> = {}): ReviewItem => ({
  item: id,
  number: 4106,
  type: "Feature",
  type_color: null,
  title: "Live yard positions",
  team: 0,
  column: 1,
  changes: [change()],
  writes: [{ ...MARA, with: "own_token" }],
  result: "taken",
  answer: null,
  merged: null,
  conflict: null,
  fix: null,
  ...changes,
});

describe("grouping", () => {
  test("teams come in the board's order, what has none last", () => {
    const groups = groupItems(
      [item("a", { team: -1 }), item("b", { team: 2 }), item("c")],
      "team",
      ALL_TEAMS,
    );
    expect(groups.map((group) => group.name)).toEqual(["Quay", "Customs", "No team"]);
  });
  test("a group counts its changes and what is stopped", () => {
    const [group] = groupItems(
      [item("a", { changes: [change(), change()] }), item("b", { result: "refused" })],
      "team",
      ALL_TEAMS,
    );
    expect(group).toMatchObject({ n_changes: 3, n_stopped: 1 });
  });
  test("people come in order of name", () => {
    const groups = groupItems([item("a", { changes: [change({ by: RAVI })] }), item("b")], "person", []);
    expect(groups.map((group) => group.name)).toEqual(["Mara Lindqvist", "Ravi Shah"]);
  });
  test("an item of two people is told at each, with what is theirs", () => {
    const groups = groupItems([item("a", { changes: [change(), change({ by: RAVI })] })], "person", []);
    expect(groups.map((group) => group.items[0]?.changes.length)).toEqual([1, 1]);
  });
  test("nothing has no groups", () => expect(groupItems([], "team", ALL_TEAMS)).toEqual([]));
});

describe("choosing", () => {
  const all = [item("a"), item("b", { result: "refused" }), item("c", { result: "conflict" }), item("d")];
  const ids = (items: ReviewItem[]) => items.map((one) => one.item);
  test("what would be taken goes, what is stopped does not", () =>
    expect(ids(chosenItems(all, new Map()))).toEqual(["a", "d"]));
  test("what a person left out stays", () =>
    expect(ids(chosenItems(all, new Map([["a", false]])))).toEqual(["d"]));
  test("what is refused cannot be chosen", () =>
    expect(ids(chosenItems(all, new Map([["b", true]])))).toEqual(["a", "d"]));
  test("what waits for a token does not go", () =>
    expect(chosenItems([item("a", { result: "needs_token" })], new Map())).toEqual([]));
  test("after a second try, what was chosen and is stopped now is named", () =>
    expect(ids(newlyStopped(all, ["a", "b"]))).toEqual(["b"]));
});

describe("figures", () => {
  test("changes are edits, not rows", () =>
    expect(changesOf([item("a", { changes: [change(), change()] })])).toBe(2));
  test("what is not tried is not taken yet", () =>
    expect(figuresOf([item("a", { result: "not_tried" })]).n_taken).toBe(0));
  test("taken, merged, refused, open and created", () =>
    expect(
      figuresOf([
        item("a"),
        item("b", { result: "merged" }),
        item("c", { result: "refused" }),
        item("d", { result: "conflict" }),
        item("e", {
          number: null,
          result: "created",
          changes: [change({ field: "create", to: "Feature in Harbour\\Quay" })],
        }),
      ]),
    ).toEqual({
      n_taken: 3,
      n_merged: 1,
      n_refused: 1,
      n_open: 1,
      n_created: 1,
      created: "Feature in Harbour\\Quay",
    }));
  test("many places are cut short", () => {
    const made = ["A", "B", "C"].map((to) =>
      item(to, { number: null, changes: [change({ field: "create", to })] }),
    );
    expect(figuresOf(made).created).toBe("A, B and others");
  });
  test("say what stands behind them", () => {
    expect(takenSays({ n_merged: 0 })).toBe("As it stands in Azure DevOps now");
    expect(takenSays({ n_merged: 2 })).toBe("2 merged with a change there");
    expect(refusedSays({ n_refused: 0, n_open: 0 })).toBe("Nothing stands in the way");
    expect(refusedSays({ n_refused: 1, n_open: 0 })).toBe("Fix it here, or leave it out");
    expect(refusedSays({ n_refused: 0, n_open: 1 })).toBe("1 more waits for a person");
    expect(refusedSays({ n_refused: 1, n_open: 2 })).toBe(
      "Fix it here, or leave it out. 2 more wait for a person",
    );
  });
});

describe("words", () => {
  const now = new Date(2026, 9, 20, 12).getTime();
  const review = (changes: Partial<Review>): Review => ({
    since_us: new Date(2026, 9, 5).getTime() * 1000,
    tried_us: (now - 20_000) * 1000,
    is_stale: false,
    items: [item("a"), item("b")],
    run: null,
    ...changes,
  });
  test("the head says since when, and when it was tried", () =>
    expect(headWords(review({}), now)).toBe(
      "2 changes planned since 5 Oct. Azure DevOps tried each of them without saving, 20 s ago.",
    ));
  test("several changes of one item are told with the items", () =>
    expect(headWords(review({ items: [item("a", { changes: [change(), change()] })] }), now)).toMatch(
      /^2 changes on 1 work item planned/,
    ));
  test("before the first try it says so", () =>
    expect(headWords(review({ tried_us: null }), now)).toMatch(/None has been tried yet\.$/));
  test("the bar says what becomes of the rest", () => {
    const all = [item("a"), item("b"), item("c")];
    expect(barWords(all, all)).toEqual({
      is: "3 of 3 work items chosen.",
      says: "One request per item and person.",
    });
    expect(barWords(all, all.slice(1)).says).toMatch(/The other one stays on the board as unpublished\.$/);
    expect(barWords(all, []).says).toMatch(/The other 3 stay on the board/);
  });
  test("the button names the number that will go", () => {
    expect(publishWords([item("a"), item("b")])).toBe("Publish 2 changes");
    expect(publishWords([item("a")])).toBe("Publish 1 change");
    expect(publishWords([])).toBe("Nothing to publish");
  });
  test("whose token it is", () => {
    expect(writerWords({ ...MARA, with: "own_token" })).toBe("Mara, own token");
    expect(writerWords({ ...MARA, with: "connection_token" })).toBe("Mara, connection’s token");
    expect(writerWords({ ...MARA, with: null })).toBe("Mara, no token yet");
  });
  test("a refusal is bad, a merge is news, the rest is quiet", () => {
    expect(resultWords("refused").tone).toBe("bad");
    expect(resultWords("merged").tone).toBe("info");
    expect(resultWords("taken").tone).toBe("plain");
  });
  test("a result nobody knows here is told as it came", () =>
    expect(resultWords("would_be_split" as "taken")).toEqual({ word: "would be split", tone: "plain" }));
  test("acts are told without from and to", () => {
    expect(actWords(change({ field: "create", to: "Feature in Quay" }))).toBe("New Feature in Quay");
    expect(actWords(change({ field: "link", label: "Waits for", to: "4144" }))).toBe("Waits for 4144");
    expect(actWords(change({ field: "unlink", label: "Waits for", from: "4144" }))).toBe(
      "No longer: waits for 4144",
    );
    expect(actWords(change())).toBeNull();
  });
});

describe("a publish", () => {
  const run = (changes: Partial<Run>, ...outcomes: Run["results"][number]["outcome"][]): Run => ({
    state: "done",
    n_all: 3,
    started_us: 0,
    ended_us: null,
    results: outcomes.map((outcome, n) => ({
      item: String(n),
      number: n,
      title: "",
      outcome,
      answer: null,
      rev: null,
    })),
    ...changes,
  });
  test("says how far it is", () =>
    expect(runWords(run({ state: "running" }, "written"))).toMatchObject({
      title: "1 of 3 done",
      says: "1 work item written so far.",
    }));
  test("says that all is done", () =>
    expect(runWords(run({}, "written", "written", "written"))).toEqual({
      title: "Published. 3 work items written.",
      says: "Everything chosen is in Azure DevOps.",
      tone: "info",
    }));
  test("says what needs a look", () =>
    expect(runWords(run({}, "written", "refused", "written"))).toMatchObject({
      says: "1 needs a look, below.",
      tone: "warn",
    }));
  test("stopped, says what was not begun", () =>
    expect(runWords(run({ state: "stopped" }, "written"))).toEqual({
      title: "Stopped. 1 work item written.",
      says: "2 others were not begun and stay unpublished.",
      tone: "warn",
    }));
});

describe("what is filled in for a rule", () => {
  test("is a number where the field holds one", () => {
    expect(filled("points", "2,5")).toEqual({ field: "points", to: 2.5 });
    expect(filled("priority", "1")).toEqual({ field: "priority", to: 1 });
  });
  test("goes by its word, or by its reference name where a board has none", () => {
    expect(filled("state", "Active")).toEqual({ field: "state", to: "Active" });
    expect(filled("Custom.RootCause", "Ran twice")).toEqual({
      field: "other",
      to: { name: "Custom.RootCause", value: "Ran twice" },
    });
  });
});
