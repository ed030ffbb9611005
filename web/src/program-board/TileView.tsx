// One card on the board, drawn from plain values: a card that did not change is not drawn again.
import { memo, type CSSProperties } from "react";
import { Use, iconOfSync, type IconName } from "./icons";
import type { Density } from "./layout";
import type { Tile } from "./placement";
import type { CardSync, StateCategory } from "./shapes";
import style from "./tile.module.css";
import { SYNC_WORDS, points } from "./words";

export interface TileProps {
  id: string;
  tile: Tile;
  x: number;
  y: number;
  w: number;
  h: number;
  lines: 1 | 2;
  look: Density | "phone";
  label: string;
  icon: IconName;
  colour: string;
  initials: string | null;
  /** Initials of the team whose feature a shadow belongs to. */
  owner: string | null;
  /** Of the level of features: its title is a little stronger. */
  is_strong: boolean;
  /** It stands in another team's row. */
  is_away: boolean;
  sync: CardSync;
  n_ok: number;
  /** Problems in words, where curves are not drawn; one text, lines apart. */
  chips: string;
  tabIndex: number;
  is_selected: boolean;
  /** `now`: the one that find has led to. */
  found: "yes" | "now" | null;
  mode: "ghost" | "lift" | null;
  mark: string | null;
  /** `initials colour name` of somebody who is at this card. */
  who: string | null;
  is_shaken: boolean;
}

export const TileView = memo(function TileView(props: TileProps) {
  const { id, tile, x, y, w, h, look, mode } = props;
  // The colour of the type is the element's own: a custom property on each card would cost the browser a style for each.
  const place: CSSProperties = { left: x, top: y, width: w, height: h, color: props.colour };
  return (
    <div
      id={id}
      className={style.tile}
      style={
        props.who === null
          ? place
          : ({ ...place, "--who": `var(--av-${props.who.split(" ")[1]})` } as CSSProperties)
      }
      role="button"
      aria-roledescription="card"
      aria-label={props.label}
      aria-pressed={props.is_selected || undefined}
      tabIndex={props.tabIndex}
      data-key={tile.key}
      data-look={look}
      data-shadow={tile.kind === "shadow" || undefined}
      data-strong={props.is_strong || undefined}
      data-mode={mode ?? undefined}
      data-selected={props.is_selected || undefined}
      data-found={props.found ?? undefined}
      data-mark={props.mark ?? undefined}
      data-who={props.who === null ? undefined : true}
      data-sync={props.sync === "draft" ? "draft" : tile.card.number === null ? "new" : undefined}
      data-unsettled={props.sync === "in_step" ? undefined : true}
      data-shaken={props.is_shaken || undefined}
    >
      {look === "fit" ? (
        <Fit {...props} />
      ) : look === "compact" ? (
        <Compact {...props} />
      ) : (
        <Comfortable {...props} />
      )}
      {props.who && <Who who={props.who} />}
    </div>
  );
});

function Comfortable(props: TileProps) {
  const { tile } = props;
  const { card } = tile;
  const isShadow = tile.kind === "shadow";
  return (
    <>
      <span className={style.head}>
        {isShadow ? (
          <>
            <i className={style.team}>{(props.owner ?? "?").slice(0, 2)}</i>
            <span>{card.number ?? "new"}</span>
            {props.owner && props.is_away && <span className={style.of}>of {props.owner}</span>}
          </>
        ) : (
          <>
            <Use name={props.icon} colour={props.colour} className={style.icon} />
            <span>{card.number ?? "new"}</span>
            <Glyph category={tile.category} />
            {tile.n_stories > 0 && (
              <span className={style.count}>
                {tile.n_closed}/{tile.n_stories}
              </span>
            )}
            {props.n_ok > 0 && (
              <span className={style.links}>
                <Use name="link" size={12} />
                {props.n_ok}
              </span>
            )}
          </>
        )}
        <span className={style.right}>
          <Sync sync={props.sync} />
          {!isShadow && <Who2 initials={props.initials} />}
          <b className={style.points}>{points(tile.points)}</b>
        </span>
      </span>
      <span className={props.lines === 2 ? style.title2 : style.title}>{card.title}</span>
      {props.chips !== "" && (
        <span className={style.chips}>
          {props.chips.split("\n").map((chip) => (
            <span key={chip} data-bad={chip.includes("wrong order") || undefined}>
              <Use name="link" size={12} />
              {chip}
            </span>
          ))}
        </span>
      )}
      {!isShadow && tile.n_stories > 0 && <Bar tile={tile} />}
    </>
  );
}

function Compact(props: TileProps) {
  const { tile } = props;
  const isShadow = tile.kind === "shadow";
  return (
    <>
      {isShadow && <i className={style.team}>{(props.owner ?? "?").slice(0, 2)}</i>}
      <span className={style.number}>{tile.card.number ?? "new"}</span>
      {!isShadow && <Glyph category={tile.category} />}
      <span className={style.title}>{tile.card.title}</span>
      <Sync sync={props.sync} />
      {!isShadow && <Who2 initials={props.initials} />}
      <b className={style.points}>{points(tile.points)}</b>
      {!isShadow && tile.n_stories > 0 && <Bar tile={tile} />}
    </>
  );
}

function Fit(props: TileProps) {
  const { tile } = props;
  return (
    <>
      {tile.kind === "shadow" && <i className={style.team}>{(props.owner ?? "?").slice(0, 2)}</i>}
      <span className={style.number}>{tile.card.number ?? "new"}</span>
      <span className={style.title}>{tile.card.title}</span>
      <Sync sync={props.sync} />
      <b className={style.points}>{points(tile.points)}</b>
    </>
  );
}

function Bar({ tile }: { tile: Tile }) {
  return (
    <span className={style.bar}>
      <i style={{ width: `${Math.round((100 * tile.n_closed) / tile.n_stories)}%` }} />
    </span>
  );
}

function Glyph({ category }: { category: StateCategory }) {
  return <span className={style.state} data-state={category} />;
}

export function Sync({ sync }: { sync: CardSync }) {
  if (sync === "in_step") return null;
  return (
    <span className={style.sync} data-sync={sync} title={SYNC_WORDS[sync].says}>
      <Use name={iconOfSync(sync)} size={12} />
    </span>
  );
}

function Who2({ initials }: { initials: string | null }) {
  return (
    <span className={style.avatar} data-nobody={initials === null || undefined}>
      {initials}
    </span>
  );
}

function Who({ who }: { who: string }) {
  const [initials, , ...name] = who.split(" ");
  return (
    <span className={style.who} title={`${name.join(" ")} is here`}>
      {initials}
    </span>
  );
}
