// What floats over the board for a moment: tools of the card under the pointer, where a drop will lie, how a load comes
// about, what was held back, editors in place. All of it stands where arithmetic says the card stands.
import { Ellipsis, Plus } from "lucide-react";
import { useEffect, useState } from "react";
import { announce } from "../ui/announce";
import style from "./overlays.module.css";
import { CreateHere } from "./CreateHere";
import type { Desk, DeskActs } from "./desk";
import type { BoardRow } from "./filters";
import { cellBoxes, cellRect, type Hit, type Layout } from "./layout";
import { LoadTip } from "./LoadTip";
import { useDetail } from "./panel/useDetail";
import type { Placement, Tile } from "./placement";
import { QuickEdit } from "./QuickEdit";
import type { Card } from "./shapes";
import type { TileWorld } from "./tileProps";
import type { BoardActs } from "./useActs";
import type { Drag, LinkDrag } from "./usePointer";
import { short } from "./words";

interface OverlaysProps {
  world: TileWorld;
  placement: Placement;
  layout: Layout;
  rows: readonly BoardRow[];
  drag: Drag | null;
  linkDrag: LinkDrag | null;
  /** Takes the line that follows the pointer while a link is drawn. */
  onRope: (line: SVGPathElement | null) => void;
  hover: Hit | null;
  desk: Desk;
  deskActs: DeskActs;
  acts: BoardActs;
  canEdit: boolean;
  hasMenu: boolean;
  held: ReadonlyMap<string, Card | null>;
  onShowHeld: (tile: Tile) => void;
  onMenu: (key: string, x: number, y: number) => void;
}

export function Overlays(props: OverlaysProps) {
  const { layout, drag, desk, hover, canEdit } = props;
  const over = drag?.over?.kind === "cell" ? drag.over : null;
  const isBusy = drag !== null || props.linkDrag !== null || desk.carried !== null || desk.editing !== null;
  return (
    <>
      {over && <SlotLine layout={layout} {...over} />}
      {props.linkDrag && (
        <svg className={style.rubber} width={layout.width} height={layout.height} aria-hidden>
          <path ref={(line) => props.onRope(line)} />
        </svg>
      )}
      {!isBusy && hover && props.hasMenu && <Tools {...props} hover={hover} />}
      {!isBusy && canEdit && hover && !hover.box && layout.only_column === null && (
        <AddHere {...props} hover={hover} />
      )}
      <HeldNotes {...props} />
      <Tips {...props} />
      {desk.creating && <CreateHere {...props} creating={desk.creating} />}
      {desk.editing && <QuickEdit {...props} editing={desk.editing} />}
    </>
  );
}

function SlotLine({
  layout,
  row,
  column,
  slot,
}: {
  layout: Layout;
  row: number;
  column: number;
  slot: number;
}) {
  const cell = cellBoxes(layout, row, column);
  const rect = cellRect(layout, row, column);
  const { gutter, pad_top, load_h, gap } = layout.metrics;
  const at = cell[slot];
  const last = cell[cell.length - 1];
  const y = at ? at.y : last ? last.y + last.h + gap : rect.y + pad_top + load_h + gap;
  return (
    <div
      className={style.slot}
      style={{ left: rect.x + gutter, top: y - gap / 2 - 1.5, width: rect.w - 2 * gutter }}
    />
  );
}

/** The menu of the card under the pointer, and the corner a link is drawn from. */
function Tools({ layout, hover, canEdit, onMenu, desk }: OverlaysProps & { hover: Hit }) {
  const box = hover.box;
  if (!box || desk.linking !== null) return null;
  const isLine = layout.density !== "comfortable" && layout.only_column === null;
  const isPhone = layout.only_column !== null;
  const left = isLine ? box.x + box.w - 54 : box.x + box.w - 28;
  const top = isLine ? box.y + (box.h - 22) / 2 : box.y + box.h - 26;
  return (
    <div className={style.cardTools} data-tools>
      <button
        type="button"
        tabIndex={-1}
        className={style.menuButton}
        style={{ left, top }}
        aria-label={`Acts on ${short(box.tile.card)}`}
        onClick={(event) => {
          const at = event.currentTarget.getBoundingClientRect();
          onMenu(box.tile.key, at.left, at.bottom);
        }}
      >
        <Ellipsis size={16} aria-hidden />
      </button>
      {canEdit && !isPhone && (
        <span
          className={style.handle}
          style={{ left: box.x + box.w - 12, top: box.y + box.h - 12 }}
          data-link-from={box.tile.key}
          title={`Drag to the card that waits for ${short(box.tile.card)}`}
        />
      )}
    </div>
  );
}

function AddHere({ layout, rows, hover, deskActs }: OverlaysProps & { hover: Hit }) {
  const row = rows[hover.row];
  const cell = cellBoxes(layout, hover.row, hover.column);
  const rect = cellRect(layout, hover.row, hover.column);
  const last = cell[cell.length - 1];
  const { gutter, pad_top, load_h, pad_bottom, gap } = layout.metrics;
  const top = last ? last.y + last.h + 2 : rect.y + pad_top + load_h + gap;
  if (!row || row.team < 0 || rect.y + rect.h - pad_bottom - top < 18) return null;
  return (
    <div className={style.cardTools} data-tools>
      <button
        type="button"
        tabIndex={-1}
        className={style.addHere}
        style={{ left: rect.x + gutter, top }}
        onClick={() => deskActs.patch({ creating: { team: row.team, column: hover.column, parent: null } })}
      >
        <Plus size={14} aria-hidden /> Add
      </button>
    </div>
  );
}

/** What somebody did to a card that is under this person's hand: it stays where it is until they want to see it. */
function HeldNotes({ world, layout, held, placement, onShowHeld }: OverlaysProps) {
  const notes = new Map<Tile, [string, Card | null]>();
  for (const [id, card] of held) {
    const tile = placement.tileOf.get(id);
    if (tile && !notes.has(tile)) notes.set(tile, [id, card]);
  }
  return [...notes].map(([tile, [id, card]]) => {
    const box = layout.byKey.get(tile.key);
    if (!box) return null;
    return (
      <HeldNote
        key={tile.key}
        x={box.x + 8}
        y={box.y + box.h - 6}
        board={world.model.board.id}
        id={id}
        card={card}
        name={short(tile.card)}
        column={world.model.frame.set_up.columns[card?.column ?? -1]?.name ?? "the parking lot"}
        onShow={() => onShowHeld(tile)}
      />
    );
  });
}

interface HeldNoteProps {
  x: number;
  y: number;
  board: string;
  id: string;
  card: Card | null;
  /** What the card is called. */
  name: string;
  column: string;
  onShow: () => void;
}

function HeldNote({ x, y, board, id, card, name, column, onShow }: HeldNoteProps) {
  const detail = useDetail(board, id, card?.change);
  // The history of before the move names somebody else.
  const isKnown = detail.isSuccess && !detail.isPlaceholderData;
  const who = (isKnown && detail.data.history[0]?.who) || "Somebody";
  const says = card === null ? "It left the board" : `${who} moved this to ${column}`;
  // Said once it is known who it was.
  const told = isKnown || detail.isError ? `${name}: ${says}` : null;
  useEffect(() => {
    if (told !== null) announce(told);
  }, [told]);
  return (
    <div className={style.heldNote} style={{ left: x, top: y }} data-tools>
      <span>{says}</span>
      <button type="button" onClick={onShow}>
        Show
      </button>
    </div>
  );
}

/** How a load comes about: shown while it is hovered or focused, and kept by a tap. */
function Tips(props: OverlaysProps) {
  const [at, setAt] = useState<string | null>(null);
  useEffect(() => {
    const loadAt = (event: Event) =>
      (event.target as Element | null)?.closest?.<HTMLElement>("[data-load]")?.dataset["load"] ?? null;
    const show = (event: Event) => setAt(loadAt(event));
    const hide = (event: KeyboardEvent) => event.key === "Escape" && setAt(null);
    document.addEventListener("pointerover", show);
    document.addEventListener("focusin", show);
    document.addEventListener("click", show);
    document.addEventListener("keydown", hide);
    return () => {
      document.removeEventListener("pointerover", show);
      document.removeEventListener("focusin", show);
      document.removeEventListener("click", show);
      document.removeEventListener("keydown", hide);
    };
  }, []);
  if (at === null) return null;
  const [row, column] = at.split(",").map(Number);
  const team = props.rows[row ?? -1]?.team ?? -1;
  if (row === undefined || column === undefined || team < 0) return null;
  return <LoadTip {...props} row={row} team={team} column={column} />;
}
