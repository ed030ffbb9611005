// The board of a link: found, filtered, grouped and zoomed like any board, and never changed. What is chosen stays in this
// page; its address is the link and holds nothing else.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { isFree } from "../../app/keys";
import layoutStyle from "../../ui/layout.module.css";
import { useMedia } from "../../ui/useMedia";
import { useNow } from "../../ui/useNow";
import { Board } from "../Board";
import { NothingShown } from "../BoardStates";
import style from "../board.module.css";
import { useDesk } from "../desk";
import { countFilters } from "../filters";
import { looksOf } from "../icons";
import type { Density } from "../layout";
import { clean, NO_FILTER_SEARCH, type BoardSearch } from "../search";
import { ShareMenu } from "../share/ShareMenu";
import { SprintSwitch, nowColumn } from "../SprintSwitch";
import type { TileWorld } from "../tileProps";
import { Toolbar } from "../Toolbar";
import type { BoardActs } from "../useActs";
import { useFolding } from "../useFolding";
import { useShownBoard } from "../useShownBoard";
import { SharedCard } from "./SharedCard";
import type { Plan } from "../plan";

const NOTHING = () => undefined;
/** Nothing can be done here; the board asks for the acts all the same. */
const NO_ACTS: BoardActs = {
  move: () => false,
  set: () => undefined,
  assign: () => undefined,
  create: () => "",
  link: () => undefined,
  unlink: () => undefined,
  agree: () => undefined,
  parent: () => undefined,
  remove: () => undefined,
  putBack: () => Promise.resolve(false),
  comment: () => Promise.resolve(false),
  step: () => undefined,
};
const NOBODY: ReadonlyMap<string, never> = new Map<string, never>();
const NONE: ReadonlySet<string> = new Set<string>();

export default function SharedBoard({ plan, isDark }: { plan: Plan; isDark: boolean }) {
  const { model } = plan;
  const { board, frame } = model;
  const [search, setSearch] = useState<BoardSearch>({});
  const [density, setDensity] = useState<Density>("comfortable");
  const [zoom, setZoom] = useState(1);
  const [isFilterOpen, setFilterOpen] = useState(false);
  const [isByKey, setByKey] = useState(false);
  const [desk, deskActs] = useDesk();
  const isPhone = useMedia("(max-width: 640px)");
  const now_ms = useNow(60_000);
  const findField = useRef<HTMLInputElement>(null);
  const patch = useCallback(
    (changes: Partial<BoardSearch>) => setSearch((old) => clean({ ...old, ...changes })),
    [],
  );
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || !isFree(event.target))
        return;
      event.preventDefault();
      findField.current?.focus();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);

  const { expanded, folded, toggleStories, toggleRow, showAllStories, foldAll } = useFolding(search, patch);
  const shown = useShownBoard({ model, plan, search, expanded, folded, now_ms });
  const { filter, group, placement, dependencies, rows, parked, health, found, foundSet } = shown;
  const { n_items, n_shown, pictured } = shown;
  const world: TileWorld = useMemo(
    () => ({
      model,
      dependencies,
      looks: looksOf(frame.types, isDark),
      density,
      is_phone: isPhone,
      isSlow: () => false,
      present: NOBODY,
      marks: NOBODY,
      shaken: NONE,
      found: foundSet,
    }),
    [model, dependencies, frame.types, isDark, density, isPhone, foundSet],
  );
  const sprint = isPhone
    ? Math.min(search.sprint ?? nowColumn(frame.set_up.columns, now_ms), frame.set_up.columns.length - 1)
    : null;
  const openCard = search.card === undefined ? undefined : model.cards.get(search.card);
  const openTile = openCard && placement.tileOf.get(openCard.id);
  const open = (card: string, byKey: boolean) => {
    setByKey(byKey);
    patch({ card });
  };
  const show = (key: string) => {
    const tile = placement.byKey.get(key);
    if (!tile) return;
    if (tile.column < 0) deskActs.patch({ has_tray: true });
    else if (isPhone) patch({ sprint: tile.column });
    deskActs.focusOn(key);
  };
  const close = () => {
    const key = openTile?.key ?? desk.focus;
    patch({ card: undefined });
    if (key) requestAnimationFrame(() => deskActs.focusOn(key));
  };
  // Finding scrolls and marks; the words stay in the field under the hand.
  const goFound = (step: 1 | -1) => {
    const at = found.indexOf(desk.focus ?? "");
    const next = found[(at + step + found.length) % Math.max(1, found.length)];
    if (next === undefined) return;
    const field = document.activeElement as HTMLElement | null;
    show(next);
    requestAnimationFrame(() => requestAnimationFrame(() => field?.focus({ preventScroll: true })));
  };

  return (
    <div className={style.area}>
      <h1 className={layoutStyle.sr}>{board.name}</h1>
      <div className={style.tools} inert={isPhone && openCard !== undefined}>
        <Toolbar
          isShared
          model={model}
          search={search}
          group={group}
          density={density}
          zoom={zoom}
          expanded={expanded}
          n_folded={rows.filter((row) => row.is_folded).length}
          onZoom={setZoom}
          onStories={showAllStories}
          onFold={(isFolded) => foldAll(isFolded ? rows.map((row) => row.key) : [])}
          health={health}
          n_shown={n_shown}
          n_items={n_items}
          n_found={found.length}
          at_found={Math.max(0, found.indexOf(desk.focus ?? ""))}
          me=""
          isPhone={isPhone}
          findRef={findField}
          readNotes={() => []}
          onLeft={() => undefined}
          onSearch={patch}
          onFind={goFound}
          onDensity={setDensity}
          isFilterOpen={isFilterOpen}
          onFilterOpen={setFilterOpen}
          more={
            <ShareMenu
              isShared
              pictured={pictured}
              isFiltered={countFilters(filter) > 0}
              n_shown={n_shown}
              n_items={n_items}
            />
          }
        />
        <span />
        {isPhone && (
          <SprintSwitch
            columns={frame.set_up.columns}
            at={sprint ?? 0}
            onChoose={(next) => patch({ sprint: next })}
          />
        )}
      </div>
      <Board
        board_id={null}
        world={world}
        placement={placement}
        rows={rows}
        parked={parked}
        density={density}
        zoom={isPhone ? 1 : zoom}
        sprint={sprint}
        canEdit={false}
        desk={desk}
        deskActs={deskActs}
        acts={NO_ACTS}
        open={openTile?.key ?? null}
        onOpen={(tile, byKey) => open(tile.card.id, byKey)}
        held={NOBODY}
        onShowHeld={() => undefined}
        onExpand={(feature) => toggleStories(feature, plan.placement)}
        onFold={toggleRow}
        onGuard={NOTHING}
        onHand={NOTHING}
        glide={0}
        panel={
          openCard ? (
            <SharedCard
              key={openCard.id}
              model={model}
              placement={placement}
              dependencies={dependencies}
              looks={world.looks}
              card={openCard}
              takesFocus={isByKey || isPhone}
              onOpen={(id) => open(id, true)}
              onClose={close}
            />
          ) : null
        }
        foot={
          rows.every((row) => row.cells.every((cell) => cell.length === 0)) && (
            <NothingShown
              isFiltered={countFilters(filter) > 0}
              board={board}
              onClear={() => patch({ ...NO_FILTER_SEARCH, group: undefined })}
            />
          )
        }
      />
    </div>
  );
}
