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

// What a card says in letters is its number and its title, in this order, as its name does; what stands beside them is
// written by the style sheet (WCAG 2.5.3). The name has all of it in words. The space keeps the two words apart.

function Comfortable(props: TileShown & { lines: 1 | 2 }) {
  const { tile } = props;
  const { card } = tile;
  const isShadow = tile.kind === "shadow";
  return (
    <>
      <span className={style.head}>
        {isShadow ? (
          <>
            <Owner name={props.owner} />
            <Number tile={tile} />
            {props.owner && props.is_away && <span className={style.of} data-text={`of ${props.owner}`} />}
          </>
        ) : (
          <>
            <Use name={props.icon} colour={props.colour} className={style.icon} />
            <Number tile={tile} />
            <Glyph category={tile.category} />
            {tile.n_stories > 0 && (
              <span
                className={`${style.count} ${style.stories}`}
                data-stories={tile.card.id}
                title="Show its stories (E)"
                data-text={`${tile.n_closed}/${tile.n_stories}`}
              />
            )}
            {props.n_ok > 0 && (
              <span className={style.links} data-text={props.n_ok}>
                <Use name="link" size={12} />
              </span>
            )}
          </>
        )}
        <span className={style.right}>
          <Sync sync={props.sync} />
          {!isShadow && <Who2 initials={props.initials} />}
          <Points tile={tile} />
        </span>
      </span>
      <span className={props.lines === 2 ? style.title2 : style.title}>{` ${card.title}`}</span>
      {props.chips !== "" && (
        <span className={style.chips}>
          {props.chips.split("\n").map((chip) => (
            <span key={chip} data-text={chip} data-bad={chip.includes("wrong order") || undefined}>
              <Use name="link" size={12} />
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
      {isShadow && <Owner name={props.owner} />}
      <Number tile={tile} />
      {!isShadow && <Glyph category={tile.category} />}
      <span className={style.title}>{` ${tile.card.title}`}</span>
      <Sync sync={props.sync} />
      {!isShadow && <Who2 initials={props.initials} />}
      <Points tile={tile} />
      {!isShadow && tile.n_stories > 0 && <Bar tile={tile} />}
    </>
  );
}

function Fit(props: TileShown) {
  const { tile } = props;
  return (
    <>
      {tile.kind === "shadow" && <Owner name={props.owner} />}
      <Number tile={tile} />
      <span className={style.title}>{` ${tile.card.title}`}</span>
      <Sync sync={props.sync} />
      <Points tile={tile} />
    </>
  );
}

function Owner({ name }: { name: string | null }) {
  return <i className={style.team} data-text={(name ?? "?").slice(0, 2)} />;
}

function Number({ tile }: { tile: Tile }) {
  const { number } = tile.card;
  if (number === null) return <span className={style.number} data-text="new" />;
  return <span className={style.number}>{number}</span>;
}

function Points({ tile }: { tile: Tile }) {
  return <b className={style.points} data-text={points(tile.points)} />;
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
    <span
      className={style.avatar}
      data-nobody={initials === null || undefined}
      data-text={initials ?? undefined}
    />
  );
}

function Who({ who }: { who: string }) {
  const [initials, , ...name] = who.split(" ");
  return <span className={style.who} title={`${name.join(" ")} is here`} data-text={initials} />;
}
