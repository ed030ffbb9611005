// What is under way: the card in hand, and in words where it would lie and what that makes of the load.
import type { RefCallback } from "react";
import style from "./doing.module.css";
import type { Desk } from "./desk";
import { isParking, loadAfter, type Place } from "./moves";
import type { Placement, Tile } from "./placement";
import { describe, type TileWorld } from "./tileProps";
import { TileView } from "./TileView";
import { toPlace } from "./useBoardInput";
import type { Drag } from "./usePointer";
import { loadWords, placeName, short } from "./words";

interface LiftedProps {
  world: TileWorld;
  tile: Tile | undefined;
  n: number;
  w: number;
  h: number;
  /** How much larger the board is drawn than it is laid out. */
  zoom: number;
  ref: RefCallback<HTMLElement>;
}

/** The card in hand; it follows the pointer without being drawn again. */
export function Lifted({ world, tile, n, w, h, zoom, ref }: LiftedProps) {
  if (!tile) return null;
  return (
    <div ref={ref} className={style.lifted} aria-hidden>
      <div style={{ zoom }}>
        <TileView
          shown={describe(world, tile)}
          id="pb-lifted"
          x={0}
          y={0}
          w={w}
          h={h}
          lines={h > 60 ? 2 : 1}
          tabIndex={-1}
          is_selected={false}
          mode="lift"
        />
        {n > 1 && (
          <span className={style.more} style={{ left: w - 12 }}>
            {n}
          </span>
        )}
      </div>
    </div>
  );
}

interface DoingProps {
  world: TileWorld;
  placement: Placement;
  desk: Desk;
  drag: Drag | null;
  /** Where the dragged card would lie. */
  to: Place | null;
}

export function Doing({ world, placement, desk, drag, to }: DoingProps) {
  const { model } = world;
  if (desk.linking !== null) {
    const tile = placement.byKey.get(desk.linking);
    return (
      <div className={style.doing}>
        <span>Which card waits for {tile ? short(tile.card) : "it"}?</span>
        <span>
          <kbd>Enter</kbd> link <kbd>Esc</kbd> cancel
        </span>
      </div>
    );
  }
  const keys = desk.carried ? [desk.carried.key] : (drag?.keys ?? []);
  const at = desk.carried ? toPlace(desk.carried) : to;
  const tiles = keys.flatMap((key) => placement.byKey.get(key) ?? []);
  const first = tiles[0];
  if (!at || !first) return null;
  const load = loadAfter(model, placement, tiles, at);
  const what = tiles.length > 1 ? `${tiles.length} cards` : short(first.card);
  const where = isParking(at)
    ? "parking lot"
    : placeName(model.frame.set_up, at.team ?? first.team, at.column);
  return (
    <div className={style.doing}>
      <span>{[`Moving ${what}`, where, load && loadWords(load)].filter(Boolean).join(" · ")}</span>
      {desk.carried && (
        <span>
          <kbd>Enter</kbd> drop <kbd>Esc</kbd> put back
        </span>
      )}
    </div>
  );
}
