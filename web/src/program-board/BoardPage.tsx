// The page of one board: what it shows is in the address, what is done on it goes through acts.
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Suspense, lazy, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { ConnectionBanners, OwnTokenBanner } from "../action-items/OwnTokenBanner";
import { Problem, sentence } from "../api/client";
import { useKeys } from "../app/keys";
import { usePaletteOffer } from "../app/palette-offers";
import { Page } from "../app/Page";
import { connectionsQuery } from "../app/queries";
import { useMe } from "../app/session";
import { useIsLost } from "../live/live";
import { announce } from "../ui/announce";
import { Button } from "../ui/Button";
import layout from "../ui/layout.module.css";
import { Empty } from "../ui/surface";
import { useMedia } from "../ui/useMedia";
import { useNow } from "../ui/useNow";
import { Bars } from "./Bars";
import { CardDialogs } from "./CardDialogs";
import { Board } from "./Board";
import style from "./board.module.css";
import { Loading, NothingShown } from "./BoardStates";
import { countDraftTeams } from "./counts";
import { useDesk, type EditKind } from "./desk";
import { countFilters } from "./filters";
import { looksOf } from "./icons";
import { follow } from "./keys";
import type { BoardSummary as ListedBoard } from "./list/shapes";
import { featureOf } from "./nesting";
import { tileFor, type Tile } from "./placement";
import { boardOffer } from "./paletteOffer";
import type { Plan } from "./plan";
import { Presence } from "./Presence";
import { clean, NO_FILTER_SEARCH, type BoardSearch } from "./search";
import type { Card, Present } from "./shapes";
import { SelectionBar } from "./SelectionBar";
import { ShareMenu } from "./share/ShareMenu";
import { SprintSwitch, nowColumn } from "./SprintSwitch";
import { BoardPill } from "./tabs/BoardPill";
import { BoardTabs } from "./tabs/BoardTabs";
import type { TileWorld } from "./tileProps";
import { Toolbar } from "./Toolbar";
import { useActs } from "./useActs";
import { useBoard, usePresence, useSeenNotes, type BoardData } from "./useBoard";
import { useFolding } from "./useFolding";
import { useIsDark } from "./useIsDark";
import { useRefusals } from "./useRefusals";
import { useShownBoard } from "./useShownBoard";
import { useSize } from "./useSize";
import { useUndoKeys } from "./useUndoKeys";

const CardPanel = lazy(() => import("./panel/CardPanel"));
const AgreementPanel = lazy(() => import("./panel/AgreementPanel"));

const NO_HELD: ReadonlyMap<string, Card | null> = new Map();
export function BoardPage() {
  const { id } = useParams({ from: "/boards/$id" });
  const data = useBoard(id);
  const { state, plan, store } = data;
  const me = useMe();
  const now_ms = useNow(60_000);
  const board = state.replica?.board;
  const error = state.error;
  const isGone = error instanceof Problem && (error.status === 404 || error.status === 403);
  return (
    <Page
      title={board?.name ?? "Board"}
      place={board && <BoardTabs board={board} here="board" />}
      pill={
        board && (
          <>
            <BoardPill board={board as ListedBoard} />
            <Presence present={state.present} me={me.id} />
          </>
        )
      }
      banners={
        <>
          <OwnTokenBanner />
          {board?.write_mode === "live" && board.connection && (
            <ConnectionBanners now_ms={now_ms} only={board.connection.id} />
          )}
        </>
      }
    >
      {plan && !isGone ? (
        <BoardBody key={id} data={data} plan={plan} />
      ) : error ? (
        <div className={style.nothing}>
          <Empty
            art="broken"
            title={isGone ? "This board cannot be shown" : "The board could not be read"}
            acts={
              <Button look="primary" onClick={() => void store.load()}>
                Try again
              </Button>
            }
          >
            {isGone ? "It was removed, or you may not see it." : sentence(error)}
          </Empty>
        </div>
      ) : (
        <Loading />
      )}
    </Page>
  );
}

function BoardBody({ data, plan }: { data: BoardData; plan: Plan }) {
  const { store, state, isSlow } = data;
  const { model } = plan;
  const { board } = model;
  const me = useMe();
  const search = useSearch({ from: "/boards/$id" });
  const navigate = useNavigate({ from: "/boards/$id" });
  const isPhone = useMedia("(max-width: 640px)");
  const isDark = useIsDark(me.theme);
  const isLost = useIsLost();
  const canEdit = board.may_edit && board.write_mode !== "read_only" && !isLost;
  const acts = useActs(store);
  const now_ms = useNow(60_000);
  const [desk, deskActs] = useDesk();
  const [isFilterOpen, setFilterOpen] = useState(false);
  const [isByKey, setByKey] = useState(false);
  const [parentOf, setParentOf] = useState<string | null>(null);
  const [isLeftOpen, setLeftOpen] = useState(false);
  const findField = useRef<HTMLInputElement>(null);
  const readNotes = useSeenNotes(board.id, state.replica?.change);

  const patch = useCallback(
    (changes: Partial<BoardSearch>) =>
      void navigate({ search: (old) => clean({ ...old, ...changes }), replace: true }),
    [navigate],
  );
  const size = useSize(`${me.id}.${board.id}`, search, patch);
  const { density, zoom } = size;

  // ---- what is shown ----
  const { expanded, folded, toggleStories, toggleRow, showAllStories, foldAll } = useFolding(search, patch);
  const shown = useShownBoard({ model, plan, search, expanded, folded, now_ms });
  const { filter, group, placement, dependencies, rows, parked, isShown, health, found, foundSet } = shown;
  const { n_items, n_shown, pictured } = shown;
  const present = useMemo(
    () =>
      new Map<string, Present>(
        state.present.flatMap((one) => (one.item && one.member_id !== me.id ? [[one.item, one]] : [])),
      ),
    [state.present, me.id],
  );
  const looks = useMemo(() => looksOf(model.frame.types, isDark), [model.frame.types, isDark]);
  const { marks, shaken } = state;
  const world: TileWorld = useMemo(
    () => ({
      model,
      dependencies,
      looks,
      density,
      is_phone: isPhone,
      isSlow,
      present,
      marks,
      shaken,
      found: foundSet,
    }),
    [model, dependencies, looks, density, isPhone, isSlow, present, marks, shaken, foundSet],
  );
  const now = nowColumn(model.frame.set_up.columns, now_ms);
  const sprint = isPhone ? Math.min(search.sprint ?? now, model.frame.set_up.columns.length - 1) : null;

  // ---- one card, or one agreement, beside the board ----
  const openCard = search.card === undefined ? undefined : model.cards.get(search.card);
  const openLink =
    search.link === undefined ? undefined : dependencies.all.find((one) => one.key === search.link);
  const openTile = openCard && placement.tileOf.get(openCard.id);
  const open = (card: string, byKey: boolean) => {
    setByKey(byKey);
    void navigate({
      search: (old) => clean({ ...old, card, link: undefined }),
      replace: search.card !== undefined,
    });
  };
  const close = () => {
    const key = openTile?.key ?? desk.focus;
    patch({ card: undefined, link: undefined });
    if (key) requestAnimationFrame(() => deskActs.focusOn(key));
  };
  const show = (card: string) => {
    const tile = placement.tileOf.get(card);
    if (!tile) return;
    if (tile.column < 0) deskActs.patch({ has_tray: true });
    else if (isPhone) patch({ sprint: tile.column });
    if (isPhone) patch({ card: undefined, link: undefined });
    deskActs.focusOn(tile.key);
  };
  // Whatever leads to a card leads out of a folded row too.
  const { focus, n_refocus } = desk;
  const wentTo = useRef(n_refocus);
  useEffect(() => {
    if (wentTo.current === n_refocus || focus === null) return;
    wentTo.current = n_refocus;
    const tile = placement.byKey.get(focus);
    const row = tile && rows.find((one) => one.is_folded && one.cells[tile.column]?.includes(tile));
    if (row) toggleRow(row.key);
  }, [focus, n_refocus, placement, rows, toggleRow]);

  usePresence(store, openCard?.id ?? null, !isLost, me.has_presence);

  // A card named by the address that somebody opened is shown, wherever it lies.
  const shownOnce = useRef(false);
  useEffect(() => {
    if (shownOnce.current || !openTile) return;
    shownOnce.current = true;
    deskActs.patch({ focus: openTile.key, has_tray: openTile.column < 0 });
  }, [openTile, deskActs]);

  // Of the connection its address alone: that it was read again draws no board.
  const { data: server_url } = useQuery({
    ...connectionsQuery,
    select: (all) => all.find((one) => one.id === board.connection?.id)?.server_url,
  });
  const urlOfNumber = (number: number) =>
    server_url === undefined ? null : `${server_url.replace(/\/$/, "")}/_workitems/edit/${number}`;
  const urlOf = (card: Card) => (card.number === null ? null : urlOfNumber(card.number));

  useRefusals(data, open);

  // ---- keys ----
  const tilesOf = (keys: readonly string[]): Tile[] =>
    keys.flatMap((key) => tileFor(placement, model.cards, key) ?? []);
  const inHand = (): string[] => {
    if (desk.selected.size > 0) return [...desk.selected];
    const key = (document.activeElement as HTMLElement | null)?.dataset["key"] ?? openCard?.id ?? desk.focus;
    return key ? [key] : [];
  };
  const edit = (kind: EditKind) => () => {
    const keys = inHand();
    if (canEdit && keys.length > 0) deskActs.patch({ editing: { keys, kind } });
  };
  const create = () => {
    const tile = tilesOf(inHand())[0];
    const row = rows.find((one) => one.team >= 0);
    const team = tile && tile.team >= 0 ? tile.team : (row?.team ?? -1);
    const column = sprint ?? (tile && tile.column >= 0 ? tile.column : Math.max(0, now));
    if (canEdit && team >= 0) deskActs.patch({ creating: { team, column, parent: null } });
  };
  const followLink = (step: 1 | -1) => () => {
    const key = inHand()[0];
    if (!key) return;
    const next = follow(dependencies.byTile.get(key) ?? [], key, step);
    if (next) deskActs.focusOn(next);
    else announce(step === 1 ? "Nothing waits for this card" : "This card waits for nothing");
  };
  const goFound = (step: 1 | -1) => {
    const at = found.indexOf(desk.focus ?? "");
    const next = found[(at + step + found.length) % Math.max(1, found.length)];
    const tile = next === undefined ? undefined : placement.byKey.get(next);
    if (!tile) return;
    if (tile.column < 0) deskActs.patch({ has_tray: true });
    else if (isPhone) patch({ sprint: tile.column });
    deskActs.patch({ focus: tile.key, n_refocus: desk.n_refocus });
    scrollOnly.current(tile.key);
  };
  // Finding scrolls and marks; the words stay in the field under the hand.
  const scrollOnly = useRef<(key: string) => void>(() => undefined);
  useEffect(() => {
    scrollOnly.current = (key) => {
      const field = document.activeElement as HTMLElement | null;
      deskActs.focusOn(key);
      requestAnimationFrame(() => requestAnimationFrame(() => field?.focus({ preventScroll: true })));
    };
  }, [deskActs]);
  useKeys({
    "/": () => findField.current?.focus(),
    F: () => setFilterOpen(true),
    D: size.nextDensity,
    C: create,
    M: () => {
      const keys = inHand();
      if (canEdit && keys.length > 0) deskActs.patch({ moving: keys });
    },
    S: edit("state"),
    P: edit("points"),
    A: edit("assignee"),
    L: () => {
      const key = inHand()[0];
      if (canEdit && key) {
        deskActs.patch({ linking: key });
        announce("Choose the card that waits for this one. Enter links, Escape cancels.");
      }
    },
    E: () => {
      const feature = tilesOf(inHand()).map(featureOf)[0];
      if (feature) toggleStories(feature, plan.placement);
    },
    "+": () => size.stepZoom(1),
    "-": () => size.stepZoom(-1),
    "[": followLink(-1),
    "]": followLink(1),
    O: () => {
      const card = tilesOf(inHand())[0]?.card;
      const url = card && urlOf(card);
      if (url) window.open(url, "_blank", "noreferrer");
    },
    T: () => {
      const team = model.frame.set_up.teams[tilesOf(inHand())[0]?.team ?? rows[0]?.team ?? -1];
      if (team) void navigate({ to: "/boards/$id/lens/$team", params: { id: board.id, team: team.id } });
    },
    Escape: () => {
      if (desk.linking !== null) return deskActs.patch({ linking: null });
      if (desk.selected.size > 0) return deskActs.patch({ selected: new Set() });
      if (openCard || openLink) close();
    },
  });
  useUndoKeys(acts.step, canEdit);
  usePaletteOffer((query) =>
    boardOffer(query, {
      model,
      placement,
      looks,
      hand: inHand(),
      canEdit,
      onGo: (card, tile) => {
        // What a filter hides is not gone to, so the filter goes.
        if (!isShown(tile) && !parked.includes(tile)) patch(NO_FILTER_SEARCH);
        if (tile.card.id === card.id) show(card.id);
        else open(card.id, true);
      },
      onMove: (moving) => deskActs.patch({ moving }),
    }),
  );

  const isOnHold = board.write_mode === "hold";
  const n_draft_teams = useMemo(
    () => (isOnHold ? countDraftTeams(model.cards.values()) : 0),
    [isOnHold, model.cards],
  );
  const panel = openCard ? (
    <Suspense>
      <CardPanel
        key={openCard.id}
        store={store}
        model={model}
        placement={placement}
        dependencies={dependencies}
        looks={looks}
        card={openCard}
        isSlow={isSlow(openCard.id)}
        canEdit={canEdit}
        takesFocus={isByKey || isPhone}
        acts={acts}
        urlOf={urlOf}
        onClose={close}
        onMove={() => deskActs.patch({ moving: [openCard.id] })}
        onLinkFrom={() => {
          const key = placement.tileOf.get(openCard.id)?.key;
          if (key) deskActs.patch({ linking: key });
          if (isPhone) patch({ card: undefined });
        }}
        onRemove={() => deskActs.patch({ removing: [openCard.id] })}
        onParent={() => setParentOf(openCard.id)}
        onShow={() => show(openCard.id)}
        onLink={(one) => patch({ link: one.key, card: undefined })}
        onOpen={(id) => open(id, true)}
      />
    </Suspense>
  ) : openLink ? (
    <Suspense>
      <AgreementPanel
        key={openLink.key}
        model={model}
        placement={placement}
        dependencies={dependencies}
        looks={looks}
        one={openLink}
        canEdit={canEdit}
        takesFocus
        acts={acts}
        onClose={close}
        onOpen={(id) => open(id, true)}
        onLink={(one) => patch({ link: one.key })}
        onShow={show}
      />
    </Suspense>
  ) : null;

  return (
    <div className={style.area}>
      <h1 className={layout.sr}>{board.name}</h1>
      <div className={style.tools} inert={isPhone && panel !== null}>
        <Toolbar
          model={model}
          search={search}
          group={group}
          density={density}
          zoom={zoom}
          expanded={expanded}
          n_folded={rows.filter((row) => row.is_folded).length}
          onZoom={size.setZoom}
          onStories={showAllStories}
          onFold={(isFolded) => foldAll(isFolded ? rows.map((row) => row.key) : [])}
          health={health}
          n_shown={n_shown}
          n_items={n_items}
          n_found={found.length}
          at_found={Math.max(0, found.indexOf(desk.focus ?? ""))}
          me={me.id}
          isPhone={isPhone}
          findRef={findField}
          readNotes={readNotes}
          onLeft={() => setLeftOpen(true)}
          onSearch={patch}
          onFind={goFound}
          onDensity={size.setDensity}
          isFilterOpen={isFilterOpen}
          onFilterOpen={setFilterOpen}
          more={
            <ShareMenu
              pictured={pictured}
              isFiltered={countFilters(filter) > 0}
              n_shown={n_shown}
              n_items={n_items}
            />
          }
        />
        <Bars
          board={board}
          n_draft_teams={n_draft_teams}
          news={state.news}
          onShowNews={() => {
            const first = state.news?.ids.find((id) => placement.tileOf.has(id));
            if (first) show(first);
            store.dismissNews();
          }}
          onDismissNews={() => store.dismissNews()}
        />
        {isPhone && (
          <SprintSwitch
            columns={model.frame.set_up.columns}
            at={sprint ?? 0}
            onChoose={(next) => patch({ sprint: next })}
          />
        )}
      </div>
      <Board
        board_id={board.id}
        world={world}
        placement={placement}
        rows={rows}
        parked={parked}
        density={density}
        zoom={isPhone ? 1 : zoom}
        sprint={sprint}
        canEdit={canEdit}
        desk={desk}
        deskActs={deskActs}
        acts={acts}
        open={openTile?.key ?? openLink?.taker?.key ?? null}
        onOpen={(tile, byKey) => open(tile.card.id, byKey)}
        held={state.replica?.held ?? NO_HELD}
        onShowHeld={(tile) =>
          [tile.card.id, ...tile.stories.map((story) => story.id)].forEach((one) => store.letGo(one))
        }
        onExpand={(feature) => toggleStories(feature, plan.placement)}
        onFold={toggleRow}
        onGuard={(ids) => store.guard(ids)}
        onHand={store.noteHand}
        glide={state.glide}
        panel={panel}
        foot={
          <>
            {desk.selected.size > 0 && (
              <SelectionBar
                n={desk.selected.size}
                canEdit={canEdit}
                onMove={() => deskActs.patch({ moving: [...desk.selected] })}
                onEdit={(kind) => edit(kind)()}
                onRemove={() => deskActs.patch({ removing: [...desk.selected] })}
                onClear={() => deskActs.patch({ selected: new Set() })}
              />
            )}
            {rows.every((row) => row.cells.every((cell) => cell.length === 0)) && (
              <NothingShown
                isFiltered={countFilters(filter) > 0}
                board={board}
                onClear={() => patch({ ...NO_FILTER_SEARCH, group: undefined })}
              />
            )}
          </>
        }
      />
      <CardDialogs
        model={model}
        placement={placement}
        desk={desk}
        deskActs={deskActs}
        acts={acts}
        canEdit={canEdit}
        now_ms={now_ms}
        tilesOf={tilesOf}
        parentOf={parentOf}
        isLeftOpen={isLeftOpen}
        urlOfNumber={urlOfNumber}
        onOpen={(id) => open(id, true)}
        onExpand={(feature) => toggleStories(feature, plan.placement)}
        onRemoved={(cards) => {
          if (cards.some((card) => card.id === openCard?.id)) patch({ card: undefined });
        }}
        onParentClose={() => setParentOf(null)}
        onLeftClose={() => setLeftOpen(false)}
      />
    </div>
  );
}
