// Features that are expanded: their stories lie below them in the cell, each as a card of its own. Pure.
import { categoryOf, type Model } from "./model";
import { byRank, type Placement, type Tile } from "./placement";
import { SharedMap } from "./sharedMap";
import type { Card } from "./shapes";

/** The features that show their stories: all of them, or those named. */
export type Expanded = "all" | readonly string[];

/** The placement with the stories of expanded features as tiles behind the feature's. Loads stay as they are. */
export function withStories(model: Model, placement: Placement, expanded: Expanded): Placement {
  if (expanded !== "all" && expanded.length === 0) return placement;
  const named = expanded === "all" ? null : new Set(expanded);
  const tileOf = SharedMap.copy(placement.tileOf);
  const byKey = SharedMap.copy(placement.byKey);
  const open = (tiles: readonly Tile[]): readonly Tile[] => {
    const isOpen = (tile: Tile) =>
      tile.stories.length > 0 && (named === null || named.has(tile.card.id)) && !tile.is_nested;
    if (!tiles.some(isOpen)) return tiles;
    return tiles.flatMap((tile) => {
      if (!isOpen(tile)) return [tile];
      const feature: Tile = { ...tile, is_expanded: true };
      byKey.set(feature.key, feature);
      if (tile.kind === "card") tileOf.set(tile.card.id, feature);
      const stories = tile.stories.map((story) => nested(model, tile, story)).sort(byRank);
      for (const story of stories) {
        byKey.set(story.key, story);
        tileOf.set(story.card.id, story);
      }
      return [feature, ...stories];
    });
  };
  return {
    ...placement,
    cells: placement.cells.map(open),
    parked: open(placement.parked),
    tileOf,
    byKey,
  };
}

function nested(model: Model, feature: Tile, story: Card): Tile {
  return {
    key: story.id,
    card: story,
    kind: "card",
    home_team: feature.team,
    team: feature.team,
    column: feature.column,
    points: story.points,
    category: categoryOf(model.frame, story),
    n_stories: 0,
    n_closed: 0,
    stories: [],
    is_nested: true,
  };
}

/** Expands a feature or collapses it. From "all", collapsing one leaves the others open. */
export function toggled(expanded: Expanded, feature: string, placement: Placement): Expanded {
  const open = expanded === "all" ? [...placement.storiesOf.keys()] : expanded;
  return open.includes(feature) ? open.filter((one) => one !== feature) : [...open, feature];
}

/** The feature that a key on this tile expands or collapses: its own, or the one it lies under. */
export function featureOf(tile: Tile): string | null {
  if (tile.is_nested) return tile.card.parent;
  return tile.stories.length > 0 ? tile.card.id : null;
}
