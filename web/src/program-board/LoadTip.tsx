// How the load of a cell comes about: which cards add what, and where the capacity comes from.
import style from "./overlays.module.css";
import { cellRect, type Layout } from "./layout";
import { loadOf } from "./moves";
import { capacityOf, cellIndex, type Placement, type Tile } from "./placement";
import type { TileWorld } from "./tileProps";
import { loadWords, points, short } from "./words";

interface LoadTipProps {
  world: TileWorld;
  placement: Placement;
  layout: Layout;
  row: number;
  team: number;
  column: number;
}

const N_NAMED = 6;

export function LoadTip({ world, placement, layout, row, team, column }: LoadTipProps) {
  const { model } = world;
  const rect = cellRect(layout, row, column);
  const load = loadOf(model, placement, team, column);
  const capacity = capacityOf(model.frame.set_up, team, column);
  const tiles = (placement.cells[cellIndex(placement.n_columns, team, column)] ?? []).filter(
    (tile) => tile.points,
  );
  const left = Math.max(layout.team_w, Math.min(rect.x + layout.metrics.gutter, layout.width - 312));
  const words = loadWords(load);
  return (
    <div className={style.tip} role="status" style={{ left, top: rect.y + layout.metrics.pad_top + 20 }}>
      <b>{words.charAt(0).toUpperCase() + words.slice(1)}</b>
      <dl>
        <Sum name="Stories of" tiles={tiles.filter((tile) => tile.stories.length > 0)} />
        <Sum name="" tiles={tiles.filter((tile) => tile.stories.length === 0)} />
        {capacity && !capacity.isTyped && (
          <>
            <dt>Velocity</dt>
            <dd>{points(capacity.velocity)}</dd>
            {capacity.share !== 1 && (
              <>
                <dt>Length, of a usual sprint</dt>
                <dd>× {Math.round(capacity.share * 100)} %</dd>
              </>
            )}
          </>
        )}
        {capacity?.isTyped && capacity.velocity !== null && capacity.velocity !== 0 && (
          <>
            <dt>Velocity</dt>
            <dd>{points(capacity.velocity)}</dd>
            <dt>Availability, typed in</dt>
            <dd>× {Math.round((capacity.capacity / capacity.velocity) * 100)} %</dd>
          </>
        )}
        <dt>Capacity</dt>
        <dd>{capacity ? points(capacity.capacity) : "not set"}</dd>
      </dl>
      <p>Features are not counted, only their stories.</p>
    </div>
  );
}

function Sum({ name, tiles }: { name: string; tiles: readonly Tile[] }) {
  if (tiles.length === 0) return null;
  const isNamed = tiles.length <= N_NAMED;
  const total = tiles.reduce((sum, tile) => sum + (tile.points ?? 0), 0);
  const list = isNamed
    ? tiles.map((tile) => short(tile.card)).join(", ")
    : `${tiles.length} ${name ? "features" : "cards"}`;
  return (
    <>
      <dt>{`${name} ${list}`.trim()}</dt>
      <dd>{isNamed ? tiles.map((tile) => points(tile.points)).join(" + ") : points(total)}</dd>
    </>
  );
}
