// One card beside the board: read, edit in place, decide, see as whom it was written.
import { Link } from "@tanstack/react-router";
import { ArrowRight, ExternalLink, Link2, PanelTop, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { History } from "../../action-items/History";
import inner from "../../action-items/panel.module.css";
import { sentence } from "../../api/client";
import type { HistoryRow } from "../../api/types";
import { Button, buttonClass } from "../../ui/Button";
import layout from "../../ui/layout.module.css";
import { Pill, type Tone } from "../../ui/marks";
import { clock, msOf } from "../../ui/time";
import { useNow } from "../../ui/useNow";
import type { TypeLook } from "../icons";
import type { Dependencies, Dependency } from "../links";
import { cardName, type Model } from "../model";
import type { Placement } from "../placement";
import type { Card, CardDetail, CardSync } from "../shapes";
import type { BoardStore } from "../store";
import type { BoardActs } from "../useActs";
import { SYNC_WORDS } from "../words";
import { Sync } from "../TileView";
import { Fields } from "./Fields";
import { Links, TypeMark } from "./Links";
import style from "./panel.module.css";
import { PanelFrame } from "./PanelFrame";
import { Unsettled } from "./Unsettled";
import { useDecide, useDetail } from "./useDetail";

interface PanelProps {
  store: BoardStore;
  model: Model;
  placement: Placement;
  dependencies: Dependencies;
  looks: ReadonlyMap<string, TypeLook>;
  card: Card;
  isSlow: boolean;
  canEdit: boolean;
  takesFocus: boolean;
  acts: BoardActs;
  urlOf: (card: Card) => string | null;
  onClose: () => void;
  onMove: () => void;
  onLinkFrom: () => void;
  onRemove: () => void;
  onParent: () => void;
  onShow: () => void;
  onLink: (one: Dependency) => void;
  onOpen: (id: string) => void;
}

const TONES: Partial<Record<CardSync, Tone>> = {
  conflict: "warn",
  refused: "bad",
  waiting: "info",
  draft: "accent",
};

export default function CardPanel(props: PanelProps) {
  const { store, model, card, canEdit, acts } = props;
  const now_ms = useNow(5_000);
  const detail = useDetail(store.id, card.id, card.number === null ? undefined : card.change);
  const decide = useDecide(store);
  const url = detail.data?.url ?? props.urlOf(card);
  const sync = card.sync === "waiting" && !props.isSlow ? "in_step" : card.sync;
  return (
    <PanelFrame
      label={card.title}
      shown={card.id}
      takesFocus={props.takesFocus}
      onClose={props.onClose}
      kind={
        <>
          <TypeMark looks={props.looks} type={card.type} />
          {cardName(card)}
          {sync !== "in_step" && (
            <Pill tone={TONES[sync] ?? "warn"}>
              <Sync sync={sync} /> {SYNC_WORDS[sync].word}
            </Pill>
          )}
        </>
      }
      title={
        <>
          <h2 className={layout.sr}>{card.title}</h2>
          <Title
            card={card}
            canEdit={canEdit}
            onKeep={(title) => acts.set([card], "title", title, "title changed")}
          />
        </>
      }
      menu={[
        {
          entries: [
            { id: "show", label: "Show on board", icon: <PanelTop size={16} />, onPick: props.onShow },
            ...(canEdit
              ? [
                  {
                    id: "link",
                    label: "Needed by…",
                    icon: <Link2 size={16} />,
                    hint: "L",
                    onPick: props.onLinkFrom,
                  },
                  ...(card.parent === null
                    ? []
                    : [
                        {
                          id: "parent",
                          label: "Change feature…",
                          icon: <Pencil size={16} />,
                          onPick: props.onParent,
                        },
                      ]),
                ]
              : []),
          ],
        },
        {
          entries: canEdit
            ? [
                {
                  id: "remove",
                  label: "Remove…",
                  icon: <Trash2 size={16} />,
                  isDanger: true,
                  onPick: props.onRemove,
                },
              ]
            : [],
        },
      ]}
      foot={
        <>
          {url ? (
            <a className={buttonClass()} href={url} target="_blank" rel="noreferrer">
              <ExternalLink size={16} aria-hidden /> Open in Azure DevOps <kbd>O</kbd>
            </a>
          ) : (
            <span className={style.faint}>
              {model.board.is_local ? "Only on this board" : "Not created in Azure DevOps yet"}
            </span>
          )}
          {canEdit && (
            <Button icon={<ArrowRight size={16} />} onClick={props.onMove}>
              Move to…
            </Button>
          )}
        </>
      }
    >
      <Unsettled
        edits={detail.data?.open_edits ?? []}
        now_ms={now_ms}
        isSlow={props.isSlow}
        onDecide={decide}
      />
      {card.sync === "out_of_sight" && (
        <div className={style.callout} data-tone="plain">
          <span>
            <b>The work item is out of sight.</b> The connection can no longer read it; it may have been
            moved. What you change here is kept.
          </span>
        </div>
      )}
      <Fields {...props} detail={detail.data} now_ms={now_ms} />
      <Links {...props} onAdd={props.onLinkFrom} />
      {canEdit && <Comment card={card} acts={acts} isLocal={model.board.is_local} />}
      <History
        rows={detail.data && onceEach(told(detail.data.history, model.board.is_local))}
        now_ms={now_ms}
        error={detail.isError ? sentence(detail.error) : null}
      />
      {detail.data && detail.data.sync_log.length > 0 && (
        <SyncLog detail={detail.data} connection={model.board.connection?.id} />
      )}
    </PanelFrame>
  );
}

/** On a local board a creation made a card and no work item. */
function told(rows: readonly HistoryRow[], isLocal: boolean): readonly HistoryRow[] {
  return isLocal ? rows.map((row) => (row.what === "push" ? { ...row, what: "create" } : row)) : rows;
}

/** One act of theirs may be told by two fields (a path and its number); it is shown once. */
function onceEach(rows: readonly HistoryRow[]): HistoryRow[] {
  const seen = new Set<string>();
  return rows.filter((row) => !seen.has(row.id) && seen.add(row.id));
}

/** The title, edited where it stands: Enter keeps it, Esc puts it back. */
function Title({ card, canEdit, onKeep }: { card: Card; canEdit: boolean; onKeep: (title: string) => void }) {
  const [draft, setDraft] = useState<string | null>(null);
  const keep = () => {
    const title = draft?.trim();
    if (title && title !== card.title) onKeep(title);
    setDraft(null);
  };
  return (
    <textarea
      className={inner.title}
      aria-label="Title"
      rows={1}
      maxLength={255}
      readOnly={!canEdit}
      value={draft ?? card.title}
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

function Comment({ card, acts, isLocal }: { card: Card; acts: BoardActs; isLocal: boolean }) {
  const [text, setText] = useState("");
  const send = async () => {
    const said = text.trim();
    if (said === "") return;
    setText("");
    if (!(await acts.comment(card, said))) setText(said);
  };
  return (
    <section className={`${inner.section} ${style.comment}`}>
      <h3>Comment</h3>
      <textarea
        aria-label="Comment"
        placeholder={isLocal ? "Kept with this card" : "Written to the discussion in Azure DevOps"}
        rows={1}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {text.trim() !== "" && (
        <Button size="small" onClick={() => void send()}>
          Comment
        </Button>
      )}
    </section>
  );
}

const OUTCOMES: Record<string, string> = {
  applied: "written",
  found_applied: "found written",
  found_absent: "not written",
  rev_moved: "moved on there",
  refused: "refused",
  sending: "being sent",
  unknown: "answer lost",
  unsent: "not sent",
};

function SyncLog({ detail, connection }: { detail: CardDetail; connection: string | undefined }) {
  return (
    <section className={inner.section}>
      <h3>
        Sync log
        <Link to="/sync" search={connection ? { connection } : {}} className={layout.small}>
          All entries
        </Link>
      </h3>
      <ul className={style.log}>
        {detail.sync_log.map((row) => (
          <li key={row.id}>
            <span>{clock(msOf(row.at_us))}</span>
            <span>
              {row.what} {OUTCOMES[row.outcome] ?? row.outcome}
            </span>
            <span>{row.rev === null ? "" : `rev ${row.rev}`}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
