// A small board for tests: three teams, four iterations, cards as given.
import { CREW, STATES, TYPES, sampleCard, setUp, summary } from "../../dev/board-samples";
import type { Model } from "./model";
import type { BoardSummary, Card, SetUp } from "./shapes";

export const NOW_MS = Date.parse("2026-10-22T10:00:00Z");

export function modelOf(
  cards: readonly Card[],
  set_up: Partial<SetUp> = {},
  board: Partial<BoardSummary> = {},
): Model {
  return {
    frame: { set_up: setUp(NOW_MS, set_up), types: TYPES, states: STATES, people: CREW, outside: new Map() },
    board: summary(board),
    cards: new Map(cards.map((card) => [card.id, card])),
  };
}

export function story(id: string, changes: Partial<Card> = {}): Card {
  return sampleCard({ id, number: numberOf(id), title: `Story ${id}`, ...changes });
}

export function feature(id: string, changes: Partial<Card> = {}): Card {
  return sampleCard({
    id,
    number: numberOf(id),
    type: "Feature",
    title: `Feature ${id}`,
    column: -1,
    points: null,
    ...changes,
  });
}

function numberOf(id: string): number {
  return [...id].reduce((sum, char) => sum * 31 + char.charCodeAt(0), 7) % 100_000;
}
