// Words about boards. Pure.
import { count, plural } from "../../ui/time";
import type { BoardSummary, Import, WriteMode } from "./shapes";

export const WRITE_MODE_WORDS: Record<WriteMode, string> = {
  live: "Live",
  hold: "Hold, then publish",
  read_only: "Read only",
};
export const WRITE_MODE_SAYS: Record<WriteMode, string> = {
  live: "Every act goes to Azure DevOps at once.",
  hold: "Plan together first, publish when you mean it.",
  read_only: "Nothing is ever written from here.",
};
export const WRITE_MODES: readonly WriteMode[] = ["live", "hold", "read_only"];

export interface ImportWords {
  tone: "plain" | "info" | "warn" | "bad";
  word: string;
  /** 0 to 1 while it reads and knows how much there is. */
  share: number | null;
}

/** How far the import is; `null` when there is nothing to say: in step is quiet. */
export function importWords(state: Import): ImportWords | null {
  if (state.leaving)
    return { tone: "warn", word: `${plural(state.leaving.n, "card")} would leave at once`, share: null };
  if (state.state === "stopped")
    return { tone: "bad", word: state.detail ?? "The import stopped", share: null };
  if (state.state === "ready") return null;
  if (state.n_found === null) return { tone: "info", word: "Looking for work items", share: null };
  const share = state.n_found === 0 ? 1 : Math.min(1, state.n_read / state.n_found);
  return { tone: "info", word: `${count(state.n_read)} of ${count(state.n_found)} read`, share };
}

/** What a deletion does, before it is done: a sentence each. */
export function deletionWords(board: Pick<BoardSummary, "n_cards" | "n_drafts" | "is_local">): string[] {
  if (board.is_local)
    return [`${plural(board.n_cards, "card is", "cards are")} deleted with it and cannot be brought back.`];
  const says = [
    "Nothing changes in Azure DevOps.",
    `${plural(board.n_cards, "card leaves", "cards leave")} Lockstep with this board; the work items stay where they are.`,
  ];
  if (board.n_drafts > 0)
    says.push(
      `${plural(board.n_drafts, "unpublished change is", "unpublished changes are")} discarded and cannot be brought back.`,
    );
  return says;
}

/** How a board writes, in a word and a sentence. */
export function modeWords(board: Pick<BoardSummary, "is_local" | "write_mode">): {
  word: string;
  says: string;
} {
  if (board.is_local && board.write_mode !== "read_only")
    return { word: "Local", says: "No Azure DevOps behind it. It can be connected in its settings." };
  return { word: WRITE_MODE_WORDS[board.write_mode], says: WRITE_MODE_SAYS[board.write_mode] };
}

/** The button of a deletion names what it does. */
export function deletionButton(board: Pick<BoardSummary, "n_drafts">): string {
  return board.n_drafts > 0 ? `Delete board and discard ${plural(board.n_drafts, "change")}` : "Delete board";
}
