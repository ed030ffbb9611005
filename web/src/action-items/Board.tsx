import { combine } from "@atlaskit/pragmatic-drag-and-drop/combine";
import {
  draggable,
  dropTargetForElements,
  monitorForElements,
} from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { Ellipsis, Plus } from "lucide-react";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import type { ActionItem, Status } from "../api/types";
import { announce } from "../ui/announce";
import { IconButton } from "../ui/Button";
import { Menu } from "../ui/Menu";
import { ItemCard } from "./ItemCard";
import style from "./items.module.css";
import type { ItemsProps } from "./ItemsTable";
import { StatusGlyph } from "./marks";
import {
  beside,
  carryWords,
  columnsOf,
  dropWords,
  moveTo,
  neighbour,
  type Arrow,
  type Column,
} from "./moves";
import { STATUSES, STATUS_WORDS } from "./words";

const ARROWS: readonly string[] = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"];

interface BoardProps extends ItemsProps {
  onCreate: (status: Status) => void;
}

/** The item being carried with the keyboard, and the column it is over. */
interface Carried {
  id: string;
  over: Status;
}

/** Action items by status. Dragging, keys and "Move to…" all end in the same change of status. */
export function Board(props: BoardProps) {
  const { items, canEdit, onStatus } = props;
  const [focus, setFocus] = useState<string | null>(null);
  const [carried, setCarried] = useState<Carried | null>(null);
  const board = useRef<HTMLDivElement>(null);
  const refocus = useRef<Carried | null>(null);
  const columns = columnsOf(
    carried
      ? items.map((item) => (item.id === carried.id ? { ...item, status: carried.over } : item))
      : items,
  );
  const tabStop = items.some((item) => item.id === focus)
    ? focus
    : columns.find((c) => c.items[0])?.items[0]?.id;

  const move = (item: ActionItem, status: Status) => {
    const change = moveTo(item, status);
    if (!change) return;
    refocus.current = { id: item.id, over: status };
    onStatus(item, change.status);
    announce(dropWords(item, change.status));
  };
  const drop = (item: ActionItem, status: Status) => {
    move(item, status);
    setCarried(null);
  };
  // A card that moved is drawn elsewhere: the focus goes with it, once it is there.
  useEffect(() => {
    const moved = carried ?? refocus.current;
    if (moved === null) return;
    board.current?.querySelector<HTMLElement>(`[data-card="${CSS.escape(moved.id)}"]`)?.focus();
    const isThere = items.some((item) => item.id === moved.id && item.status === moved.over);
    if (!carried && isThere) refocus.current = null;
  }, [carried, items]);
  useEffect(() =>
    monitorForElements({
      canMonitor: ({ source }) => typeof source.data["item"] === "string",
      onDrop: ({ source, location }) => {
        const item = items.find((one) => one.id === source.data["item"]);
        const status = location.current.dropTargets[0]?.data["status"];
        if (item && isStatus(status)) move(item, status);
      },
    }),
  );

  const onKeyDown = (event: KeyboardEvent) => {
    const { card, move: menuOf } = (event.target as HTMLElement).dataset;
    const item = items.find((one) => one.id === (card ?? menuOf));
    // From a card's menu button the arrows lead on; its other keys are the button's own.
    if (!item || (menuOf && !ARROWS.includes(event.key))) return;
    const act = () => {
      if (event.key === " " && canEdit) {
        if (carried) return drop(item, carried.over);
        setCarried({ id: item.id, over: item.status });
        return announce(carryWords(item, item.status, columns));
      }
      if (event.key === "Escape" && carried) {
        refocus.current = { id: item.id, over: item.status };
        setCarried(null);
        return announce(`${item.title} is back in ${STATUS_WORDS[item.status]}.`);
      }
      const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : null;
      if (carried) {
        const over = step && beside(carried.over, step);
        if (!over) return;
        setCarried({ id: carried.id, over });
        return announce(carryWords(item, over, columns));
      }
      if (event.shiftKey && step && canEdit) {
        const next = beside(item.status, step);
        return next ? move(item, next) : undefined;
      }
      const next = neighbour(columns, item.id, event.key as Arrow);
      if (next) board.current?.querySelector<HTMLElement>(`[data-card="${CSS.escape(next)}"]`)?.focus();
    };
    const isDrop = carried && event.key === "Enter";
    if (!(event.key === " " || (event.key === "Escape" && carried) || ARROWS.includes(event.key) || isDrop))
      return;
    event.preventDefault();
    event.stopPropagation();
    if (isDrop) return drop(item, carried.over);
    act();
  };

  return (
    <div
      ref={board}
      className={style.columns}
      onKeyDown={onKeyDown}
      onFocus={(event) => setFocus((event.target as HTMLElement).dataset["card"] ?? focus)}
      onBlur={(event) => {
        if (carried && !event.currentTarget.contains(event.relatedTarget) && event.relatedTarget !== null)
          setCarried(null);
      }}
    >
      {columns.map((column) => (
        <BoardColumn key={column.status} column={column} canEdit={canEdit} onCreate={props.onCreate}>
          {column.items.map((item) => (
            <li key={item.id}>
              <DraggableCard
                {...props}
                item={item}
                tabIndex={item.id === tabStop ? 0 : -1}
                isCarried={carried?.id === item.id}
                onMove={move}
              />
            </li>
          ))}
        </BoardColumn>
      ))}
    </div>
  );
}

interface ColumnProps {
  column: Column;
  canEdit: boolean;
  onCreate: (status: Status) => void;
  children: React.ReactNode;
}

function BoardColumn({ column, canEdit, onCreate, children }: ColumnProps) {
  const ref = useRef<HTMLElement>(null);
  const [isOver, setOver] = useState(false);
  const { status } = column;
  useEffect(() => {
    if (!ref.current) return;
    return dropTargetForElements({
      element: ref.current,
      getData: () => ({ status }),
      onDragEnter: () => setOver(true),
      onDragLeave: () => setOver(false),
      onDrop: () => setOver(false),
    });
  }, [status]);
  return (
    <section ref={ref} className={style.column} data-over={isOver} aria-label={STATUS_WORDS[status]}>
      <header>
        <StatusGlyph status={status} isSmall />
        <span>{STATUS_WORDS[status]}</span>
        <span>{column.items.length}</span>
      </header>
      <ul>{children}</ul>
      {canEdit && (
        <button type="button" className={style.create} onClick={() => onCreate(status)}>
          <Plus size={14} aria-hidden /> Add action item
        </button>
      )}
    </section>
  );
}

interface DraggableProps extends BoardProps {
  item: ActionItem;
  tabIndex: number;
  isCarried: boolean;
  onMove: (item: ActionItem, status: Status) => void;
}

function DraggableCard({ item, tabIndex, isCarried, onMove, ...props }: DraggableProps) {
  const ref = useRef<HTMLElement>(null);
  const [isDragged, setDragged] = useState(false);
  const { canEdit } = props;
  useEffect(() => {
    if (!ref.current || !canEdit) return;
    return combine(
      draggable({
        element: ref.current,
        getInitialData: () => ({ item: item.id }),
        onDragStart: () => setDragged(true),
        onDrop: () => setDragged(false),
      }),
    );
  }, [item.id, canEdit]);
  const look = isDragged ? "ghost" : isCarried ? "carried" : undefined;
  return (
    <ItemCard
      {...props}
      ref={ref}
      item={item}
      tabIndex={tabIndex}
      look={look}
      onStatus={onMove}
      menu={canEdit && <MoveMenu item={item} onMove={onMove} />}
    />
  );
}

function MoveMenu({
  item,
  onMove,
}: {
  item: ActionItem;
  onMove: (item: ActionItem, status: Status) => void;
}) {
  return (
    <Menu
      trigger={
        <IconButton
          size="small"
          tabIndex={-1}
          data-move={item.id}
          label={`Move ${item.title} to…`}
          icon={<Ellipsis size={16} />}
        />
      }
      groups={[
        {
          label: "Move to…",
          entries: STATUSES.filter((status) => status !== item.status).map((status) => ({
            id: status,
            label: STATUS_WORDS[status],
            icon: <StatusGlyph status={status} />,
            onPick: () => onMove(item, status),
          })),
        },
      ]}
    />
  );
}

function isStatus(value: unknown): value is Status {
  return STATUSES.includes(value as Status);
}
