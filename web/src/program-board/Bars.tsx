// Lasting conditions of a board, between its tools and its rows: on hold, still filling, stopped, many changes at once.
import { Link } from "@tanstack/react-router";
import { Pause } from "lucide-react";
import { Suspense, lazy, useState } from "react";
import { Button, buttonClass } from "../ui/Button";
import { Banner } from "../ui/surface";
import { count, plural } from "../ui/time";
import { LeavingBanner } from "./settings/LeavingBanner";
import type { BoardSummary } from "./shapes";
import type { BoardState } from "./store";
import style from "./toolbar.module.css";

const DiscardHere = lazy(() => import("./publish/DiscardHere"));

interface BarsProps {
  board: BoardSummary;
  /** Teams whose rows hold unpublished changes. */
  n_draft_teams: number;
  news: BoardState["news"];
  onShowNews: () => void;
  onDismissNews: () => void;
}

export function Bars({ board, n_draft_teams, news, onShowNews, onDismissNews }: BarsProps) {
  return (
    <div>
      {board.import.state === "importing" && <Reading board={board} />}
      {board.import.state === "stopped" && (
        <Banner isEdge title="Reading this board stopped." role="status">
          {board.import.detail ?? "What was read so far is shown."}
        </Banner>
      )}
      <LeavingBanner board={board} />
      {board.write_mode === "hold" && <Hold board={board} n_teams={n_draft_teams} />}
      {news && (
        <div className={style.news}>
          <span>{news.text}</span>
          <Button size="small" look="ghost" onClick={onShowNews}>
            Show
          </Button>
          <Button size="small" look="ghost" onClick={onDismissNews}>
            Dismiss
          </Button>
        </div>
      )}
    </div>
  );
}

function Hold({ board, n_teams }: { board: BoardSummary; n_teams: number }) {
  const [isDiscarding, setDiscarding] = useState(false);
  const where = n_teams > 0 ? ` in ${plural(n_teams, "team")}` : "";
  return (
    <div className={style.hold} role="status">
      <Pause size={16} aria-hidden />
      <span>
        <b>{board.n_drafts > 0 ? `On hold: ${plural(board.n_drafts, "unpublished change")}` : "On hold"}</b>
        <span>{board.n_drafts > 0 && where}. Nothing goes to Azure DevOps until you publish.</span>
      </span>
      {board.n_drafts > 0 && (
        <>
          {board.may_edit && (
            <Button size="small" look="ghost" onClick={() => setDiscarding(true)}>
              Discard…
            </Button>
          )}
          <Link
            to="/boards/$id/publish"
            params={{ id: board.id }}
            className={buttonClass("primary", "small")}
          >
            Review and publish
          </Link>
        </>
      )}
      {isDiscarding && (
        <Suspense>
          <DiscardHere id={board.id} onClose={() => setDiscarding(false)} />
        </Suspense>
      )}
    </div>
  );
}

function Reading({ board }: { board: BoardSummary }) {
  const { n_found, n_read } = board.import;
  const part = n_found ? Math.min(100, (100 * n_read) / n_found) : 0;
  return (
    <div className={style.reading} role="status">
      <span>
        Reading work items: {count(n_read)}
        {n_found === null ? "" : ` of ${count(n_found)}`}. The board can be used meanwhile.
      </span>
      <span>
        <i style={{ width: `${part}%` }} />
      </span>
    </div>
  );
}
