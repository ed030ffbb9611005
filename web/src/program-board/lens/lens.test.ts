import { describe, expect, test } from "vitest";
import { dependenciesOf } from "../links";
import type { Model } from "../model";
import { place } from "../placement";
import type { Card, CardLink } from "../shapes";
import { feature, modelOf, story } from "../testing";
import {
  agreements,
  answersFor,
  columnNow,
  dependencyWords,
  isNow,
  lensColumns,
  neighbourOf,
  parentsFor,
  storyName,
} from "./lens";

const now = new Date(2026, 9, 5).getTime();
const columns = (model: Model, team = 0) => lensColumns(model, place(model), team);
const keys = (model: Model, team = 0) =>
  columns(model, team).map((column) =>
    column.groups.map((group) => [group.feature?.id ?? null, ...group.stories.map((tile) => tile.key)]),
  );
const waitsFor = (giver: string, changes: Partial<CardLink> = {}): CardLink => ({
  to_or_from: giver,
  number: null,
  direction: "waits_for",
  agreement: "proposed",
  needed_by: null,
  sync: "in_step",
  ...changes,
});
const linked = (cards: Card[]) => {
  const model = modelOf(cards);
  return { model, dependencies: dependenciesOf(model, place(model)) };
};

describe("a team's iterations", () => {
  test("hold its stories under their features", () =>
    expect(
      keys(
        modelOf([
          feature("f", { team: 0 }),
          story("a", { parent: "f", column: 1, rank: "a" }),
          story("b", { parent: "f", column: 1, rank: "b" }),
        ]),
      )[1],
    ).toEqual([["f", "a", "b"]]));
  test("tell a feature again where its stories go on", () =>
    expect(
      keys(
        modelOf([
          feature("f"),
          story("a", { parent: "f", column: 0 }),
          story("b", { parent: "f", column: 2 }),
        ]),
      ),
    ).toEqual([[["f", "a"]], [], [["f", "b"]], [], []]));
  test("keep stories of no feature together", () =>
    expect(keys(modelOf([story("a"), story("b")]))[0]).toEqual([[null, "a", "b"]]));
  test("show a feature without stories as something to do", () =>
    expect(keys(modelOf([feature("f", { column: 2, placed: [0, 2] })]))[2]).toEqual([[null, "f"]]));
  test("name the team of a feature that is not theirs", () => {
    const model = modelOf([
      feature("f", { team: 0 }),
      story("a", { parent: "f", column: 1 }),
      story("b", { parent: "f", team: 2, column: 1 }),
    ]);
    expect(columns(model, 2)[1]?.groups[0]).toMatchObject({ owner: 0 });
    expect(columns(model, 0)[1]?.groups[0]).toMatchObject({ owner: null });
  });
  test("leave other teams' stories out", () =>
    expect(keys(modelOf([story("a", { team: 1 })]))[0]).toEqual([]));
  test("say who works in them, the busiest first", () => {
    const by = (name: string) => ({ name, member_id: null });
    const model = modelOf([
      story("a", { points: 3, assignee: by("Ravi") }),
      story("b", { points: 5, assignee: by("Ines") }),
      story("c", { points: 4, assignee: by("Ravi") }),
      story("d", { points: null, assignee: null }),
    ]);
    expect(columns(model)[0]?.people.map((one) => [one.name, one.points])).toEqual([
      ["Ravi", 7],
      ["Ines", 5],
    ]);
  });
});

describe("the features of a new story", () => {
  test("are those of the cell first, then the team's others by number", () => {
    const model = modelOf([
      feature("z", { number: 1 }),
      feature("y", { number: 2, column: 3 }),
      feature("f", { number: 9 }),
      feature("x", { team: 1 }),
      story("a", { parent: "f", column: 1 }),
    ]);
    expect(parentsFor(model, place(model), 0, 1).map((card) => card.id)).toEqual(["f", "z", "y"]);
  });
});

describe("dependencies in words", () => {
  const words = (cards: Card[], id: string) => {
    const { model, dependencies } = linked(cards);
    return dependencyWords(model, dependencies, id, now).map(({ text, tone }) => [text, tone]);
  };
  const giver = (changes: Partial<Card> = {}) => story("g", { number: 4090, team: 1, column: 0, ...changes });
  const taker = (changes: Partial<Card> = {}, link: Partial<CardLink> = {}) =>
    story("t", { number: 4112, team: 0, column: 1, links: [waitsFor("g", link)], ...changes });

  test("on track, with the date it is needed", () =>
    expect(words([giver(), taker({}, { needed_by: "2026-10-16" })], "t")).toEqual([
      ["Waits for Manifest, 4090, by 16 Oct", "plain"],
    ]));
  test("in the same sprint", () =>
    expect(words([giver({ column: 1 }), taker()], "t")).toEqual([
      ["Waits for Manifest, 4090, same sprint", "warn"],
    ]));
  test("in the wrong order, with how far", () => {
    expect(words([giver({ column: 2 }), taker()], "t")).toEqual([
      ["Waits for Manifest, 4090, planned a sprint later", "bad"],
    ]);
    expect(words([giver({ column: 3 }), taker()], "g")).toEqual([
      ["Quay needs it 2 sprints earlier, 4112", "bad"],
    ]);
  });
  test("from the giver's side", () =>
    expect(words([giver({ column: 1 }), taker()], "g")).toEqual([
      ["Quay needs it for 4112, same sprint", "warn"],
    ]));
  test("one that is done is told no more", () =>
    expect(words([giver(), taker({}, { agreement: "done" })], "t")).toEqual([]));
  test("an end outside of the board has its number", () =>
    expect(words([taker({}, { to_or_from: null, number: 3977 })], "t")).toEqual([
      ["Waits for 3977", "plain"],
    ]));
});

describe("agreements", () => {
  const cards = [
    story("g", { number: 4144, title: "Hold events", team: 2, column: 0 }),
    story("a", {
      number: 1,
      team: 0,
      column: 1,
      links: [waitsFor("g", { agreement: "accepted", needed_by: "2026-10-01" })],
    }),
    story("b", { number: 2, team: 1, column: 1, links: [waitsFor("g", { needed_by: "2026-11-06" })] }),
    story("c", { number: 3, team: 0, column: 1, links: [waitsFor("g", { needed_by: "2026-10-09" })] }),
    story("d", { number: 4, team: 2, column: 1, links: [waitsFor("g")] }),
    story("e", { number: 5, team: 1, column: 1, links: [waitsFor("g", { agreement: "done" })] }),
  ];
  const of = (team: number, side: "gives" | "takes") => {
    const { model, dependencies } = linked(cards);
    return agreements(model, dependencies, team, side, now);
  };
  test("are told unanswered first, then by date", () =>
    expect(of(2, "gives").map((one) => one.dependency.to)).toEqual(["c", "b", "a"]));
  test("inside one team are none", () =>
    expect(of(2, "gives").some((one) => one.dependency.to === "d")).toBe(false));
  test("that are done are none", () => expect(of(1, "takes").map((one) => one.dependency.to)).toEqual(["b"]));
  test("say who needs what by when", () =>
    expect(of(2, "gives")[0]).toMatchObject({
      other: 0,
      title: "3 needs 4144 Hold events",
      says: "Needed by 9 Oct · on track",
    }));
  test("only the giver marks one done", () => {
    expect(answersFor("gives", "accepted")).toContain("done");
    for (const agreement of ["none", "proposed", "accepted", "refused", "done"] as const)
      expect(answersFor("takes", agreement)).not.toContain("done");
  });
  test("a question is accepted or refused, a refusal asked again", () => {
    expect(answersFor("gives", "proposed")).toEqual(["accepted", "refused"]);
    expect(answersFor("takes", "refused")).toEqual(["proposed"]);
    expect(answersFor("takes", "accepted")).toEqual([]);
  });
});

describe("the keyboard", () => {
  const model = modelOf([
    story("a", { rank: "a" }),
    story("b", { rank: "b" }),
    story("c", { column: 2, rank: "c" }),
  ]);
  const next = (key: string, arrow: string) => neighbourOf(columns(model), key, arrow);
  test("up and down stay in the iteration", () => {
    expect(next("a", "ArrowDown")).toBe("b");
    expect(next("b", "ArrowDown")).toBeNull();
    expect(next("b", "ArrowUp")).toBe("a");
  });
  test("sideways leads past empty iterations, to the same height or the last there", () => {
    expect(next("b", "ArrowRight")).toBe("c");
    expect(next("c", "ArrowLeft")).toBe("a");
    expect(next("c", "ArrowRight")).toBeNull();
  });
  test("a story nobody sees leads nowhere", () => expect(next("z", "ArrowUp")).toBeNull());
});

describe("the present iteration", () => {
  const two = [
    { start_on: "2026-09-28", finish_on: "2026-10-09" },
    { start_on: "2026-10-12", finish_on: "2026-10-23" },
  ];
  test("holds today", () => expect(columnNow(two, "2026-10-12")).toBe(1));
  test("on the weekend between is the next to begin", () => expect(columnNow(two, "2026-10-10")).toBe(1));
  test("before all is the first, after all the last", () => {
    expect(columnNow(two, "2026-01-01")).toBe(0);
    expect(columnNow(two, "2027-01-01")).toBe(1);
  });
  test("without dates or columns is the first", () => {
    expect(columnNow([{ start_on: null, finish_on: null }], "2026-01-01")).toBe(0);
    expect(columnNow([], "2026-01-01")).toBe(0);
  });
  test("the last day belongs to it", () => {
    expect(isNow(two[0] as (typeof two)[0], "2026-10-09")).toBe(true);
    expect(isNow(two[0] as (typeof two)[0], "2026-10-10")).toBe(false);
  });
});

describe("a story's name", () => {
  test("says everything the card shows", () => {
    const card = story("a", { number: 4231, type: "User Story", title: "Read", state: "New", points: 5 });
    expect(storyName(modelOf([]), { card }, [])).toBe("User Story 4231, Read, New, 5 points, unassigned");
  });
  test("names what it waits for", () => {
    const card = story("a", { number: null, points: null, title: "Read" });
    const words = [
      { key: "k", tone: "plain" as const, direction: "waits_for" as const, text: "Waits for 1" },
    ];
    expect(storyName(modelOf([]), { card }, words)).toMatch(
      /new, Read, .*no points, unassigned, Waits for 1$/,
    );
  });
});
