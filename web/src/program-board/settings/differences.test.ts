import { describe, expect, test } from "vitest";
import { setUp } from "../../../dev/harbour";
import type { Preview, SetUp } from "../list/shapes";
import { moved, removeColumn, setCapacity, setLevel, showTeam, withTeam } from "../wizard/answers";
import { differences, movementOf, movementWords } from "./differences";

const five = setUp(5);
const words = (after: SetUp) =>
  differences(five, after).map(({ what, from, to }) => `${what}: ${from} > ${to}`);

describe("differences of two set-ups", () => {
  test("the same has none", () => expect(differences(five, setUp(5))).toEqual([]));
  test("a hidden team is named", () =>
    expect(words(showTeam(five, "t-quay", false))).toEqual(["Teams: 5 teams > Quay hidden"]));
  test("a shown team is named", () =>
    expect(
      differences(showTeam(five, "t-quay", false), five).map(({ from, to }) => `${from} > ${to}`),
    ).toEqual(["4 teams > Quay added"]));
  test("one in, one out is one difference", () => {
    const swapped = showTeam(showTeam(five, "t-quay", false), "t-beacon", false);
    expect(differences(showTeam(five, "t-beacon", false), showTeam(swapped, "t-beacon", true))).toMatchObject(
      [{ to: "Beacon added, Quay hidden" }],
    );
  });
  test("another order is told once", () =>
    expect(words({ ...five, teams: moved(five.teams, 0, 1) })).toEqual([
      "Order of teams: Quay, Manifest, Customs, Beacon, Tideway > Manifest, Quay, Customs, Beacon, Tideway",
    ]));
  test("a hidden team's own changes are not told", () =>
    expect(
      differences(
        showTeam(five, "t-quay", false),
        withTeam(showTeam(five, "t-quay", false), "t-quay", (team) => ({ ...team, velocity: 3 })),
      ),
    ).toEqual([]));
  test("another area written is told", () =>
    expect(words(withTeam(five, "t-quay", (team) => ({ ...team, area_id: 150 })))).toEqual([
      "Area written for Quay: area 100 > area 150",
    ]));
  test("another velocity is told, none as well", () =>
    expect(words(withTeam(five, "t-quay", (team) => ({ ...team, velocity: null })))).toEqual([
      "Velocity of Quay: 24 > none",
    ]));
  test("columns are told as they read", () =>
    expect(words(removeColumn(five, "c-5"))[0]).toBe(
      "Columns: Sprint 41 to 44, IP sprint > Sprint 41 to 44",
    ));
  test("other iterations behind the same names are told", () =>
    expect(
      words({
        ...five,
        columns: five.columns.map((one) => (one.id === "c-5" ? { ...one, node_ids: [505, 506] } : one)),
      }),
    ).toEqual([
      "Columns: Sprint 41 to 44, IP sprint > Sprint 41 to 44, IP sprint, other iterations in them",
    ]));
  test("a name of a column alone is told", () =>
    expect(
      words({
        ...five,
        columns: five.columns.map((one) => (one.id === "c-5" ? { ...one, name: "IP" } : one)),
      }),
    ).toEqual(["Columns: Sprint 41 to 44, IP sprint > Sprint 41 to 44, IP"]));
  test("levels are told", () =>
    expect(words(setLevel(five, "Bug", null))).toEqual([
      "Levels: Feature above User Story and Bug > Feature above User Story",
    ]));
  test("a query in place of areas is told", () =>
    expect(
      words({
        ...five,
        scope: { kind: "query", project: { id: "p", name: "P" }, query: { id: "q", path: "b", name: "b" } },
      }),
    ).toEqual(["Cards from: areas in Harbour > Saved query “b”"]));
  test("another text of the same kind is told", () => {
    const wiql = (text: string): SetUp => ({ ...five, scope: { kind: "wiql", project: null, wiql: text } });
    expect(differences(wiql("a"), wiql("b"))).toMatchObject([
      { what: "Cards from", to: "the same, changed inside" },
    ]);
  });
  test("typed capacity counts what changed", () =>
    expect(words(setCapacity(five, "t-quay", "c-1", 9))).toEqual([
      "Typed capacity: 12 cells > 13 cells, 1 changed",
    ]));
  test("milestones and what a feature writes are told", () =>
    expect(words({ ...five, milestones: [], writes_feature_place: true })).toHaveLength(2));
});

const cell = (n: number, ...ids: number[]) => ({
  team_id: "t",
  column_id: "c",
  n,
  cards: ids.map((id) => ({ id, type: "Bug" })),
});
const seen = (n_items: number, ...cells: Preview["cells"]): Preview => ({
  n_items,
  n_dependencies: 0,
  read_us: 0,
  cells,
  left_out: [],
  without_iteration: { n: 0, samples: [] },
  refused: { n_tried: 0, samples: [] },
  writes: { to_sprint: "", to_team: "", feature: "" },
  warnings: [],
});

describe("what comes in and what leaves", () => {
  test("is told by number where cells are drawn whole", () =>
    expect(movementOf(seen(2, cell(2, 1, 2)), seen(2, cell(2, 2, 3)))).toEqual({
      n_now: 2,
      n_after: 2,
      come: [3],
      leave: [1],
    }));
  test("a card that is only not drawn has not left", () => {
    expect(movementOf(seen(2, cell(2, 1, 2)), seen(9, cell(9, 2, 3))).leave).toEqual([]);
    expect(movementOf(seen(9, cell(9, 1, 2)), seen(2, cell(2, 2, 3))).come).toEqual([]);
  });
  test("without a count a full cell may hide some", () => {
    const full = { team_id: "t", column_id: "c", cards: [1, 2, 3, 4].map((id) => ({ id, type: "Bug" })) };
    expect(movementOf(seen(9, full), seen(1, cell(1, 7))).come).toEqual([]);
  });
  test("the parking lot counts", () =>
    expect(
      movementOf(seen(0), {
        ...seen(1),
        without_iteration: { n: 1, samples: [{ id: 9, title: "", points: null }] },
      }).come,
    ).toEqual([9]));
  test("is said in numbers", () => {
    const say = (n_now: number, n_after: number) => movementWords({ n_now, n_after, come: [], leave: [] });
    expect(say(52, 48)).toBe("4 items fewer: 52 become 48.");
    expect(say(52, 53)).toBe("1 item more: 52 become 53.");
    expect(say(52, 52)).toBe("The same number of items, 52.");
  });
});
