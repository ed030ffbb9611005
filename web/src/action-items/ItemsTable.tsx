import { Plus } from "lucide-react";
import type { KeyboardEvent, MouseEvent } from "react";
import type { ActionItem, Status } from "../api/types";
import layout from "../ui/layout.module.css";
import { Avatar, TeamMark } from "../ui/marks";
import { DueText, SyncMark, WorkItemMark, markOf } from "./marks";
import style from "./items.module.css";
import { isClosed } from "./order";
import { StatusMenu } from "./StatusMenu";
import { ORIGIN_WORDS, STATUS_WORDS } from "./words";

export interface ItemsProps {
  items: ActionItem[];
  open: string | undefined;
  canEdit: boolean;
  now_ms: number;
  isSlow: (id: string) => boolean;
  onOpen: (id: string) => void;
  onStatus: (item: ActionItem, status: Status) => void;
  onPush: (item: ActionItem) => void;
}

interface TableProps extends ItemsProps {
  /** The one row that Tab reaches; arrows lead on from there. */
  focus: string | undefined;
  onFocus: (id: string) => void;
}

export function ItemsTable(props: TableProps) {
  const current = props.items.some((item) => item.id === props.focus) ? props.focus : props.items[0]?.id;
  return (
    <div className={style.frame}>
      <table className={style.table} onKeyDown={walk}>
        <thead>
          <tr>
            <th>
              <span className={layout.sr}>Change status</span>
            </th>
            <th>Action</th>
            <th>Status</th>
            <th>Priority</th>
            <th>Team</th>
            <th className={style.origin}>Came from</th>
            <th>Owner</th>
            <th>Due</th>
            <th>Work item</th>
          </tr>
        </thead>
        <tbody>
          {props.items.map((item) => (
            <Row key={item.id} item={item} isTabStop={item.id === current} {...props} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ item, isTabStop, ...props }: TableProps & { item: ActionItem; isTabStop: boolean }) {
  const tabIndex = isTabStop ? 0 : -1;
  const open = (event: MouseEvent) => {
    if (!(event.target as Element).closest("a, button, [role='menu']")) props.onOpen(item.id);
  };
  return (
    <tr
      data-open={props.open === item.id}
      className={isClosed(item) ? style.closed : undefined}
      onClick={open}
      onFocus={() => props.onFocus(item.id)}
    >
      <td>
        <StatusMenu item={item} isDisabled={!props.canEdit} tabIndex={tabIndex} onStatus={props.onStatus} />
      </td>
      <td>
        <button
          type="button"
          className={style.title}
          data-row={item.id}
          tabIndex={tabIndex}
          title={item.title}
          onClick={() => props.onOpen(item.id)}
        >
          {item.title}
        </button>
      </td>
      <td className={item.status === "blocked" ? style.bad : style.muted}>{STATUS_WORDS[item.status]}</td>
      <td className={style.priority} data-priority={item.priority}>
        {item.priority && `P${item.priority}`}
      </td>
      <td>
        {item.team && (
          <span className={style.cell}>
            <TeamMark name={item.team} /> {item.team}
          </span>
        )}
      </td>
      <td className={`${style.muted} ${style.origin}`}>{ORIGIN_WORDS[item.origin]}</td>
      <td>
        <span className={style.cell}>
          <Avatar name={item.owner?.name ?? null} initials={item.owner?.initials} />
          <span className={item.owner ? undefined : style.muted}>{item.owner?.name ?? "No owner"}</span>
        </span>
      </td>
      <td>
        <DueText item={item} now_ms={props.now_ms} />
      </td>
      <td>
        <WorkItemCell item={item} tabIndex={tabIndex} {...props} />
      </td>
    </tr>
  );
}

function WorkItemCell({
  item,
  tabIndex,
  canEdit,
  isSlow,
  onPush,
}: ItemsProps & { item: ActionItem; tabIndex: number }) {
  const mark = markOf(item.sync.state, isSlow(item.id));
  if (item.work_item === null && !canEdit) return <span className={style.muted}>Only here</span>;
  return (
    <span className={style.cell}>
      {item.work_item ? (
        <WorkItemMark item={item.work_item} isLink />
      ) : (
        <button type="button" className={style.create} tabIndex={tabIndex} onClick={() => onPush(item)}>
          <Plus size={14} aria-hidden /> Create work item
        </button>
      )}
      {mark && <SyncMark state={mark} withWord />}
    </span>
  );
}

function walk(event: KeyboardEvent<HTMLTableElement>) {
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
  const step = steps[event.key];
  if (
    step === undefined ||
    !(event.target instanceof HTMLElement) ||
    event.target.dataset["row"] === undefined
  )
    return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-row]")];
  const at = rows.indexOf(event.target);
  const next = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
  event.preventDefault();
  next?.focus();
}
