// How a board stands, in the top bar: on hold with what waits to be published, read only, local, else its connection's state.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Lock, Pause, Unplug } from "lucide-react";
import { LivePill } from "../../app/LivePill";
import { connectionsQuery } from "../../app/queries";
import type { BoardSummary } from "../list/shapes";
import style from "./tabs.module.css";

export function BoardPill({ board }: { board: BoardSummary }) {
  const connections = useQuery(connectionsQuery).data;
  if (board.write_mode === "hold")
    return (
      <Link
        to="/boards/$id/publish"
        params={{ id: board.id }}
        className={style.held}
        title="Nothing is written until it is published"
      >
        <Pause size={14} aria-hidden />
        <span role="status">On hold</span>
        {board.n_drafts > 0 && <small>· {board.n_drafts} unpublished</small>}
      </Link>
    );
  if (board.is_local && board.write_mode !== "read_only")
    return (
      <span className={style.held} title="No Azure DevOps behind it: what is done here is done">
        <Unplug size={14} aria-hidden />
        <span role="status">Local board</span>
      </span>
    );
  if (board.write_mode === "read_only")
    return (
      <span className={style.held} title="Nothing is written from this board">
        <Lock size={14} aria-hidden />
        <span role="status">Read only</span>
      </span>
    );
  const own = connections?.find((one) => one.id === board.connection?.id);
  return own ? <LivePill connection={own} /> : null;
}
