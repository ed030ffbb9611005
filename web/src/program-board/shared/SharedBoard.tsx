// The board of a link: found, filtered, grouped and zoomed like any board, and never changed. What is chosen stays in this
// page; its address is the link and holds nothing else.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { isFree } from "../../app/keys";
import layoutStyle from "../../ui/layout.module.css";
import { Empty } from "../../ui/surface";
import { dateOf } from "../../ui/time";
import { Button } from "../../ui/Button";
import { useMedia } from "../../ui/useMedia";
import { useNow } from "../../ui/useNow";
import { Board } from "../Board";
import style from "../board.module.css";
import { useDesk } from "../desk";
import { countFilters, find, matchesTile, rowsOf } from "../filters";
import { looksOf } from "../icons";
import type { Density } from "../layout";
import { countHealth, dependenciesOf } from "../links";
import { withStories } from "../nesting";
import type { Tile } from "../placement";
import { clean, filterOf, groupOf, NO_FILTER_SEARCH, type BoardSearch } from "../search";
import { ShareMenu } from "../share/ShareMenu";
import { SprintSwitch, nowColumn } from "../SprintSwitch";
import type { TileWorld } from "../tileProps";
import { Toolbar } from "../Toolbar";
import type { BoardActs } from "../useActs";
import { useFolding } from "../useFolding";
import { SharedCard } from "./SharedCard";
import type { SharedPlan } from "./useShared";

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

export default function SharedBoard({ plan, isDark }: { plan: SharedPlan; isDark: boolean }) {
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

  const filter = useMemo(() => filterOf(search), [search]);
  const group = groupOf(search);
  const { expanded, folded, toggleStories, toggleRow, showAllStories, foldAll } = useFolding(search, patch);
  const { placement, dependencies } = useMemo(() => {
    const unfolded = group === "type" ? plan.placement : withStories(model, plan.placement, expanded);
    if (unfolded === plan.placement) return plan;
    return { placement: unfolded, dependencies: dependenciesOf(model, unfolded) };
  }, [model, plan, expanded, group]);
  const rows = useMemo(() => {
    const all = rowsOf(model, placement, dependencies, filter, group);
    return all.map((row) => (folded.includes(row.key) ? { ...row, is_folded: true } : row));
  }, [model, placement, dependencies, filter, group, folded]);
  const parked = useMemo(
    () => placement.parked.filter((tile) => matchesTile(model, dependencies, filter, tile)),
    [model, placement, dependencies, filter],
  );
  const shown = useMemo(() => rows.flatMap((row) => row.cells.flat()), [rows]);
  const health = useMemo(() => {
    const keys = new Set(shown.map((tile) => tile.key));
    return countHealth(
      dependencies.all,
      (one) => keys.has(one.giver?.key ?? "") || keys.has(one.taker?.key ?? ""),
    );
  }, [dependencies, shown]);
  const found = useMemo(() => find(rows, parked, search.q ?? ""), [rows, parked, search.q]);
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
      found: new Set(found),
    }),
    [model, dependencies, frame.types, isDark, density, isPhone, found],
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
  const pictured = useMemo(
    () => ({ model, placement, dependencies, rows, parked, now_ms, today: dateOf(now_ms) }),
    [model, placement, dependencies, rows, parked, now_ms],
  );
  const n_items = countPlanned([...placement.byKey.values()]);
  const n_shown = countPlanned(shown);

  return (
    <div className={style.area}>
      <h1 className={layoutStyle.sr}>{board.name}</h1>
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
          shown.length === 0 &&
          countFilters(filter) > 0 && (
            <div className={style.nothing} data-tools>
              <Empty
                art="search"
                title="No card matches these filters"
                acts={
                  <Button look="primary" onClick={() => patch({ ...NO_FILTER_SEARCH, group: undefined })}>
                    Clear filters
                  </Button>
                }
              />
            </div>
          )
        }
      />
    </div>
  );
}

function countPlanned(tiles: readonly Tile[]): number {
  return tiles.filter((tile) => tile.kind === "card" && !tile.is_nested && tile.column >= 0 && tile.team >= 0)
    .length;
}
