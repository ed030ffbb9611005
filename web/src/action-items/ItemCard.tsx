import { Calendar } from "lucide-react";
import type { ReactNode, Ref } from "react";
import type { ActionItem } from "../api/types";
import { Avatar, TeamMark } from "../ui/marks";
import layout from "../ui/layout.module.css";
import style from "./items.module.css";
import type { ItemsProps } from "./ItemsTable";
import { DueText, SyncMark, WorkItemMark, markOf } from "./marks";
import { isClosed } from "./order";
import { StatusMenu } from "./StatusMenu";
import { ORIGIN_WORDS, STATUS_WORDS } from "./words";

interface CardProps extends Omit<ItemsProps, "items" | "onPush"> {
  item: ActionItem;
  tabIndex?: number;
  look?: "ghost" | "carried";
  menu?: ReactNode;
  ref?: Ref<HTMLElement>;
}

/** One action item as a card: on the board, and in place of a row on a phone. */
export function ItemCard({
  item,
  open,
  canEdit,
  now_ms,
  isSlow,
  onOpen,
  onStatus,
  tabIndex,
  look,
  menu,
  ref,
}: CardProps) {
  const mark = markOf(item.sync.state, isSlow(item.id));
  const classes = [style.card, isClosed(item) && style.closed, look && style[look]];
  return (
    <article ref={ref} className={classes.filter(Boolean).join(" ")} data-open={open === item.id}>
      <div className={style.cardHead}>
        <StatusMenu item={item} isDisabled={!canEdit} tabIndex={-1} onStatus={onStatus} />
        <button
          type="button"
          className={style.title}
          data-card={item.id}
          tabIndex={tabIndex}
          title={item.title}
          onClick={() => onOpen(item.id)}
        >
          {item.title}
          <span className={layout.sr}>
            , {STATUS_WORDS[item.status]}, {item.owner ? `owner ${item.owner.name}` : "no owner"}
          </span>
        </button>
        {item.priority && (
          <span className={style.priority} data-priority={item.priority}>
            P{item.priority}
          </span>
        )}
        {menu && <span className={style.menu}>{menu}</span>}
      </div>
      <div className={style.line}>
        {item.team && <TeamMark name={item.team} />}
        <span className={layout.trunc}>{ORIGIN_WORDS[item.origin]}</span>
        <Avatar name={item.owner?.name ?? null} initials={item.owner?.initials} />
      </div>
      <div className={style.line}>
        {item.due_on && (
          <span className={style.cell}>
            <Calendar size={14} aria-hidden />
            <DueText item={item} now_ms={now_ms} isShort />
          </span>
        )}
        <span className={style.cell}>
          {item.work_item ? (
            <WorkItemMark item={item.work_item} />
          ) : (
            <span className={layout.faint}>Only here</span>
          )}
          {mark && <SyncMark state={mark} />}
        </span>
      </div>
    </article>
  );
}
