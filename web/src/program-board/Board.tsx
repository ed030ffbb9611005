// The board: rows, cells, cards and curves of what is in view, and what is done to them by pointer and keys.
// It knows the plan and the desk; it changes the plan only through acts.
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { dateOf, plural } from "../ui/time";
import { useNow } from "../ui/useNow";
import { Header, RowView, type CellShown } from "./BoardFrame";
import style from "./board.module.css";
import { GHOST, carriedRows } from "./carry";
import { countRows } from "./counts";
import { CurvesView } from "./CurvesView";
import type { Desk, DeskActs } from "./desk";
import { Doing, Lifted } from "./Doing";
import type { BoardRow } from "./filters";
import { first } from "./keys";
import { cellBoxes, layouter, windowOf, type Box, type Density } from "./layout";
import type { Place } from "./moves";
import { afterOf, isSameSlot } from "./moves";
import { Overlays } from "./Overlays";
import { capacityOf, type Placement, type Tile } from "./placement";
import type { Card } from "./shapes";
import { describe, chipsOf, type TileWorld } from "./tileProps";
import tileStyle from "./tile.module.css";
import { domId } from "./tiles";
import { TileView } from "./TileView";
import { Tray } from "./Tray";
import type { BoardActs } from "./useActs";
import { useBoardInput } from "./useBoardInput";
import { useCurves } from "./useCurves";
import { useFocus } from "./useFocus";
import { useGlide } from "./useGlide";
import { usePointer, type Over } from "./usePointer";
import { useSettled } from "./useSettled";
import { usePreview } from "./usePreview";
import { MARGIN, useViewport } from "./useViewport";

export interface BoardProps {
  /** `null`: whoever has a link looks at it; it leads nowhere and has no menus. */
  board_id: string | null;
  world: TileWorld;
  placement: Placement;
  rows: readonly BoardRow[];
  parked: readonly Tile[];
  density: Density;
  /** How much larger the board is drawn than it is laid out. */
  zoom: number;
  /** The iteration a phone shows; `null` elsewhere. */
  sprint: number | null;
  canEdit: boolean;
  desk: Desk;
  deskActs: DeskActs;
  acts: BoardActs;
  /** The tile of the card in the panel. */
  open: string | null;
  onOpen: (tile: Tile, isByKey: boolean) => void;
  /** Cards that somebody moved while they were under this person's hand. */
  held: ReadonlyMap<string, Card | null>;
  onShowHeld: (tile: Tile) => void;
  onGuard: (ids: ReadonlySet<string>) => void;
  /** The person scrolls or drags just now; the same function each time. */
  onHand: () => void;
  /** Shows the stories of a feature below it, or hides them. */
  onExpand: (feature: string) => void;
  /** Shows of a row its loads alone, or all of it again. */
  onFold: (row: string) => void;
  /** Rises when others moved cards: they glide. */
  glide: number;
  panel: ReactNode;
  foot: ReactNode;
}

const TEAM_W = 148;
const TEAM_W_SMALL = 128;
const WIDE_PX = 1_224;
// Curves are cut to a window of their own, which moves in longer steps; multiples of a dash with its gap.
const CURVE_STEP = 480;
const CURVE_H = 3 * CURVE_STEP;
const N_NARROW = 184;
const N_NARROWER = 150;

const NO_ROWS: readonly BoardRow[] = [];
const pointsOf = (tile: Tile) => (tile.is_nested ? 0 : (tile.points ?? 0));

export function Board(props: BoardProps) {
  const { world, placement, rows, density, zoom, sprint, desk, deskActs, acts, canEdit, parked } = props;
  const { model, dependencies } = world;
  const { set_up } = model.frame;
  const n_columns = set_up.columns.length;
  const scroller = useRef<HTMLDivElement>(null);
  const plane = useRef<HTMLDivElement>(null);
  const tray = useRef<HTMLDivElement>(null);
  const view = useViewport(scroller, zoom, props.onHand);
  const now_ms = useNow(60_000);
  const today = dateOf(now_ms);

  const { carried } = desk;
  const shownRows = useMemo(() => {
    const tile = carried ? placement.byKey.get(carried.key) : undefined;
    return carried && tile ? carriedRows(rows, tile, carried) : rows;
  }, [rows, carried, placement]);
  const [layOut] = useState(layouter);
  const layout = useMemo(
    () =>
      layOut({
        // Before there is a width there is nothing to lay out.
        rows: view.w === 0 ? NO_ROWS : shownRows,
        n_columns,
        density,
        view_w: view.w,
        view_h: view.h,
        team_w: view.w < WIDE_PX ? TEAM_W_SMALL : TEAM_W,
        only_column: sprint,
        n_chips: sprint === null ? undefined : (tile) => chipsOf({ model, dependencies }, tile).length,
      }),
    [layOut, shownRows, n_columns, density, view.w, view.h, sprint, model, dependencies],
  );
  const isSettled = useSettled(view.w > 0);
  const margin = isSettled ? MARGIN : 0;
  const window = useMemo(() => windowOf(layout, view, margin), [layout, view, margin]);
  const teams = useMemo(
    () =>
      rows.some((row) => row.type !== null) ? set_up.teams.map((_, i) => i) : rows.map((row) => row.team),
    [rows, set_up.teams],
  );

  const placeOf = (over: Over): Place => {
    if (over.kind === "tray") return { team: null, column: -1 };
    const team = rows[over.row]?.team ?? -1;
    return { team: team < 0 ? null : team, column: over.column };
  };
  const drop = (keys: readonly string[], over: Over) => {
    const tiles = keys.flatMap((key) => placement.byKey.get(key) ?? []);
    const only = tiles.length === 1 ? tiles[0] : undefined;
    const cell = over.kind === "cell" ? (rows[over.row]?.cells[over.column] ?? []) : [];
    if (over.kind === "cell" && only && isSameSlot(cell, over.slot, only.key)) return;
    const after = over.kind === "cell" ? afterOf(cell, over.slot, new Set(keys)) : null;
    if (acts.move(tiles, placeOf(over), after)) deskActs.patch({ selected: new Set() });
  };
  const pointer = usePointer({
    layout,
    zoom,
    scroller,
    plane,
    tray,
    canEdit,
    selected: desk.selected,
    onDrop: drop,
    onLink: (from, to) => input.link(from, to),
    onHand: props.onHand,
  });
  const {
    drag,
    hover,
    linkDrag,
    onPointerDown,
    onPointerMove,
    onPointerLeave,
    setLifted,
    setRubber,
    endsDrag,
  } = pointer;
  const dragged = drag?.keys[0] ?? null;

  const isHere = (key: string) => layout.byKey.has(key) || parked.some((tile) => tile.key === key);
  const focus = desk.focus !== null && isHere(desk.focus) ? desk.focus : first(layout);
  useFocus(scroller, layout, desk, zoom);
  const input = useBoardInput({
    model,
    placement,
    layout,
    rows,
    parked,
    teams,
    focus,
    hover,
    canEdit,
    desk,
    deskActs,
    acts,
    endsDrag: endsDrag,
    onOpen: props.onOpen,
    onExpand: props.onExpand,
  });

  // What is in hand is not moved by others, nor what keys would act on. A card that a mouse has let go of is in nobody's
  // hand, though the browser leaves its focus there: it follows what others do.
  const { onGuard } = props;
  const guard = (key: string | null) => {
    const tile = key === null ? undefined : placement.byKey.get(key);
    onGuard(new Set(tile ? [tile.card.id, ...tile.stories.map((story) => story.id)] : []));
  };
  useEffect(() => {
    guard(dragged);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- when it is lifted, and when it is let go
  }, [dragged]);

  useGlide(layout, props.glide);

  const preview = usePreview(model, placement, rows, drag, carried);
  const active =
    hover?.box?.tile.key ?? desk.linking ?? (desk.n_refocus > 0 ? desk.focus : null) ?? props.open;
  const curves = useCurves(
    isSettled ? layout : null,
    dependencies,
    active,
    dragged === null ? null : { key: dragged, over: drag?.over ?? null },
  );
  const curveTop = Math.floor((view.y - CURVE_STEP) / CURVE_STEP) * CURVE_STEP;

  const drawn = useMemo(() => {
    if (view.w === 0) return [];
    const boxes = new Set<Box>(window.boxes);
    for (const key of [focus, dragged]) {
      const box = key === null ? undefined : layout.byKey.get(key);
      if (box) boxes.add(box);
    }
    return [...boxes];
  }, [window, layout, focus, dragged, view.w]);
  const drawnSet = useMemo(() => new Set(drawn), [drawn]);
  const focusBox = focus === null ? undefined : layout.byKey.get(focus);
  const cellShown = (row: number, column: number): CellShown => ({
    load: preview.loadAt(row, column),
    owns: cellBoxes(layout, row, column)
      .filter((box) => drawnSet.has(box) && !box.tile.key.endsWith(GHOST))
      .map((box) => domId(box.tile.key))
      .join(" "),
    n_cards: rows[row]?.cells[column]?.length ?? 0,
    is_over: preview.over?.row === row && preview.over.column === column,
    has_focus: focusBox?.row === row && focusBox.column === column,
  });
  const rowSum = (row: BoardRow): { load: number; capacity: number | null } => {
    let load = 0;
    let capacity: number | null = null;
    row.cells.forEach((cell, column) => {
      if (row.type !== null) return void (load += cell.reduce((sum, tile) => sum + pointsOf(tile), 0));
      load += placement.load[row.team * placement.n_columns + column] ?? 0;
      const one = capacityOf(set_up, row.team, column);
      if (one) capacity = (capacity ?? 0) + one.capacity;
    });
    return { load, capacity };
  };

  const card_w = (layout.column_x[1] ?? 0) - (layout.column_x[0] ?? 0) - 2 * layout.metrics.gutter;
  const narrow = [
    style.plane,
    sprint === null && card_w < N_NARROW && tileStyle.narrow,
    sprint === null && card_w < N_NARROWER && tileStyle.narrower,
  ];
  const now_column = set_up.columns.findIndex(
    ({ start_on, finish_on }) =>
      start_on !== null && finish_on !== null && start_on <= today && today <= finish_on,
  );
  const column_names = useMemo(() => set_up.columns.map((column) => column.name), [set_up.columns]);
  const n_items = useMemo(() => countRows(rows), [rows]);
  const corner = [
    plural(rows.length, rows[0]?.type == null ? "team" : "type"),
    density === "comfortable" ? plural(n_columns, "sprint") : plural(n_items, "item"),
  ].join(", ");
  const isSelected = (key: string) =>
    desk.selected.has(key) || key === props.open || key === desk.linking || key === linkDrag?.over;

  const isCovered = sprint !== null && Boolean(props.panel);

  return (
    <>
      <div
        className={style.body}
        data-panel={props.panel ? true : undefined}
        onKeyDown={(event) => {
          const key = (event.target as HTMLElement).dataset["key"];
          if (key) guard(key);
          input.onKeyDown(event);
        }}
        onClick={input.onClick}
        onDoubleClick={input.onDoubleClick}
        onContextMenu={input.onContextMenu}
        onPointerDown={onPointerDown}
      >
        <div
          ref={scroller}
          className={style.scroller}
          inert={isCovered}
          data-density={density}
          data-dragging={drag ? true : undefined}
          onPointerMove={onPointerMove}
          onPointerLeave={onPointerLeave}
          onFocus={(event) => {
            const key = (event.target as HTMLElement).dataset["key"];
            if (!key) return;
            if (key !== desk.focus) deskActs.patch({ focus: key });
            guard(event.target.matches(":focus-visible") ? key : null);
          }}
          onBlur={(event) => {
            if (!event.currentTarget.contains(event.relatedTarget) && !carried) onGuard(new Set());
          }}
        >
          <div
            ref={plane}
            className={narrow.filter(Boolean).join(" ")}
            style={{ width: layout.width, height: layout.height, zoom: zoom === 1 ? undefined : zoom }}
          >
            <div
              className={style.grid}
              role="grid"
              aria-label={`${model.board.name}: ${corner}`}
              aria-rowcount={rows.length + 1}
              aria-colcount={n_columns + 1}
            >
              {sprint === null && (
                <Header
                  layout={layout}
                  set_up={set_up}
                  corner={corner}
                  today={today}
                  now_ms={now_ms}
                  dependencies={dependencies.all}
                />
              )}
              {layout.rows.slice(window.rows[0], window.rows[1]).map((box, i) => {
                const row = window.rows[0] + i;
                const own = rows[row];
                if (!own || view.w === 0) return null;
                const team = own.type === null ? set_up.teams[own.team] : undefined;
                const columns: readonly [number, number] =
                  sprint === null ? window.columns : [sprint, sprint + 1];
                return (
                  <RowView
                    key={box.key}
                    layout={layout}
                    row={row}
                    board_id={props.board_id}
                    team_id={team?.id ?? null}
                    name={own.type ?? team?.name ?? ""}
                    sub={team?.sub ?? null}
                    unit={set_up.unit.name}
                    is_folded={own.is_folded === true}
                    onFold={sprint === null ? props.onFold : undefined}
                    {...rowSum(own)}
                    columns={columns}
                    now_column={now_column}
                    cells={Array.from({ length: columns[1] - columns[0] }, (_, k) =>
                      cellShown(row, columns[0] + k),
                    )}
                    column_names={column_names}
                  />
                );
              })}
            </div>
            {sprint === null && isSettled && (
              <CurvesView
                width={layout.width}
                top={Math.max(0, curveTop)}
                bottom={Math.min(Math.ceil(layout.height / 10) * 10, curveTop + CURVE_H + view.h)}
                curves={curves.curves}
                strong={curves.strong}
                stubs={curves.stubs}
              />
            )}
            <div className={style.tiles}>
              {drawn.map(({ tile, x, y, w, h, lines }) => (
                <TileView
                  key={tile.key}
                  shown={describe(world, tile)}
                  x={x}
                  y={y}
                  w={w}
                  h={h}
                  lines={lines}
                  tabIndex={tile.key === focus ? 0 : -1}
                  is_selected={isSelected(tile.key)}
                  is_found_now={tile.key === focus}
                  mode={
                    tile.key.endsWith(GHOST) || drag?.keys.includes(tile.key)
                      ? "ghost"
                      : carried?.key === tile.key
                        ? "lift"
                        : null
                  }
                />
              ))}
            </div>
            <Overlays
              world={world}
              placement={placement}
              layout={layout}
              rows={rows}
              drag={drag}
              linkDrag={linkDrag}
              onRope={setRubber}
              hover={hover}
              desk={desk}
              deskActs={deskActs}
              acts={acts}
              canEdit={canEdit}
              hasMenu={props.board_id !== null}
              held={props.held}
              onShowHeld={props.onShowHeld}
              onMenu={(key, x, y) => deskActs.patch({ focus: key, menu: { keys: input.keysFor(key), x, y } })}
            />
          </div>
        </div>
        {props.panel}
        {drag && dragged && (
          <Lifted
            ref={setLifted}
            world={world}
            tile={placement.byKey.get(dragged)}
            n={drag.keys.length}
            zoom={zoom}
            w={Math.min(card_w, 320)}
            h={layout.byKey.get(dragged)?.h ?? layout.metrics.card_h}
          />
        )}
        <Doing
          world={world}
          placement={placement}
          desk={desk}
          drag={drag}
          to={drag?.over ? placeOf(drag.over) : null}
        />
        {props.foot}
      </div>
      <Tray
        ref={tray}
        world={world}
        tiles={parked}
        isOpen={desk.has_tray}
        isCovered={isCovered}
        canEdit={canEdit}
        isOver={drag?.over?.kind === "tray" || carried?.column === -1}
        focus={focus}
        desk={desk}
        open={props.open}
        dragged={drag?.keys ?? []}
        onToggle={() => deskActs.patch({ has_tray: !desk.has_tray })}
        onKeyDown={input.onKeyDown}
        onClick={input.onClick}
        onContextMenu={input.onContextMenu}
        onPointerDown={onPointerDown}
        onFocusTile={(key) => deskActs.patch({ focus: key })}
      />
    </>
  );
}
