import { Check, Ellipsis, ExternalLink, Plus, Trash2, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Problem, sentence } from "../api/client";
import type { ActionItem } from "../api/types";
import { useCanEdit } from "../app/session";
import { Button, IconButton, buttonClass } from "../ui/Button";
import layout from "../ui/layout.module.css";
import { Skeleton } from "../ui/marks";
import { Menu } from "../ui/Menu";
import { Empty } from "../ui/surface";
import { moment } from "../ui/time";
import { useNow } from "../ui/useNow";
import { Comments } from "./Comments";
import { DeleteDialog } from "./DeleteDialog";
import { Description } from "./Description";
import { History } from "./History";
import { ItemFields } from "./ItemFields";
import items from "./items.module.css";
import { StatusGlyph, SyncMark, TypeIcon, markOf } from "./marks";
import { OpenEdits } from "./OpenEdits";
import style from "./panel.module.css";
import { useItemActs, useItemDetail } from "./useItems";
import { STATUSES, STATUS_WORDS } from "./words";

interface PanelProps {
  id: string;
  /** The item with what is pending on it; absent when it is not in the list. */
  shown: ActionItem | undefined;
  teams: string[];
  isSlow: boolean;
  onClose: () => void;
  onPush: (item: ActionItem) => void;
}

/** One action item beside the list: read, edit in place, decide. */
export function ItemPanel({ id, shown, teams, isSlow, onClose, onPush }: PanelProps) {
  const now_ms = useNow(5_000);
  const detail = useItemDetail(id);
  const item = shown ?? detail.data?.item;
  const panel = useRef<HTMLElement>(null);
  useEffect(() => panel.current?.focus(), []);
  return (
    <aside ref={panel} className={items.panel} tabIndex={-1} aria-label={item ? item.title : "Action item"}>
      {item ? (
        <Content
          item={item}
          detail={detail}
          teams={teams}
          now_ms={now_ms}
          isSlow={isSlow}
          onClose={onClose}
          onPush={onPush}
        />
      ) : (
        <>
          <header className={style.head}>
            <div className={style.bar}>
              <span />
              <IconButton label="Close" icon={<X size={16} />} onClick={onClose} />
            </div>
          </header>
          <div className={style.scroll}>
            {detail.isError ? (
              <Empty art="search" title="This action item cannot be shown">
                {detail.error instanceof Problem && detail.error.status === 404
                  ? "It was removed, or the address has a typing error."
                  : sentence(detail.error)}
              </Empty>
            ) : (
              <Skeletons />
            )}
          </div>
        </>
      )}
    </aside>
  );
}

function Skeletons() {
  return (
    <div className={layout.stack}>
      <Skeleton width="80%" height={20} />
      {Array.from({ length: 6 }, (_, index) => (
        <Skeleton key={index} width="60%" />
      ))}
    </div>
  );
}

interface ContentProps extends Omit<PanelProps, "id" | "shown"> {
  now_ms: number;
  item: ActionItem;
  detail: ReturnType<typeof useItemDetail>;
}

function Content({ item, detail, teams, now_ms, isSlow, onClose, onPush }: ContentProps) {
  const acts = useItemActs();
  const isGone = item.deleted !== null;
  const canEdit = useCanEdit() && !isGone;
  const [isDeleting, setDeleting] = useState(false);
  const mark = markOf(item.sync.state, isSlow);
  const ref = item.work_item;
  return (
    <>
      <header className={style.head}>
        <div className={style.bar}>
          <span className={style.id}>
            {ref ? <TypeIcon type={ref.type} color={ref.type_color} /> : <StatusGlyph status={item.status} />}
            {ref
              ? ref.id === null
                ? `${ref.type}, not created yet`
                : `${ref.type} ${ref.id}`
              : `Action ${item.number}`}
          </span>
          {mark && <SyncMark state={mark} withWord />}
          {canEdit ? (
            <Menu
              trigger={<IconButton label="More" icon={<Ellipsis size={16} />} />}
              groups={[
                {
                  label: "Move to…",
                  entries: STATUSES.filter((status) => status !== item.status).map((status) => ({
                    id: status,
                    label: STATUS_WORDS[status],
                    icon: <StatusGlyph status={status} />,
                    onPick: () => void acts.change(item, { status }),
                  })),
                },
                {
                  entries: [
                    {
                      id: "delete",
                      label: "Delete…",
                      icon: <Trash2 size={16} />,
                      isDanger: true,
                      onPick: () => setDeleting(true),
                    },
                  ],
                },
              ]}
            />
          ) : (
            <span />
          )}
          <IconButton label="Close" icon={<X size={16} />} onClick={onClose} />
        </div>
        <h2 className={layout.sr}>{item.title}</h2>
        <Title item={item} canEdit={canEdit} />
      </header>
      <div className={style.scroll}>
        {item.deleted && <Deleted item={item} now_ms={now_ms} />}
        <OpenEdits item={item} now_ms={now_ms} isSlow={isSlow} />
        <ItemFields item={item} teams={teams} canEdit={canEdit} now_ms={now_ms} />
        <Description item={item} canEdit={canEdit} />
        <Comments item={item} rows={detail.data?.comments} canEdit={canEdit} now_ms={now_ms} />
        <History
          rows={detail.data?.history}
          now_ms={now_ms}
          error={detail.isError ? sentence(detail.error) : null}
        />
      </div>
      <footer className={style.foot}>
        {ref?.url ? (
          <a className={buttonClass()} href={ref.url} target="_blank" rel="noreferrer">
            <ExternalLink size={16} aria-hidden /> Open in Azure DevOps <kbd>O</kbd>
          </a>
        ) : (
          canEdit &&
          ref === null && (
            <Button icon={<Plus size={16} />} onClick={() => onPush(item)}>
              Create work item
            </Button>
          )
        )}
        {canEdit && item.status !== "done" && (
          <Button icon={<Check size={16} />} onClick={() => void acts.change(item, { status: "done" })}>
            Mark as done
          </Button>
        )}
      </footer>
      {isDeleting && <DeleteDialog item={item} onClose={() => setDeleting(false)} onDeleted={onClose} />}
    </>
  );
}

/** The title, edited where it stands: Enter keeps it, Esc puts it back. */
function Title({ item, canEdit }: { item: ActionItem; canEdit: boolean }) {
  const acts = useItemActs();
  const [draft, setDraft] = useState<string | null>(null);
  const keep = () => {
    const title = draft?.trim();
    if (title && title !== item.title) void acts.change(item, { title });
    setDraft(null);
  };
  return (
    <textarea
      className={style.title}
      aria-label="Title"
      rows={1}
      maxLength={255}
      readOnly={!canEdit}
      value={draft ?? item.title}
      onChange={(event) => setDraft(event.target.value.replaceAll("\n", " "))}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === "Enter") {
          event.preventDefault();
          event.currentTarget.blur();
        }
        if (event.key === "Escape" && draft !== null) {
          event.stopPropagation();
          event.preventDefault();
          setDraft(null);
        }
      }}
    />
  );
}

function Deleted({ item, now_ms }: { item: ActionItem; now_ms: number }) {
  const acts = useItemActs();
  const mayEdit = useCanEdit();
  if (item.deleted === null) return null;
  const where = item.deleted.where === "azure_devops" ? "in Azure DevOps" : "here";
  return (
    <div className={layout.stack}>
      <p className={layout.muted}>
        Deleted {where} by {item.deleted.by}, {moment(item.deleted.at_us, now_ms)}. It stays in the bin until{" "}
        {moment(item.deleted.until_us, now_ms)}.
      </p>
      {mayEdit && (
        <div>
          <Button look="primary" onClick={() => void acts.restore(item)}>
            Restore
          </Button>
        </div>
      )}
    </div>
  );
}
