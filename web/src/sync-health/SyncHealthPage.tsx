import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { ArrowUp, Plug } from "lucide-react";
import { sentence } from "../api/client";
import type { ReactNode } from "react";
import type { AttemptRow, OpenEdit, SyncRow } from "../api/types";
import { ConflictTable } from "../action-items/ConflictTable";
import { SyncMark, TypeIcon } from "../action-items/marks";
import { EditActs, EditWords } from "../action-items/OpenEdits";
import { conflictTitle } from "../action-items/editWords";
import { ConnectionBanners, OwnTokenBanner } from "../action-items/OwnTokenBanner";
import { useItemActs } from "../action-items/useItems";
import { LivePill } from "../app/LivePill";
import { Page } from "../app/Page";
import { connectionsQuery, syncQuery } from "../app/queries";
import { Button } from "../ui/Button";
import { SelectField } from "../ui/Field";
import layout from "../ui/layout.module.css";
import { Pill, Skeleton, type Tone } from "../ui/marks";
import { Card, Empty, Kpi, Kpis } from "../ui/surface";
import { ago, count, moment, msOf, plural, span } from "../ui/time";
import { useNow } from "../ui/useNow";
import { breakdown, groupByItem, oldest, type Decision } from "./rows";
import style from "./sync.module.css";

/** What waits, what needs somebody, and what was written. */
export function SyncHealthPage() {
  const sync = useQuery(syncQuery);
  const connections = useQuery(connectionsQuery).data ?? [];
  const search = useSearch({ from: "/sync" });
  const navigate = useNavigate({ from: "/sync" });
  const now_ms = useNow(5_000);
  const isIn = (row: SyncRow) => !search.connection || row.connection.id === search.connection;
  return (
    <Page
      title="Sync health"
      pill={<LivePill />}
      banners={
        <>
          <ConnectionBanners now_ms={now_ms} />
          <OwnTokenBanner />
        </>
      }
    >
      <div className={`${layout.page} ${layout.wide}`}>
        <div className={layout.pageHead}>
          <div>
            <h1>Sync health</h1>
            <p>
              Everything between this server and Azure DevOps: what is waiting, what needs you, what happened.
            </p>
          </div>
          {connections.length > 1 && (
            <div className={style.choose}>
              <SelectField
                label="Connection"
                icon={<Plug size={14} aria-hidden />}
                value={search.connection ?? ""}
                onChange={(id) => void navigate({ search: id ? { connection: id } : {}, replace: true })}
              >
                <option value="">All connections</option>
                {connections.map((one) => (
                  <option key={one.id} value={one.id}>
                    {one.label}
                  </option>
                ))}
              </SelectField>
            </div>
          )}
        </div>
        {sync.isPending ? (
          <div className={layout.stack}>
            <Skeleton height={84} />
            <Skeleton height={220} />
          </div>
        ) : sync.isError && !sync.data ? (
          <Empty
            art="broken"
            title="Sync health could not be read"
            acts={
              <Button look="primary" onClick={() => void sync.refetch()}>
                Try again
              </Button>
            }
          >
            {sentence(sync.error)}
          </Empty>
        ) : (
          sync.data && (
            <Content
              needs={sync.data.needs_decision.filter(isIn)}
              waiting={sync.data.waiting.filter(isIn)}
              recent={sync.data.recent}
              in_lockstep={sync.data.in_lockstep}
              paired={sync.data.paired}
              now_ms={now_ms}
            />
          )
        )}
      </div>
    </Page>
  );
}

interface ContentProps {
  needs: SyncRow[];
  waiting: SyncRow[];
  recent: AttemptRow[];
  in_lockstep: number;
  paired: number;
  now_ms: number;
}

function Content({ needs, waiting, recent, in_lockstep, paired, now_ms }: ContentProps) {
  const since = oldest(waiting);
  return (
    <>
      <Kpis>
        <Kpi
          name="In lockstep"
          value={count(in_lockstep)}
          of={`of ${plural(paired, "item")}`}
          says={paired === 0 ? "No action item has a work item yet" : "Same here and in Azure DevOps"}
        />
        <Kpi
          name="Needs a decision"
          value={needs.length}
          tone={needs.length > 0 ? "warn" : undefined}
          says={breakdown(needs)}
        />
        <Kpi
          name="Waiting to be written"
          value={waiting.length}
          says={since === null ? "Nothing is queued" : `Oldest ${span(now_ms - msOf(since))}`}
        />
        <Kpi
          name="Last write"
          isWord
          value={recent[0] ? ago(recent[0].at_us, now_ms) : "None yet"}
          says={recent[0] ? `${recent[0].what}, as ${recent[0].written_as}` : "Writes appear here"}
        />
      </Kpis>
      <section className={layout.stack} style={{ gap: 20 }} aria-label="Needs a decision">
        {needs.length === 0 ? (
          <Card isFlush>
            <Empty
              art="steps"
              title={waiting.length === 0 ? "Everything is in lockstep" : "Nothing needs a decision"}
            >
              {waiting.length === 0
                ? `${plural(paired, "item")} with a work item, no difference left.`
                : waiting.some((row) => row.edit.state === "needs_token")
                  ? "What is waiting is written in order; what needs a token waits for its author."
                  : "What is waiting is written in order, without anybody’s help."}
            </Empty>
          </Card>
        ) : (
          groupByItem(needs).map((decision) => (
            <DecisionCard key={decision.item.id} decision={decision} now_ms={now_ms} />
          ))
        )}
      </section>
      <div className={`${layout.two} ${style.lists}`}>
        <Card title="Waiting" says="Written in order" isFlush>
          <WaitingTable rows={waiting} now_ms={now_ms} />
        </Card>
        <Card title="Recent writes" says="Who, as whom, and what came back" isFlush>
          <RecentTable rows={recent} now_ms={now_ms} />
        </Card>
      </div>
    </>
  );
}

function DecisionCard({ decision, now_ms }: { decision: Decision; now_ms: number }) {
  const acts = useItemActs();
  const { item, conflicts, others } = decision;
  const newest = [...conflicts, ...others].reduce((at, edit) => Math.max(at, edit.at_us), 0);
  const worst = others.some((edit) => edit.state === "refused")
    ? "refused"
    : conflicts.length > 0
      ? "conflict"
      : "unknown";
  return (
    <Card
      isFlush
      title={
        <div className={layout.row}>
          <SyncMark state={worst} />
          {item.type && <TypeIcon type={item.type} color={null} />}
          <span className={`${layout.num} ${layout.muted}`}>{numberOf(item)}</span>
          <h2 className={layout.trunc}>
            <ItemLink item={item} className={style.quiet}>
              {item.title}
            </ItemLink>
          </h2>
        </div>
      }
      acts={
        <span className={`${layout.small} ${layout.muted} ${layout.nowrap} ${style.when}`}>
          {conflicts.length > 0 ? "Changed in both places" : worst === "refused" ? "Refused" : "Unknown"}{" "}
          {ago(newest, now_ms)}
        </span>
      }
    >
      {conflicts.length > 0 && (
        <div role="group" aria-label={conflictTitle(conflicts)}>
          <ConflictTable edits={conflicts} onDecide={acts.decide} />
        </div>
      )}
      {others.map((edit) => (
        <div key={edit.id} className={style.other}>
          <div className={style.words}>
            <EditWords edit={edit} now_ms={now_ms} />
          </div>
          <EditActs edit={edit} size="normal" />
        </div>
      ))}
    </Card>
  );
}

const WAIT_WORD: Partial<Record<OpenEdit["state"], { word: string; tone: Tone }>> = {
  sending: { word: "Writing", tone: "info" },
  waiting: { word: "Waiting", tone: "plain" },
  needs_token: { word: "Needs a token", tone: "warn" },
  held: { word: "Held", tone: "plain" },
};

function WaitingTable({ rows, now_ms }: { rows: SyncRow[]; now_ms: number }) {
  if (rows.length === 0) return <p className={style.nothing}>Nothing is waiting.</p>;
  return (
    <ul className={style.list}>
      {rows.map(({ item, edit }) => {
        const state = WAIT_WORD[edit.state] ?? { word: edit.state, tone: "plain" as const };
        return (
          <li key={edit.id}>
            <ArrowUp size={14} aria-hidden className={layout.info} />
            <ItemLink item={item} className={style.what}>
              <span className={layout.faint}>{numberOf(item)}</span> {edit.label}
              {edit.to && edit.to.length < 40 ? ` → ${edit.to}` : ""}{" "}
              <span className={layout.sr}>of {item.title}</span>
            </ItemLink>
            <span>{edit.author.name}</span>
            <span className={`${layout.num} ${layout.muted}`}>{span(now_ms - msOf(edit.at_us))}</span>
            <Pill tone={state.tone}>{state.word}</Pill>
          </li>
        );
      })}
    </ul>
  );
}

/** What came of a request, in words. */
function outcomeWords(outcome: string): string {
  const words: Record<string, string> = {
    applied: "written",
    found_applied: "written, answer lost",
    found_absent: "not written, sent again",
    rev_moved: "moved on, read again",
    refused: "refused",
    unsent: "not sent, tried again",
    sending: "writing",
    unknown: "no answer yet",
  };
  return words[outcome] ?? outcome;
}

function RecentTable({ rows, now_ms }: { rows: AttemptRow[]; now_ms: number }) {
  if (rows.length === 0) return <p className={style.nothing}>Nothing was written yet.</p>;
  return (
    <ul className={style.list}>
      {rows.map((row) => {
        const isBad = row.outcome !== "applied";
        return (
          <li key={row.id}>
            <ArrowUp size={14} aria-hidden className={layout.faint} />
            <ItemLink item={row.item} className={style.what}>
              <span className={layout.faint}>{numberOf(row.item)}</span> {row.what}{" "}
              <span className={layout.sr}>of {row.item.title}</span>
            </ItemLink>
            <span title={`Written as ${row.written_as}`}>
              {row.who}
              {row.written_as !== row.who && <span className={layout.faint}> as {row.written_as}</span>}
            </span>
            <span className={`${layout.num} ${layout.muted} ${layout.nowrap}`}>
              {moment(row.at_us, now_ms)}
            </span>
            {isBad ? (
              <Pill tone={row.outcome === "refused" ? "bad" : "plain"}>{outcomeWords(row.outcome)}</Pill>
            ) : (
              <span className={`${layout.mono} ${layout.faint} ${layout.nowrap}`}>
                {row.rev === null ? outcomeWords(row.outcome) : `rev ${row.rev}`}
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

interface ItemLinkProps {
  item: Pick<SyncRow["item"], "id" | "board_id">;
  className: string | undefined;
  children: ReactNode;
}

/** To the action item, or to the card on its board. */
function ItemLink({ item, className, children }: ItemLinkProps) {
  return item.board_id === null ? (
    <Link to="/action-items" search={{ item: item.id }} className={className}>
      {children}
    </Link>
  ) : (
    <Link to="/boards/$id" params={{ id: item.board_id }} search={{ card: item.id }} className={className}>
      {children}
    </Link>
  );
}

/** The work item's number, else ours; a card that is not created yet has neither. */
function numberOf({ work_item_id, number }: { work_item_id: number | null; number: number }): string {
  if (work_item_id !== null) return String(work_item_id);
  return number > 0 ? `#${number}` : "new";
}
