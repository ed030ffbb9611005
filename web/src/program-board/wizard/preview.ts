// What a preview says, in words and in the shape of the small board. Pure.
import { count, plural } from "../../ui/time";
import type { Preview, PreviewCell, SetUp } from "../list/shapes";
import { shownTeams } from "./answers";

export interface SmallCell {
  team_id: string;
  column_id: string;
  cards: PreviewCell["cards"];
  /** Cards there that are not drawn: stories lie on their features. */
  n_more: number;
}

/** Of a board that has no cards yet. */
export const NOTHING_YET: Preview = {
  n_items: 0,
  n_dependencies: 0,
  read_us: 0,
  cells: [],
  left_out: [],
  without_iteration: { n: 0, samples: [] },
  refused: { n_tried: 0, samples: [] },
  writes: { to_sprint: "", to_team: "", feature: "" },
  warnings: [],
};

/** A row of cells for each team shown, in the order of the columns. */
export function smallBoard(set_up: SetUp, preview: Preview | null): SmallCell[][] {
  const byPlace = new Map(preview?.cells.map((cell) => [`${cell.team_id}\n${cell.column_id}`, cell]));
  return shownTeams(set_up).map((team) =>
    set_up.columns.map((column) => {
      const cell = byPlace.get(`${team.id}\n${column.id}`);
      const cards = topLevel(set_up, cell?.cards ?? []);
      return {
        team_id: team.id,
        column_id: column.id,
        cards,
        n_more: Math.max(0, (cell?.n ?? cards.length) - cards.length),
      };
    }),
  );
}

/** Features alone, where there are any: it is they that the rows and columns of a board show. */
function topLevel({ levels }: SetUp, cards: PreviewCell["cards"]): PreviewCell["cards"] {
  const features = cards.filter((card) => levels.features.includes(card.type));
  return features.length > 0 ? features : cards;
}

/** `52 items · 23 dependencies`. */
export function countWords(preview: Pick<Preview, "n_items" | "n_dependencies">): string {
  return `${plural(preview.n_items, "item")} · ${plural(preview.n_dependencies, "dependency", "dependencies")}`;
}

export function createWords(preview: Preview | null): string {
  if (preview === null) return "Create board";
  return preview.n_items === 0
    ? "Create empty board"
    : `Create board with ${plural(preview.n_items, "item")}`;
}

export interface ListRow {
  key: string;
  is: string;
  says: string;
  n: string;
}

const REASON_WORDS: Record<string, string> = {
  removed: "Removed",
  type: "Type of no level",
  area: "Area of no team shown",
};

export function leftOutRows(preview: Preview): ListRow[] {
  return preview.left_out
    .filter((one) => one.n > 0)
    .map((one) => ({
      key: one.reason,
      is: REASON_WORDS[one.reason] ?? one.reason,
      says: one.why,
      n: count(one.n),
    }));
}

export function leftOutCount(preview: Preview): number {
  return preview.left_out.reduce((sum, one) => sum + one.n, 0);
}

const N_NAMED = 4;

/** Those that go to the parking lot: a few by name, the rest as a number. */
export function withoutIterationRows({ without_iteration: { n, samples } }: Preview): ListRow[] {
  const named = samples.slice(0, n > N_NAMED ? N_NAMED - 1 : N_NAMED);
  const rows = named.map((one) => ({
    key: String(one.id),
    is: `${one.id} ${one.title}`,
    says: "Goes to the parking lot",
    n: one.points === null ? "" : count(one.points),
  }));
  const n_more = n - named.length;
  if (n_more > 0) rows.push({ key: "more", is: `${count(n_more)} more`, says: "Go there too", n: "" });
  return rows;
}

/** Each by name with the server's words, then what was tried. */
export function triedWords({ refused: { n_tried, samples } }: Preview): string {
  if (n_tried === 0) return "Nothing was tried.";
  const others = n_tried - samples.length;
  if (others <= 0) return "Nothing was saved.";
  const who = samples.length === 0 ? plural(n_tried, "card") : plural(others, "other");
  return `${who} ${others === 1 ? "was" : "were"} tried with a move to the next sprint. Nothing was saved.`;
}
