// The parking lot: what has no team or iteration yet. Closed it is one line at the foot of the board and takes drops all
// the same; open it is one row of cards, of which only those in view are drawn.
import { ChevronDown, ChevronUp, Inbox } from "lucide-react";
import {
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type Ref,
} from "react";
import { plural } from "../ui/time";
import type { Desk } from "./desk";
import { METRICS } from "./layout";
import type { Tile } from "./placement";
import { describe, type TileWorld } from "./tileProps";
import { TileView } from "./TileView";
import style from "./tray.module.css";
import { needsTwoLines } from "./textWidth";
import { points } from "./words";

interface TrayProps {
  ref: Ref<HTMLDivElement>;
  world: TileWorld;
  tiles: readonly Tile[];
  isOpen: boolean;
  /** A panel lies over all of the board. */
  isCovered: boolean;
  isOver: boolean;
  focus: string | null;
  desk: Desk;
  open: string | null;
  dragged: readonly string[];
  canEdit: boolean;
  onToggle: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
  onClick: (event: MouseEvent) => void;
  onContextMenu: (event: MouseEvent) => void;
  onPointerDown: (event: PointerEvent) => void;
  onFocusTile: (key: string) => void;
}

const CARD_W = 208;
const GAP = 10;
const PAD = 16;

export function Tray({ ref, ...props }: TrayProps) {
  const { world, tiles, isOpen, isOver, desk } = props;
  const [view, setView] = useState({ left: 0, width: 1_600 });
  const row = useRef<HTMLDivElement>(null);
  const measure = () => {
    const element = row.current;
    if (element) setView({ left: Math.floor(element.scrollLeft / 400) * 400, width: element.clientWidth });
  };
  useLayoutEffect(measure, [isOpen]);
  const { sum, lines } = useParked(tiles, isOpen);
  const from = Math.max(0, Math.floor((view.left - 400) / (CARD_W + GAP)));
  const to = Math.ceil((view.left + view.width + 800) / (CARD_W + GAP));
  const { card_h, line_h } = METRICS.comfortable;
  const h = card_h + (lines - 1) * line_h;
  const Chevron = isOpen ? ChevronDown : ChevronUp;
  return (
    <div
      ref={ref}
      className={style.tray}
      inert={props.isCovered}
      data-over={isOver || undefined}
      onKeyDown={props.onKeyDown}
      onClick={props.onClick}
      onContextMenu={props.onContextMenu}
      onPointerDown={props.onPointerDown}
    >
      <button type="button" className={style.bar} aria-expanded={isOpen} onClick={props.onToggle}>
        <Inbox size={16} aria-hidden />
        <b>Parking lot</b>
        <span>
          {plural(tiles.length, "item")}, {points(sum)} {world.model.frame.set_up.unit.name}
        </span>
        <span className={style.wide}>· no team or sprint yet</span>
        <span className={style.hint}>{props.canEdit && "Drop a card here to take it out of the plan"}</span>
        <Chevron size={14} aria-hidden className={style.chevron} />
      </button>
      {isOpen && (
        <div ref={row} className={style.row} onScroll={measure} role="group" aria-label="Parking lot">
          {tiles.length === 0 && (
            <p className={style.nothing}>
              Nothing is parked.{props.canEdit && " Drop a card here to take it out of the plan."}
            </p>
          )}
          <div
            className={style.lane}
            style={{
              width: tiles.length * (CARD_W + GAP) - GAP + 2 * PAD,
              height: tiles.length > 0 ? h + 22 : 0,
            }}
          >
            {tiles.map((tile, i) => {
              const isKept = tile.key === props.focus;
              if ((i < from || i > to) && !isKept) return null;
              return (
                <div key={tile.key} onFocus={() => props.onFocusTile(tile.key)}>
                  <TileView
                    shown={describe(world, tile)}
                    look="comfortable"
                    is_found_now={tile.key === props.focus}
                    x={PAD + i * (CARD_W + GAP)}
                    y={10}
                    w={CARD_W}
                    h={h}
                    lines={lines}
                    tabIndex={
                      tile.key === props.focus || (i === 0 && !tiles.some((one) => one.key === props.focus))
                        ? 0
                        : -1
                    }
                    is_selected={
                      desk.selected.has(tile.key) || tile.key === props.open || tile.key === desk.linking
                    }
                    mode={
                      props.dragged.includes(tile.key)
                        ? "ghost"
                        : desk.carried?.key === tile.key
                          ? "lift"
                          : null
                    }
                  />
                </div>
              );
            })}
          </div>
        </div>
      )}
    </div>
  );
}

/** What is worked out of all cards, and not again while the board scrolls: their points, and whether a title needs two lines. */
function useParked(tiles: readonly Tile[], isOpen: boolean): { sum: number; lines: 1 | 2 } {
  return useMemo(() => {
    const { card_pad_x, title_px } = METRICS.comfortable;
    const isLong = ({ card }: Tile) => needsTwoLines(card.title, title_px, CARD_W - card_pad_x);
    const sum = tiles.reduce((total, tile) => total + (tile.points ?? 0), 0);
    return { sum, lines: isOpen && tiles.some(isLong) ? 2 : 1 };
  }, [tiles, isOpen]);
}
