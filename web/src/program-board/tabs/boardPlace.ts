// Where each board was left: its filters and density, so that coming back from a lens shows the same.
import type { BoardSearch } from "../search";

const places = new Map<string, BoardSearch>();

export function keepPlace(board: string, search: BoardSearch): void {
  // An open card or agreement is looked at once.
  places.set(board, { ...search, card: undefined, link: undefined });
}

export function placeOf(board: string): BoardSearch {
  return places.get(board) ?? {};
}
