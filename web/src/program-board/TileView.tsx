// One card on the board, drawn from plain values: a card that did not change is not drawn again.
import { memo, type CSSProperties } from "react";
import { Use, iconOfSync, type IconName } from "./icons";
import type { Density } from "./layout";
import type { Tile } from "./placement";
import type { CardSync, StateCategory } from "./shapes";
import style from "./tile.module.css";
import { SYNC_WORDS, points } from "./words";

/** What a card shows, wherever it lies. */
export interface TileShown {
  id: string;
  tile: Tile;
  look: Density | "phone";
  label: string;
  icon: IconName;
  colour: string;
  initials: string | null;
  /** The team whose feature a shadow belongs to. */
  owner: string | null;
  /** Of the level of features: its title is a little stronger. */
  is_strong: boolean;
  /** It stands in another team's row. */
  is_away: boolean;
  sync: CardSync;
  n_ok: number;
  /** Problems in words, where curves are not drawn; one text, lines apart. */
  chips: string;
  is_found: boolean;
  mark: string | null;
  /** `initials colour name` of somebody who is at this card. */
  who: string | null;
  is_shaken: boolean;
}

export interface TileProps {
  shown: TileShown;
  /** Where it lies, and how many lines its title has. */
  x: number;
  y: number;
  w: number;
  h: number;
  lines: 1 | 2;
  tabIndex: number;
  is_selected: boolean;
  /** Find has led here. */
  is_found_now?: boolean;
  mode: "ghost" | "lift" | null;
  /** Another look than that of the board: the tray's. */
  look?: Density;
  /** Another name in the document: the card in hand is there twice. */
  id?: string;
}

export const TileView = memo(function TileView(props: TileProps) {
  const { shown, x, y, w, h, mode } = props;
  const { tile } = shown;
  const look = props.look ?? shown.look;
  // The colour of the type is the element's own: a custom property on each card would cost the browser a style for each.
  const place: CSSProperties = { left: x, top: y, width: w, height: h, color: shown.colour };
  const ring = shown.who === null ? null : { "--who": `var(--av-${shown.who.split(" ")[1]})` };
  return (
    <div
      id={props.id ?? shown.id}
      className={style.tile}
      style={ring === null ? place : ({ ...place, ...ring } as CSSProperties)}
      role="button"
      aria-roledescription="card"
      aria-label={shown.label}
      aria-pressed={props.is_selected || undefined}
      tabIndex={props.tabIndex}
      data-key={tile.key}
      data-look={look}
      data-shadow={tile.kind === "shadow" || undefined}
      data-nested={tile.is_nested || undefined}
      data-strong={shown.is_strong || undefined}
      data-mode={mode ?? undefined}
      data-selected={props.is_selected || undefined}
      data-found={shown.is_found ? (props.is_found_now ? "now" : "yes") : undefined}
      data-mark={shown.mark ?? undefined}
      data-who={shown.who === null ? undefined : true}
      data-sync={shown.sync === "draft" ? "draft" : tile.card.number === null ? "new" : undefined}
      data-unsettled={shown.sync === "in_step" ? undefined : true}
      data-shaken={shown.is_shaken || undefined}
    >
      {look === "fit" ? (
        <Fit {...shown} />
      ) : look === "compact" ? (
        <Compact {...shown} />
      ) : (
        <Comfortable {...shown} chips={props.look ? "" : shown.chips} lines={props.lines} />
      )}
      {shown.who && <Who who={shown.who} />}
    </div>
  );
});

function Comfortable(props: TileShown & { lines: 1 | 2 }) {
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
              <span
                className={`${style.count} ${style.stories}`}
                data-stories={tile.card.id}
                title="Show its stories (E)"
              >
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

function Compact(props: TileShown) {
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

function Fit(props: TileShown) {
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
