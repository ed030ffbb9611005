// What a board is made of once it has been read, and the questions every part of the page asks of it. Pure.
import type {
  BoardSummary,
  Card,
  Level,
  PersonShape,
  SetUp,
  StateCategory,
  StateShape,
  TypeShape,
} from "./shapes";

/** What all cards share; changes only with a new snapshot. */
export interface Frame {
  set_up: SetUp;
  types: readonly TypeShape[];
  states: readonly StateShape[];
  people: readonly PersonShape[];
  /** Titles of work items that are not on the board, by number. */
  outside: ReadonlyMap<number, string | null>;
}
export type Cards = ReadonlyMap<string, Card>;

/** A board as somebody sees it: what is confirmed, with what they did on top. */
export interface Model {
  frame: Frame;
  board: BoardSummary;
  cards: Cards;
}

const typeMaps = new WeakMap<readonly TypeShape[], Map<string, TypeShape>>();
export function typeOf(frame: Frame, name: string): TypeShape | undefined {
  let map = typeMaps.get(frame.types);
  if (!map) typeMaps.set(frame.types, (map = new Map(frame.types.map((type) => [type.name, type]))));
  return map.get(name);
}

export function levelOf(frame: Frame, card: Pick<Card, "type">): Level {
  return typeOf(frame, card.type)?.level ?? null;
}

// By type, then by name: asked for each card at each change, so no text is put together for it.
const stateMaps = new WeakMap<readonly StateShape[], Map<string, Map<string, StateShape>>>();
function stateOf(frame: Frame, type: string, state: string): StateShape | undefined {
  let map = stateMaps.get(frame.states);
  if (!map) {
    stateMaps.set(frame.states, (map = new Map()));
    for (const one of frame.states) {
      const ofType = map.get(one.type);
      if (ofType) ofType.set(one.name, one);
      else map.set(one.type, new Map([[one.name, one]]));
    }
  }
  return map.get(type)?.get(state);
}

/** A state nobody declared counts as proposed: it is shown and counted, and never taken for done. */
export function categoryOf(frame: Frame, card: Pick<Card, "type" | "state">): StateCategory {
  return stateOf(frame, card.type, card.state)?.category ?? "proposed";
}

/** Neither completed nor removed: a move of its feature takes it along. */
export function isOpen(frame: Frame, card: Pick<Card, "type" | "state">): boolean {
  const category = categoryOf(frame, card);
  return category !== "completed" && category !== "removed";
}

/** The states a card of this type may be set to, in the process' own order. */
export function statesFor(frame: Frame, type: string): StateShape[] {
  return frame.states.filter((state) => state.type === type);
}

export function personOf(frame: Frame, name: string): PersonShape | undefined {
  return frame.people.find((person) => person.name === name);
}

/** `Feature 4112`, `New user story`. */
export function cardName(card: Pick<Card, "number" | "type">): string {
  return card.number === null ? `New ${card.type.toLowerCase()}` : `${card.type} ${card.number}`;
}
