import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck, Columns3, Plug, SquareCheck } from "lucide-react";
import type { ReactNode } from "react";
import { connectionsQuery } from "../app/queries";
import { useMe } from "../app/session";
import { Page } from "../app/Page";
import { boardsQuery } from "../program-board/list/calls";
import { buttonClass } from "../ui/Button";
import layout from "../ui/layout.module.css";
import { plural } from "../ui/time";
import style from "./entrance.module.css";

/** What is left to do on a new server, in order. */
export function FirstSteps() {
  const me = useMe();
  const n_connections = useQuery(connectionsQuery).data?.length ?? 0;
  const n_boards = useQuery(boardsQuery).data?.length ?? 0;
  return (
    <Page title="Set up this server">
      <div className={`${layout.page} ${layout.narrow}`}>
        <div className={layout.pageHead}>
          <div>
            <h1>Set up this server</h1>
            <p>Three steps, about five minutes. You can stop after any of them.</p>
          </div>
        </div>
        <ol className={style.steps}>
          <Step isDone title="Create the administrator" says={me.email} icon={<SquareCheck size={16} />} />
          <Step
            isDone={n_connections > 0}
            isNow={n_connections === 0}
            icon={<Plug size={16} />}
            title="Connect Azure DevOps or TFS"
            says={
              n_connections > 0
                ? plural(n_connections, "connection")
                : "You need a personal access token of a service account with two rights: work items read and write, projects read."
            }
            act={
              <Link to="/connections" search={{ add: true }} className={buttonClass("primary")}>
                Add connection
              </Link>
            }
          />
          <Step
            isDone={n_boards > 0}
            isNow={n_connections > 0 && n_boards === 0}
            icon={<Columns3 size={16} />}
            title="Create the first board"
            says={n_boards > 0 ? plural(n_boards, "board") : "Teams, iterations and cards are proposed."}
            act={
              <Link to="/boards/new" search={{}} className={buttonClass("primary")}>
                New board
              </Link>
            }
          />
        </ol>
        {n_connections > 0 && (
          <div className={`${layout.row} ${layout.wrap}`}>
            {n_boards > 0 && (
              <Link to="/boards" className={buttonClass("primary")}>
                Open boards
              </Link>
            )}
            <Link to="/action-items" search={{ create: "lines" }} className={buttonClass()}>
              Write down action items
            </Link>
          </div>
        )}
        <p className={`${layout.small} ${layout.faint}`}>
          Address of this server: <code>{location.origin}</code>. If Azure DevOps cannot reach it, Lockstep
          asks every 60 s instead, and nothing is lost.
        </p>
      </div>
    </Page>
  );
}

interface StepProps {
  isDone?: boolean;
  isNow?: boolean;
  icon: ReactNode;
  title: string;
  says: string;
  act?: ReactNode;
}

function Step({ isDone, isNow, icon, title, says, act }: StepProps) {
  return (
    <li className={isDone ? style.done : isNow ? style.now : undefined}>
      {isDone ? <CircleCheck size={16} aria-label="Done" /> : icon}
      <div>
        <b>{title}</b>
        <small>{says}</small>
        {isNow && act}
      </div>
    </li>
  );
}
