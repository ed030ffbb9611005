// From a tile to what is drawn of it. One place, so that board, tray and the card in hand look the same.
import { initialsOf } from "../ui/marks";
import type { TypeLook } from "./icons";
import type { Density } from "./layout";
import type { Dependencies } from "./links";
import { levelOf, personOf, type Model } from "./model";
import type { Tile } from "./placement";
import type { Present } from "./shapes";
import type { Mark } from "./store";
import { domId, syncOf, whoIsAt } from "./tiles";
import type { TileShown } from "./TileView";
import { chipWords, ownEnd, tileName } from "./words";

export interface TileWorld {
  model: Model;
  dependencies: Dependencies;
  looks: ReadonlyMap<string, TypeLook>;
  density: Density;
  is_phone: boolean;
  isSlow: (id: string) => boolean;
  present: ReadonlyMap<string, Present>;
  marks: ReadonlyMap<string, Mark>;
  shaken: ReadonlySet<string>;
  found: ReadonlySet<string>;
}

const NO_LOOK: TypeLook = { icon: "other", colour: "var(--text-2)" };

/** The problems that a phone, which draws no curves, puts in words on the card. */
export function chipsOf(world: Pick<TileWorld, "model" | "dependencies">, tile: Tile): string[] {
  const links = world.dependencies.byTile.get(tile.key) ?? [];
  return links
    .filter((one) => !one.is_done && (one.health === "risk" || one.health === "bad"))
    .map((one) => chipWords(world.model, one, ownEnd(one, tile)));
}

const known = new WeakMap<Tile, { world: TileWorld; shown: TileShown }>();

/**
 * The same object for the same tile in the same world, so that scrolling describes nothing twice; and in another world as
 * well, where the tile says the same there: what others change elsewhere draws nothing here anew.
 */
export function describe(world: TileWorld, tile: Tile): TileShown {
  const before = known.get(tile);
  if (before?.world === world) return before.shown;
  const now = described(world, tile);
  const shown = before && isSame(before.shown, now) ? before.shown : now;
  known.set(tile, { world, shown });
  return shown;
}

function isSame(a: TileShown, b: TileShown): boolean {
  return (Object.keys(b) as (keyof TileShown)[]).every((key) => a[key] === b[key]);
}

function described(world: TileWorld, tile: Tile): TileShown {
  const { model, dependencies } = world;
  const { card } = tile;
  const links = dependencies.byTile.get(tile.key) ?? [];
  const look = world.looks.get(card.type) ?? NO_LOOK;
  const sync = syncOf(tile, world.isSlow);
  const who = whoIsAt(tile, world.present);
  const mark = markOf(world.marks, tile);
  const team = model.frame.set_up.teams[tile.home_team]?.name ?? null;
  return {
    id: domId(tile.key),
    tile,
    look: lookOf(world, tile),
    label: tileName(model, tile, links, sync) + (who ? `, ${who.name} is here` : ""),
    icon: look.icon,
    colour: look.colour,
    initials: card.assignee
      ? (personOf(model.frame, card.assignee.name)?.initials ?? initialsOf(card.assignee.name))
      : null,
    owner: tile.kind === "shadow" ? team : null,
    is_strong: levelOf(model.frame, card) === "feature",
    is_away: tile.kind === "shadow" && tile.home_team !== tile.team,
    sync,
    n_ok: links.filter((one) => !one.is_done && one.health === "ok").length,
    chips: world.is_phone ? chipsOf(world, tile).join("\n") : "",
    is_found: world.found.has(tile.key),
    mark: mark?.kind ?? null,
    who: who ? `${who.initials} ${who.avatar} ${who.name}` : null,
    is_shaken: world.shaken.has(card.id) || tile.stories.some((story) => world.shaken.has(story.id)),
  };
}

/** A story below its feature keeps to one line. */
function lookOf(world: TileWorld, tile: Tile): TileShown["look"] {
  if (tile.is_nested) return world.density === "fit" && !world.is_phone ? "fit" : "compact";
  return world.is_phone ? "phone" : world.density;
}

function markOf(marks: ReadonlyMap<string, Mark>, tile: Tile): Mark | undefined {
  if (marks.size === 0) return undefined;
  const own = tile.kind === "card" ? marks.get(tile.card.id) : undefined;
  if (own) return own;
  for (const story of tile.stories) {
    const one = marks.get(story.id);
    if (one) return one;
  }
  return undefined;
}
