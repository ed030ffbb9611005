import { Dialog as Base } from "@base-ui/react/dialog";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import {
  Activity,
  ClipboardPaste,
  Columns3,
  KeyRound,
  Keyboard,
  Moon,
  Plug,
  Plus,
  Search,
  SquareCheck,
  Trash2,
  User,
  Users,
} from "lucide-react";
import { useId, useState, type KeyboardEvent, type ReactNode } from "react";
import { byUrgency, matches } from "../action-items/order";
import { StatusGlyph } from "../action-items/marks";
import { useItems } from "../action-items/useItems";
import { boardsQuery } from "../program-board/list/calls";
import float from "../ui/float.module.css";
import style from "./overlay.module.css";
import { offered, type Result } from "./palette-offers";
import { closeOverlay, openKeysHelp } from "./palette-state";
import { connectionsQuery, syncQuery } from "./queries";
import { useCanEdit, useMay, useMe } from "./session";
import { isDarkNow } from "./theme";
import { useChangeMe } from "./useChangeMe";

const N_ITEMS_MAX = 8;

/** Ctrl+K: go somewhere, make something, find an action item or what the page in view offers. */
export function Palette() {
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const listId = useId();
  const results = useResults(query.trim());
  const current = results[Math.min(at, results.length - 1)];
  const pick = (result: Result | undefined) => {
    if (!result) return;
    closeOverlay();
    result.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") {
      event.preventDefault();
      return pick(current);
    }
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0 || results.length === 0) return;
    event.preventDefault();
    const next = (Math.min(at, results.length - 1) + step + results.length) % results.length;
    setAt(next);
    document.getElementById(`${listId}-${next}`)?.scrollIntoView({ block: "nearest" });
  };
  return (
    <Base.Root open onOpenChange={(open) => !open && closeOverlay()}>
      <Base.Portal>
        <Base.Backdrop className={float.scrim} />
        <Base.Viewport className={`${float.viewport} ${float.sheet}`}>
          <Base.Popup className={`${float.dialog} ${float.medium}`} aria-label="Search or command">
            <div className={style.query}>
              <Search size={16} aria-hidden />
              <input
                role="combobox"
                aria-expanded
                aria-controls={listId}
                aria-activedescendant={current && `${listId}-${results.indexOf(current)}`}
                aria-label="Search or command"
                placeholder="Search or command"
                autoComplete="off"
                spellCheck={false}
                value={query}
                onChange={(event) => {
                  setQuery(event.target.value);
                  setAt(0);
                }}
                onKeyDown={onKeyDown}
              />
              <kbd>Esc</kbd>
            </div>
            <div className={style.results} role="listbox" id={listId} aria-label="Results">
              {results.map((result, index) => (
                <div key={result.id} role="presentation">
                  {results[index - 1]?.group !== result.group && (
                    <div className={style.group} role="presentation">
                      {result.group}
                    </div>
                  )}
                  <div
                    id={`${listId}-${index}`}
                    role="option"
                    aria-selected={result === current}
                    className={style.result}
                    onPointerMove={() => setAt(index)}
                    onClick={() => pick(result)}
                  >
                    {result.icon}
                    <span>{result.label}</span>
                    {result.hint && <small>{result.hint}</small>}
                  </div>
                </div>
              ))}
              {results.length === 0 && <p className={style.nothing}>Nothing matches “{query}”.</p>}
            </div>
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}

function useResults(query: string): Result[] {
  const { items } = useItems();
  const navigate = useNavigate();
  const commands = useCommands();
  const words = query.toLocaleLowerCase();
  const found = query === "" ? [] : items.filter((item) => matches(item, query)).sort(byUrgency);
  return [
    ...offered(query),
    ...found.slice(0, N_ITEMS_MAX).map((item) => ({
      id: item.id,
      group: "Action items",
      label: item.title,
      hint: item.work_item?.id ? String(item.work_item.id) : `#${item.number}`,
      icon: <StatusGlyph status={item.status} />,
      run: () => void navigate({ to: "/action-items", search: { item: item.id } }),
    })),
    ...commands.filter((command) =>
      words.split(/\s+/).every((word) => command.label.toLocaleLowerCase().includes(word)),
    ),
  ];
}

function useCommands(): Result[] {
  const navigate = useNavigate();
  const client = useQueryClient();
  const change = useChangeMe();
  const me = useMe();
  const canEdit = useCanEdit();
  const mayConnect = useMay("connections.manage");
  const mayManage = useMay("members.manage");
  const mayMakeBoards = useMay("boards.manage");
  const connections = useQuery(connectionsQuery).data ?? [];
  const boards = useQuery(boardsQuery).data ?? [];
  const make: Result[] = [];
  if (canEdit)
    make.push(
      {
        id: "new",
        group: "Create",
        label: "New action item",
        hint: "C",
        icon: <Plus size={16} />,
        run: () => void navigate({ to: "/action-items", search: { create: "one" } }),
      },
      {
        id: "lines",
        group: "Create",
        label: "Paste lines as action items",
        icon: <ClipboardPaste size={16} />,
        run: () => void navigate({ to: "/action-items", search: { create: "lines" } }),
      },
    );
  if (mayConnect)
    make.push({
      id: "connect",
      group: "Create",
      label: "Add connection",
      icon: <Plug size={16} />,
      run: () => void navigate({ to: "/connections", search: { add: true } }),
    });
  const go = (id: string, label: string, icon: ReactNode, run: () => void, hint?: string): Result => ({
    id,
    group: "Go to",
    label,
    hint,
    icon,
    run,
  });
  const isDark = me.theme === "system" ? isDarkNow() : me.theme === "dark";
  if (mayMakeBoards)
    make.push({
      id: "make-board",
      group: "Create",
      label: "New board",
      icon: <Columns3 size={16} />,
      run: () => void navigate({ to: "/boards/new", search: {} }),
    });
  return [
    ...make,
    go("boards", "Boards", <Columns3 size={16} />, () => void navigate({ to: "/boards" }), "G B"),
    ...boards.map((one) =>
      go(
        one.id,
        one.name,
        <Columns3 size={16} />,
        () => void navigate({ to: "/boards/$id", params: { id: one.id } }),
        one.connection?.label,
      ),
    ),
    go(
      "items",
      "Action items",
      <SquareCheck size={16} />,
      () => void navigate({ to: "/action-items" }),
      "G A",
    ),
    go("mine", "My action items", <SquareCheck size={16} />, () => {
      void navigate({ to: "/action-items", search: { filter: "mine" } });
    }),
    go("late", "Late action items", <SquareCheck size={16} />, () => {
      void navigate({ to: "/action-items", search: { filter: "late" } });
    }),
    go("bin", "Bin", <Trash2 size={16} />, () => void navigate({ to: "/action-items/bin" })),
    go("sync", "Sync health", <Activity size={16} />, () => void navigate({ to: "/sync" }), "G S"),
    go("connections", "Connections", <Plug size={16} />, () => void navigate({ to: "/connections" }), "G C"),
    ...connections.map((one) =>
      go(
        one.id,
        one.label,
        <Plug size={16} />,
        () => {
          void navigate({ to: "/connections/$id", params: { id: one.id } });
        },
        one.host,
      ),
    ),
    go("credentials", "ALM credentials", <KeyRound size={16} />, () => {
      void navigate({ to: "/profile/credentials" });
    }),
    go("profile", "Profile", <User size={16} />, () => void navigate({ to: "/profile" }), "G P"),
    ...(mayManage
      ? [go("people", "People", <Users size={16} />, () => void navigate({ to: "/people" }))]
      : []),
    {
      id: "theme",
      group: "Do",
      label: isDark ? "Switch to light" : "Switch to dark",
      icon: <Moon size={16} />,
      run: () => change.mutate({ theme: isDark ? "light" : "dark" }),
    },
    {
      id: "refresh",
      group: "Do",
      label: "Read everything again",
      icon: <Activity size={16} />,
      run: () =>
        void client
          .invalidateQueries({ queryKey: syncQuery.queryKey })
          .then(() => client.invalidateQueries()),
    },
    {
      id: "keys",
      group: "Do",
      label: "Show keys",
      hint: "?",
      icon: <Keyboard size={16} />,
      run: openKeysHelp,
    },
  ];
}
