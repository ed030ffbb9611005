import { describe, expect, test } from "vitest";
import { setUp } from "../../../dev/harbour";
import type { Preview } from "../list/shapes";
import { showTeam } from "./answers";
import {
  countWords,
  createWords,
  leftOutCount,
  leftOutRows,
  smallBoard,
  triedWords,
  withoutIterationRows,
} from "./preview";

const five = setUp(5);
const preview = (changes: Partial<Preview> = {}): Preview => ({
  n_items: 52,
  n_dependencies: 23,
  read_us: 0,
  cells: [],
  left_out: [],
  without_iteration: { n: 0, samples: [] },
  refused: { n_tried: 0, samples: [] },
  writes: { to_sprint: "", to_team: "", feature: "" },
  warnings: [],
  ...changes,
});
const sample = (id: number, points: number | null = null) => ({ id, title: `T${id}`, points });

describe("the small board", () => {
  test("has a row for each team shown and a cell for each column", () => {
    const rows = smallBoard(showTeam(five, "t-quay", false), null);
    expect(rows.map((row) => row.length)).toEqual([5, 5, 5, 5]);
  });
  test("puts cards where the preview says", () => {
    const cards = [{ id: 4112, type: "Feature" }];
    const rows = smallBoard(
      five,
      preview({ cells: [{ team_id: "t-customs", column_id: "c-2", cards, n: 6 }] }),
    );
    expect(rows[2]?.[1]).toEqual({ team_id: "t-customs", column_id: "c-2", cards, n_more: 5 });
    expect(rows[2]?.[0]?.cards).toEqual([]);
  });
  test("shows features alone where there are any, and counts their stories", () => {
    const cards = [
      { id: 4112, type: "Feature" },
      { id: 4241, type: "User Story" },
    ];
    const cell = (shown: typeof cards) =>
      smallBoard(
        five,
        preview({ cells: [{ team_id: "t-quay", column_id: "c-1", cards: shown, n: 6 }] }),
      )[0]?.[0];
    expect(cell(cards)).toMatchObject({ cards: [cards[0]], n_more: 5 });
    expect(cell(cards.slice(1))).toMatchObject({ cards: [cards[1]], n_more: 5 });
  });
  test("says nothing of more when the server does not count", () =>
    expect(
      smallBoard(five, preview({ cells: [{ team_id: "t-quay", column_id: "c-1", cards: [] }] }))[0]?.[0]
        ?.n_more,
    ).toBe(0));
});

describe("a preview in words", () => {
  test("counts items and dependencies", () => {
    expect(countWords(preview())).toBe("52 items · 23 dependencies");
    expect(countWords({ n_items: 1, n_dependencies: 1 })).toBe("1 item · 1 dependency");
  });
  test("the button names what will be on the board", () => {
    expect(createWords(preview())).toBe("Create board with 52 items");
    expect(createWords(preview({ n_items: 0 }))).toBe("Create empty board");
    expect(createWords(null)).toBe("Create board");
  });
  test("what is left out is listed with its reason, empty reasons are not", () => {
    const left = preview({
      left_out: [
        { reason: "removed", why: "Removed there", n: 4, samples: [] },
        { reason: "Other", why: "", n: 0, samples: [] },
      ],
    });
    expect(leftOutRows(left)).toEqual([{ key: "removed", is: "Removed", says: "Removed there", n: "4" }]);
    expect(leftOutCount(left)).toBe(4);
  });
  test("up to four without an iteration are named", () => {
    const rows = withoutIterationRows(
      preview({ without_iteration: { n: 4, samples: [1, 2, 3, 4].map((id) => sample(id, id)) } }),
    );
    expect(rows.map((row) => row.is)).toEqual(["1 T1", "2 T2", "3 T3", "4 T4"]);
    expect(rows[1]?.n).toBe("2");
  });
  test("of more, three are named and the rest counted", () => {
    const rows = withoutIterationRows(
      preview({ without_iteration: { n: 9, samples: [1, 2, 3, 4].map((id) => sample(id)) } }),
    );
    expect(rows.map((row) => row.is)).toEqual(["1 T1", "2 T2", "3 T3", "6 more"]);
  });
  test("what was tried is told, and that nothing was saved", () => {
    const refused = (n_tried: number, n: number) =>
      triedWords(
        preview({
          refused: {
            n_tried,
            samples: Array.from({ length: n }, (_, id) => ({ id, title: "", answer: "" })),
          },
        }),
      );
    expect(refused(52, 1)).toBe("51 others were tried with a move to the next sprint. Nothing was saved.");
    expect(refused(2, 1)).toBe("1 other was tried with a move to the next sprint. Nothing was saved.");
    expect(refused(10, 0)).toBe("10 cards were tried with a move to the next sprint. Nothing was saved.");
    expect(refused(1, 1)).toBe("Nothing was saved.");
    expect(refused(0, 0)).toBe("Nothing was tried.");
  });
});
