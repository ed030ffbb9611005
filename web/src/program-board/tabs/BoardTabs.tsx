// Which board this is, the way to the others, and the pages of this one. Stands where other pages have their trail.
import { useQuery } from "@tanstack/react-query";
import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import { ChevronDown, Plus, Rows3, Settings2 } from "lucide-react";
import { useEffect } from "react";
import { useMay } from "../../app/session";
import { Button } from "../../ui/Button";
import { Menu, type MenuEntry } from "../../ui/Menu";
import { useMedia } from "../../ui/useMedia";
import { boardsQuery } from "../list/calls";
import { parseBoardSearch } from "../search";
import { keepPlace, placeOf } from "./boardPlace";
import { BOARD_PAGES, type BoardPage } from "./pages";
import { useKeptGridScroll } from "./scroll";
import style from "./tabs.module.css";

interface TabsProps {
  board: { id: string; name: string };
  here: BoardPage;
}

export function BoardTabs({ board, here }: TabsProps) {
  const isPhone = useMedia("(max-width: 640px)");
  const search = useLocation({ select: (location) => location.search as Record<string, unknown> });
  useEffect(() => {
    if (here === "board") keepPlace(board.id, parseBoardSearch(search));
  }, [here, board.id, search]);
  useKeptGridScroll(board.id, here === "board");
  return (
    <div className={style.place}>
      <Switcher board={board} here={here} isPhone={isPhone} />
      {!isPhone && (
        <nav className={style.tabs} aria-label="Pages of this board">
          {BOARD_PAGES.map((page) => (
            <Link
              key={page.key}
              to={page.to}
              params={{ id: board.id }}
              search={page.key === "board" ? placeOf(board.id) : undefined}
              activeOptions={{ exact: page.key === "board", includeSearch: false }}
            >
              {page.label}
            </Link>
          ))}
        </nav>
      )}
    </div>
  );
}

function Switcher({ board, here, isPhone }: TabsProps & { isPhone: boolean }) {
  const boards = useQuery(boardsQuery).data ?? [];
  const mayManage = useMay("boards.manage");
  const navigate = useNavigate();
  const pages: MenuEntry[] = BOARD_PAGES.map((page) => ({
    id: page.key,
    label: page.label,
    hint: page.key === here ? "here" : undefined,
    onPick: () =>
      void navigate({
        to: page.to,
        params: { id: board.id },
        search: page.key === "board" ? placeOf(board.id) : undefined,
      }),
  }));
  const own = boards.find((one) => one.id === board.id);
  const others: MenuEntry[] = boards
    .filter((one) => one.id !== board.id)
    .map((one) => ({
      id: one.id,
      label: one.name,
      hint: one.connection?.label,
      onPick: () => void navigate({ to: "/boards/$id", params: { id: one.id } }),
    }));
  const more: MenuEntry[] = [
    {
      id: "all",
      label: "All boards",
      icon: <Rows3 size={16} />,
      onPick: () => void navigate({ to: "/boards" }),
    },
  ];
  if (own?.may_manage ?? mayManage)
    more.push({
      id: "settings",
      label: "Board settings",
      icon: <Settings2 size={16} />,
      onPick: () => void navigate({ to: "/boards/$id/settings", params: { id: board.id } }),
    });
  if (mayManage)
    more.push({
      id: "new",
      label: "New board",
      icon: <Plus size={16} />,
      onPick: () => void navigate({ to: "/boards/new", search: {} }),
    });
  return (
    <Menu
      trigger={
        <Button look="ghost" className={style.switcher} title={board.name}>
          <span>{board.name}</span>
          <ChevronDown size={14} aria-hidden />
        </Button>
      }
      groups={[
        ...(isPhone ? [{ label: "This board", entries: pages }] : []),
        ...(others.length > 0 ? [{ label: "Boards", entries: others }] : []),
        { entries: more },
      ]}
    />
  );
}
