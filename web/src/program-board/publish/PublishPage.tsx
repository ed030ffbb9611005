// What waits to be published: tried without saving, looked at by team or person, put right, then written.
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Columns3, RotateCw, Send } from "lucide-react";
import { useState } from "react";
import { Problem, sentence } from "../../api/client";
import { Page } from "../../app/Page";
import { Button, buttonClass } from "../../ui/Button";
import { FieldError } from "../../ui/Field";
import layout from "../../ui/layout.module.css";
import { Skeleton } from "../../ui/marks";
import { Banner, Empty, Segments } from "../../ui/surface";
import { useNow } from "../../ui/useNow";
import { boardQuery } from "../list/calls";
import type { BoardDetail } from "../list/shapes";
import { BoardPill } from "../tabs/BoardPill";
import { BoardTabs } from "../tabs/BoardTabs";
import { reviewQuery } from "./calls";
import { DiscardDialog } from "./DiscardDialog";
import { Figures } from "./Figures";
import { GroupCard } from "./ReviewRow";
import {
  barWords,
  chosenItems,
  groupItems,
  headWords,
  newlyStopped,
  publishWords,
  type GroupBy,
} from "./review";
import { RunCard } from "./RunCard";
import type { Review } from "./shapes";
import style from "./publish.module.css";
import { usePublish } from "./usePublish";

export function PublishPage() {
  const { id } = useParams({ from: "/boards/$id/publish" });
  const board = useQuery(boardQuery(id));
  const review = useQuery(reviewQuery(id));
  if (board.data && review.data) return <Content key={id} board={board.data} review={review.data} />;
  const error = board.error ?? review.error;
  return (
    <Page
      title="Review and publish"
      trail={[{ label: "Boards", to: "/boards" }]}
      place={board.data && <BoardTabs board={board.data} here="publish" />}
    >
      <div className={`${layout.page} ${style.page}`}>
        {error === null ? (
          <>
            <Skeleton height={84} />
            <Skeleton height={320} />
          </>
        ) : (
          <Empty
            art="broken"
            title="The unpublished changes could not be read"
            acts={
              <Button look="primary" onClick={() => (void board.refetch(), void review.refetch())}>
                Try again
              </Button>
            }
          >
            {error instanceof Problem && error.status === 404
              ? "The board was deleted, is not shared with you, or the address has a typing error."
              : sentence(error)}
          </Empty>
        )}
      </div>
    </Page>
  );
}

function Content({ board, review }: { board: BoardDetail; review: Review }) {
  const now_ms = useNow(1_000);
  const [by, setBy] = useState<GroupBy>("team");
  // What somebody ticked or unticked; the rest follows the try.
  const [said, setSaid] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [isDiscarding, setDiscarding] = useState(false);
  const acts = usePublish(board, review);
  const { items, run } = review;
  const isRunning = run?.state === "running";
  const chosen = chosenItems(items, said);
  const chosenIds = new Set(chosen.map((item) => item.item));
  const bar = barWords(items, chosen);
  const stopped = newlyStopped(items, acts.stoppedFrom);
  const tick = (item: string, isOn: boolean) => setSaid(new Map(said).set(item, isOn));
  return (
    <Page
      title={`Publish ${board.name}`}
      place={<BoardTabs board={board} here="publish" />}
      pill={<BoardPill board={board} />}
    >
      <div className={`${layout.page} ${style.page}`}>
        <div className={layout.pageHead}>
          <div>
            <h1>Review and publish</h1>
            {items.length > 0 && <p>{headWords(review, now_ms)}</p>}
          </div>
          <div className={`${layout.row} ${layout.wrap}`}>
            {items.length > 0 && (
              <>
                <Segments
                  label="Group by"
                  value={by}
                  onChange={setBy}
                  options={[
                    { value: "team", label: "By team" },
                    { value: "person", label: "By person" },
                  ]}
                />
                {board.may_edit && (
                  <Button
                    icon={<RotateCw size={16} />}
                    isBusy={acts.isTrying}
                    disabled={isRunning}
                    onClick={acts.tryAgain}
                  >
                    {review.tried_us === null ? "Try all" : "Try all again"}
                  </Button>
                )}
              </>
            )}
            <Link to="/boards/$id" params={{ id: board.id }} className={buttonClass()}>
              <Columns3 size={16} aria-hidden />
              Back to board
            </Link>
          </div>
        </div>
        {run && <RunCard run={run} now_ms={now_ms} isStopping={acts.isStopping} onStop={acts.stop} />}
        {acts.error && <FieldError>{acts.error}</FieldError>}
        {stopped.length > 0 && !isRunning && (
          <Banner title="Nothing was published.">
            The board had changed, so everything was tried again, and{" "}
            {stopped.length === 1 ? "one of those chosen is" : `${stopped.length} of those chosen are`}{" "}
            stopped now. Look at the list and publish once more.
          </Banner>
        )}
        {items.length === 0 ? (
          !run && (
            <Empty art="steps" title="Nothing waits to be published">
              {board.write_mode === "hold"
                ? "Plan on the board. What changes is listed here and tried before it is written."
                : board.write_mode === "live"
                  ? "This board is live: every act is written at once."
                  : "This board is read only: nothing is written from it."}
            </Empty>
          )
        ) : (
          <>
            <Figures board={board} items={items} isTrying={acts.isTrying} />
            <div className={style.groups} aria-busy={acts.isTrying}>
              {groupItems(items, by, board.set_up.teams).map((group) => (
                <GroupCard
                  key={group.key}
                  group={group}
                  by={by}
                  board={board}
                  isChosen={(item) => chosenIds.has(item)}
                  canChange={board.may_edit && !isRunning}
                  isBusy={acts.busyItem}
                  onTick={tick}
                  acts={acts}
                />
              ))}
            </div>
            {board.may_edit && !isRunning && (
              <div className={style.bar}>
                <span>
                  <b>{bar.is}</b>{" "}
                  <span className={layout.muted}>
                    {bar.says}
                    {review.is_stale && " The board changed since the try, so it is tried again first."}
                  </span>
                </span>
                <Button look="ghost" onClick={() => setDiscarding(true)}>
                  Discard all…
                </Button>
                <Button
                  look="primary"
                  icon={<Send size={16} />}
                  isBusy={acts.isStarting}
                  disabled={chosen.length === 0}
                  onClick={() => acts.publish(chosen.map((item) => item.item))}
                >
                  {publishWords(chosen)}
                </Button>
              </div>
            )}
          </>
        )}
      </div>
      {isDiscarding && (
        <DiscardDialog
          board={board}
          items={items}
          onClose={() => setDiscarding(false)}
          onDiscarded={acts.refresh}
        />
      )}
    </Page>
  );
}
