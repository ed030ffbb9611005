// What changed cards make of a placement: their tiles and cells are made anew, all others stay the objects they were. Pure.
import { levelOf, type Model } from "./model";
import {
  byRank,
  cellIndex,
  isInside,
  isParked,
  loadIn,
  noteTile,
  tilesOf,
  type Placement,
  type Tile,
} from "./placement";
import { SharedMap } from "./sharedMap";
import type { Card } from "./shapes";

export interface Placed {
  model: Model;
  placement: Placement;
}

/** Cards that now may be shown by another tile. */
export type Touched = ReadonlySet<string>;

/** The placement of `model`; `null` where more changed than is worth following: what comes, goes, or is of another type. */
export function placeAgain(
  { model: old, placement: before }: Placed,
  model: Model,
  changed: ReadonlySet<string>,
): { placement: Placement; touched: Touched } | null {
  const { frame, cards } = model;
  const storiesOf = SharedMap.copy(before.storiesOf);
  const roots = new Set<string>();
  for (const id of changed) {
    const [was, is] = [old.cards.get(id), cards.get(id)];
    if (!was || !is || was.type !== is.type) return null;
    regroup(model, storiesOf, was, is);
    for (const card of [was, is]) {
      roots.add(card.id);
      if (card.parent !== null && cards.has(card.parent)) roots.add(card.parent);
    }
  }

  const touched = new Set(roots);
  const gone = new Set<Tile>();
  const come: Tile[] = [];
  for (const id of roots) {
    const card = cards.get(id);
    if (!card) continue;
    const stories = [...(before.storiesOf.get(id) ?? []), ...(storiesOf.get(id) ?? [])];
    for (const story of stories) touched.add(story.id);
    for (const tile of tilesAt(before, id)) gone.add(tile);
    if (!isInside(frame, storiesOf, card)) come.push(...tilesOf(frame, card, storiesOf.get(id)));
  }
  const tileOf = SharedMap.copy(before.tileOf);
  const byKey = SharedMap.copy(before.byKey);
  for (const tile of gone) byKey.delete(tile.key);
  for (const tile of come) noteTile({ tileOf, byKey }, tile);

  const { n_teams, n_columns } = before;
  const cells = [...before.cells];
  const load = [...before.load];
  const at = (tile: Tile) => (isParked(tile) ? -1 : cellIndex(n_columns, tile.team, tile.column));
  const rest = (tiles: readonly Tile[], index: number) =>
    [...tiles.filter((tile) => !gone.has(tile)), ...come.filter((tile) => at(tile) === index)].sort(byRank);
  let { parked } = before;
  for (const index of new Set([...gone, ...come].map(at))) {
    const cell = index < 0 ? before.parked : cells[index];
    if (!cell) continue;
    const next = rest(cell, index);
    if (index < 0) parked = next;
    else {
      cells[index] = next;
      load[index] = loadIn(frame, next);
    }
  }
  return { placement: { n_teams, n_columns, cells, parked, load, tileOf, byKey, storiesOf }, touched };
}

/** All tiles of a card, those included that show its stories. */
function tilesAt(placement: Placement, id: string): Tile[] {
  const stories = placement.storiesOf.get(id) ?? [];
  return [id, ...stories.map((story) => story.id)].flatMap((one) => {
    const tile = placement.tileOf.get(one);
    return tile?.card.id === id ? [tile] : [];
  });
}

/** A story keeps its place among those of its feature; one that comes to another is the last there. */
function regroup(model: Model, storiesOf: SharedMap<string, readonly Card[]>, was: Card, is: Card): void {
  const featureOf = ({ parent }: Card) => {
    const card = parent === null ? undefined : model.cards.get(parent);
    return card && levelOf(model.frame, card) === "feature" ? card.id : null;
  };
  if (levelOf(model.frame, is) !== "story") return;
  const [from, to] = [featureOf(was), featureOf(is)];
  const group = (from !== null && storiesOf.get(from)) || [];
  if (from !== null && from === to)
    return storiesOf.set(
      from,
      group.map((card) => (card.id === is.id ? is : card)),
    );
  const left = group.filter((card) => card.id !== is.id);
  if (from !== null && left.length > 0) storiesOf.set(from, left);
  else if (from !== null) storiesOf.delete(from);
  if (to !== null) storiesOf.set(to, [...(storiesOf.get(to) ?? []), is]);
}
