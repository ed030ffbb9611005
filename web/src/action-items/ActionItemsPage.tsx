import { useNavigate, useSearch } from "@tanstack/react-router";
import { ClipboardPaste, Ellipsis, List, ListFilter, Plus, Search, SquareKanban, Trash2 } from "lucide-react";
import { Suspense, lazy, useRef, useState } from "react";
import { sentence } from "../api/client";
import type { ActionItem, Origin, Status } from "../api/types";
import { LivePill } from "../app/LivePill";
import { Page } from "../app/Page";
import { useKeys } from "../app/keys";
import { useCanEdit, useMe } from "../app/session";
import { Button, IconButton } from "../ui/Button";
import layout from "../ui/layout.module.css";
import { Skeleton } from "../ui/marks";
import { Menu } from "../ui/Menu";
import { Empty, Segments } from "../ui/surface";
import { dateOf } from "../ui/time";
import { useMedia } from "../ui/useMedia";
import { useNow } from "../ui/useNow";
import { ItemCard } from "./ItemCard";
import { ItemsTable, type ItemsProps } from "./ItemsTable";
import style from "./items.module.css";
import { FILTER_WORDS, counts, select, teamsOf } from "./order";
import { ConnectionBanners, OwnTokenBanner } from "./OwnTokenBanner";
import type { ItemsSearch } from "./search";
import { useItemActs, useItems } from "./useItems";
import { ORIGINS, ORIGIN_WORDS } from "./words";

// What is not on the first screen is loaded when it is first opened.
const Board = lazy(() => import("./Board").then((m) => ({ default: m.Board })));
const ItemPanel = lazy(() => import("./ItemPanel").then((m) => ({ default: m.ItemPanel })));
const CreateDialog = lazy(() => import("./CreateDialog").then((m) => ({ default: m.CreateDialog })));
const PasteDialog = lazy(() => import("./PasteDialog").then((m) => ({ default: m.PasteDialog })));
const PushDialog = lazy(() => import("./PushDialog").then((m) => ({ default: m.PushDialog })));

export function ActionItemsPage() {
  const search = useSearch({ from: "/action-items" });
  const navigate = useNavigate({ from: "/action-items" });
  const me = useMe();
  const canEdit = useCanEdit();
  const now_ms = useNow(30_000);
  const isPhone = useMedia("(max-width: 640px)");
  const { items, isLoading, error, refetch, isSlow } = useItems();
  const acts = useItemActs();
  const [pushed, setPushed] = useState<ActionItem | null>(null);
  const [status, setStatus] = useState<Status>("open");
  const [focus, setFocus] = useState<string>();
  const find = useRef<HTMLInputElement>(null);

  const viewer = { me_id: me.id, today: dateOf(now_ms) };
  const selected = select(items, search, viewer);
  const isBoard = search.view === "board";
  const patch = (changes: Partial<ItemsSearch>) =>
    void navigate({ search: (old) => clean({ ...old, ...changes }), replace: true });
  const open = (id: string) => void navigate({ search: (old) => ({ ...old, item: id }) });
  const close = () => {
    const id = search.item;
    patch({ item: undefined });
    // Back to where it was opened from.
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>(`[data-row="${id}"], [data-card="${id}"]`)?.focus(),
    );
  };
  const create = (at: Status) => {
    setStatus(at);
    patch({ create: "one" });
  };

  useKeys({
    C: () => canEdit && create("open"),
    "/": () => find.current?.focus(),
    F: () => find.current?.focus(),
    O: () => {
      const id = search.item ?? focusedId();
      const url = items.find((item) => item.id === id)?.work_item?.url;
      if (url) window.open(url, "_blank", "noreferrer");
    },
    M: () => {
      const id = focusedId();
      if (id) document.querySelector<HTMLElement>(`[data-move="${CSS.escape(id)}"]`)?.click();
    },
    ...(search.item ? { Escape: close } : {}),
  });

  const binEntry = {
    id: "bin",
    label: "Bin",
    icon: <Trash2 size={16} />,
    onPick: () => void navigate({ to: "/action-items/bin" }),
  };
  const pasteEntry = {
    id: "lines",
    label: "Paste lines",
    icon: <ClipboardPaste size={16} />,
    onPick: () => patch({ create: "lines" }),
  };
  const shared: ItemsProps = {
    items: selected,
    open: search.item,
    canEdit,
    now_ms,
    isSlow,
    onOpen: open,
    onStatus: (item, to) => void acts.change(item, { status: to }),
    onPush: setPushed,
  };
  return (
    <Page title="Action items" pill={<LivePill />} banners={<Banners now_ms={now_ms} />}>
      <div className={style.hasPanel} data-panel={search.item !== undefined}>
        <div className={style.scroller}>
          <div className={`${layout.page} ${layout.full}`}>
            <div className={layout.pageHead}>
              <div>
                <h1>Action items</h1>
                <p>Born here, pushed to Azure DevOps when it helps. Ten pasted lines become ten items.</p>
              </div>
              <div className={`${layout.row} ${layout.wrap}`}>
                <Segments
                  label="View"
                  value={search.view ?? "list"}
                  options={[
                    { value: "list", label: "List", icon: <List size={16} aria-hidden /> },
                    { value: "board", label: "Board", icon: <SquareKanban size={16} aria-hidden /> },
                  ]}
                  onChange={(view) => patch({ view })}
                />
                <FilterMenu search={search} teams={teamsOf(items)} onChange={patch} />
                {isPhone ? (
                  <Menu
                    trigger={<IconButton look="plain" label="More" icon={<Ellipsis size={16} />} />}
                    groups={[{ entries: canEdit ? [pasteEntry, binEntry] : [binEntry] }]}
                  />
                ) : (
                  <>
                    <IconButton look="plain" label="Bin" icon={binEntry.icon} onClick={binEntry.onPick} />
                    {canEdit && (
                      <Button icon={pasteEntry.icon} onClick={pasteEntry.onPick}>
                        Paste lines
                      </Button>
                    )}
                  </>
                )}
                {canEdit && (
                  <Button look="primary" icon={<Plus size={16} />} onClick={() => create("open")}>
                    New <kbd>C</kbd>
                  </Button>
                )}
              </div>
            </div>
            <div className={style.filters}>
              <FilterChips search={search} n={counts(items, search, viewer)} onChange={patch} />
              <label className={style.find}>
                <Search size={14} aria-hidden />
                <input
                  ref={find}
                  type="search"
                  placeholder="Find"
                  aria-label="Find action items"
                  value={search.q ?? ""}
                  onChange={(event) => patch({ q: event.target.value })}
                  onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
                />
                <kbd>/</kbd>
              </label>
            </div>
            {isLoading ? (
              <Loading isBoard={isBoard} />
            ) : error ? (
              <Empty
                art="broken"
                title="The action items could not be read"
                acts={
                  <Button look="primary" onClick={() => void refetch()}>
                    Try again
                  </Button>
                }
              >
                {sentence(error)}
              </Empty>
            ) : selected.length === 0 && !(isBoard && items.length > 0) ? (
              <Nothing hasItems={items.length > 0} canEdit={canEdit} onChange={patch} />
            ) : isBoard ? (
              <Suspense fallback={<Skeleton height={320} />}>
                <Board {...shared} onCreate={create} />
              </Suspense>
            ) : isPhone ? (
              <ul className={style.cards}>
                {selected.map((item) => (
                  <li key={item.id}>
                    <ItemCard {...shared} item={item} />
                  </li>
                ))}
              </ul>
            ) : (
              <ItemsTable {...shared} focus={focus} onFocus={setFocus} />
            )}
          </div>
        </div>
        <Suspense>
          {search.item && (
            <ItemPanel
              key={search.item}
              id={search.item}
              shown={items.find((item) => item.id === search.item)}
              teams={teamsOf(items)}
              isSlow={isSlow(search.item)}
              onClose={close}
              onPush={setPushed}
            />
          )}
        </Suspense>
      </div>
      <Suspense>
        {search.create === "one" && (
          <CreateDialog
            status={status}
            teams={teamsOf(items)}
            now_ms={now_ms}
            onClose={() => patch({ create: undefined })}
            onCreated={open}
          />
        )}
        {search.create === "lines" && <PasteDialog onClose={() => patch({ create: undefined })} />}
        {pushed && <PushDialog item={pushed} onClose={() => setPushed(null)} />}
      </Suspense>
    </Page>
  );
}

function Banners({ now_ms }: { now_ms: number }) {
  return (
    <>
      <ConnectionBanners now_ms={now_ms} />
      <OwnTokenBanner />
    </>
  );
}

interface FilterProps {
  search: ItemsSearch;
  onChange: (changes: Partial<ItemsSearch>) => void;
}

function FilterChips({ search, n, onChange }: FilterProps & { n: ReturnType<typeof counts> }) {
  const active = search.filter ?? "all";
  return FILTER_WORDS.map(({ filter, word }) => (
    <button
      key={filter}
      type="button"
      className={style.chip}
      aria-pressed={filter === active}
      onClick={() => onChange({ filter: filter === "all" ? undefined : filter })}
    >
      {word} <span>{n[filter]}</span>
    </button>
  ));
}

function FilterMenu({ search, teams, onChange }: FilterProps & { teams: string[] }) {
  const n = Number(search.team !== undefined) + Number(search.origin !== undefined);
  const tick = (isOn: boolean) => (isOn ? "chosen" : undefined);
  return (
    <Menu
      trigger={
        <Button icon={<ListFilter size={16} />}>
          Filter {n > 0 && <span aria-label={`${n} active`}>· {n}</span>}
        </Button>
      }
      groups={[
        {
          label: "Team",
          entries: teams.map((team) => ({
            id: team,
            label: team,
            hint: tick(search.team === team),
            onPick: () => onChange({ team: search.team === team ? undefined : team }),
          })),
        },
        {
          label: "Came from",
          entries: ORIGINS.map((origin: Origin) => ({
            id: origin,
            label: ORIGIN_WORDS[origin],
            hint: tick(search.origin === origin),
            onPick: () => onChange({ origin: search.origin === origin ? undefined : origin }),
          })),
        },
        {
          entries:
            n > 0
              ? [
                  {
                    id: "clear",
                    label: "Clear filters",
                    onPick: () => onChange({ team: undefined, origin: undefined }),
                  },
                ]
              : [],
        },
      ]}
    />
  );
}

function Loading({ isBoard }: { isBoard: boolean }) {
  if (isBoard) return <Skeleton height={320} />;
  return (
    <div className={layout.stack} role="status" aria-label="Reading action items">
      {Array.from({ length: 7 }, (_, index) => (
        <Skeleton key={index} height={38} />
      ))}
    </div>
  );
}

interface NothingProps {
  hasItems: boolean;
  canEdit: boolean;
  onChange: (changes: Partial<ItemsSearch>) => void;
}

function Nothing({ hasItems, canEdit, onChange }: NothingProps) {
  if (hasItems)
    return (
      <Empty
        art="search"
        title="No action item matches these filters"
        acts={
          <Button
            look="primary"
            onClick={() => onChange({ filter: undefined, q: undefined, team: undefined, origin: undefined })}
          >
            Clear filters
          </Button>
        }
      />
    );
  return (
    <Empty
      art="list"
      title="No action items yet"
      acts={
        canEdit && (
          <>
            <Button look="primary" icon={<Plus size={16} />} onClick={() => onChange({ create: "one" })}>
              New action item
            </Button>
            <Button icon={<ClipboardPaste size={16} />} onClick={() => onChange({ create: "lines" })}>
              Paste lines
            </Button>
          </>
        )
      }
    >
      What a retrospective or an assessment asks for, with an owner and a due date. Pushed to Azure DevOps, it
      sits in the team’s backlog and stays in step.
    </Empty>
  );
}

function focusedId(): string | undefined {
  const { row, card } = (document.activeElement as HTMLElement | null)?.dataset ?? {};
  return row ?? card;
}

function clean(search: ItemsSearch): ItemsSearch {
  return Object.fromEntries(
    Object.entries(search).filter(([, value]) => value !== undefined && value !== "" && value !== "list"),
  );
}
