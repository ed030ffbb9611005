import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Ellipsis, Pencil, Plug, Plus, Settings2, Trash2 } from "lucide-react";
import { useState } from "react";
import { sentence } from "../../api/client";
import { Page } from "../../app/Page";
import { connectionsQuery } from "../../app/queries";
import { useMay } from "../../app/session";
import { Button, IconButton, buttonClass } from "../../ui/Button";
import layout from "../../ui/layout.module.css";
import { Pill, Skeleton } from "../../ui/marks";
import { Menu } from "../../ui/Menu";
import { Empty } from "../../ui/surface";
import { count, plural } from "../../ui/time";
import { useMedia } from "../../ui/useMedia";
import { DeleteBoard, RenameBoard } from "./BoardDialogs";
import { boardsQuery } from "./calls";
import { LOCAL } from "../wizard/local";
import style from "./list.module.css";
import type { BoardSummary } from "./shapes";
import { importWords, modeWords } from "./words";

type Asked = { what: "rename" | "delete"; board: BoardSummary } | null;

export function BoardsPage() {
  const boards = useQuery(boardsQuery);
  const mayManage = useMay("boards.manage");
  const isPhone = useMedia("(max-width: 640px)");
  const [asked, setAsked] = useState<Asked>(null);
  const all = boards.data ?? [];
  return (
    <Page title="Boards">
      <div className={`${layout.page} ${layout.wide}`}>
        <div className={layout.pageHead}>
          <div>
            <h1>Boards</h1>
            <p>Teams by iterations, with the features and stories of Azure DevOps on them.</p>
          </div>
          {mayManage && all.length > 0 && <NewBoard />}
        </div>
        {boards.isPending ? (
          <div className={layout.stack}>
            <Skeleton height={58} />
            <Skeleton height={58} />
          </div>
        ) : boards.isError && !boards.data ? (
          <Empty
            art="broken"
            title="The boards could not be read"
            acts={
              <Button look="primary" onClick={() => void boards.refetch()}>
                Try again
              </Button>
            }
          >
            {sentence(boards.error)}
          </Empty>
        ) : all.length === 0 ? (
          <NoBoard mayManage={mayManage} />
        ) : isPhone ? (
          <ul className={style.cards}>
            {all.map((board) => (
              <li key={board.id} className={style.card}>
                <div className={layout.between}>
                  <Name board={board} />
                  <More board={board} onAsk={setAsked} />
                </div>
                <div>
                  <Mode board={board} />
                  <span className={layout.muted}>{plural(board.n_cards, "card")}</span>
                  <Drafts board={board} />
                </div>
                <ImportState board={board} />
              </li>
            ))}
          </ul>
        ) : (
          <div className={style.frame}>
            <table className={style.table}>
              <thead>
                <tr>
                  <th>Board</th>
                  <th>Write mode</th>
                  <th className={style.right}>Cards</th>
                  <th>Unpublished</th>
                  <th>Import</th>
                  <th>
                    <span className={layout.sr}>Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {all.map((board) => (
                  <tr key={board.id}>
                    <td>
                      <Name board={board} />
                    </td>
                    <td>
                      <Mode board={board} />
                    </td>
                    <td className={`${style.right} ${layout.num}`}>{count(board.n_cards)}</td>
                    <td>
                      <Drafts board={board} />
                    </td>
                    <td>
                      <ImportState board={board} />
                    </td>
                    <td>
                      <More board={board} onAsk={setAsked} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
      {asked?.what === "rename" && <RenameBoard board={asked.board} onClose={() => setAsked(null)} />}
      {asked?.what === "delete" && <DeleteBoard board={asked.board} onClose={() => setAsked(null)} />}
    </Page>
  );
}

function NewBoard() {
  return (
    <Link to="/boards/new" search={{}} className={buttonClass("primary")}>
      <Plus size={16} aria-hidden />
      New board
    </Link>
  );
}

/** Without a connection there is nothing to make a board of; the way there is one click. */
function NoBoard({ mayManage }: { mayManage: boolean }) {
  const connections = useQuery(connectionsQuery);
  const mayConnect = useMay("connections.manage");
  const hasConnection = (connections.data?.length ?? 0) > 0;
  if (connections.isPending) return <Skeleton height={120} />;
  if (!hasConnection)
    return (
      <Empty
        art="plug"
        title="No board yet, and nothing to make one of"
        acts={
          <>
            {mayConnect && (
              <Link to="/connections" search={{ add: true }} className={buttonClass("primary")}>
                <Plug size={16} aria-hidden />
                Add connection
              </Link>
            )}
            {mayManage && (
              <Link
                to="/boards/new"
                search={{ connection: LOCAL }}
                className={buttonClass(mayConnect ? "plain" : "primary")}
              >
                <Plus size={16} aria-hidden />
                Local board
              </Link>
            )}
          </>
        }
      >
        {mayConnect
          ? "A board shows work items of Azure DevOps. Connect an organization or collection first, then a board is proposed from what it holds."
          : "A board shows work items of Azure DevOps. A company admin connects the first organization or collection."}
        {mayManage && " Or plan on a local board, which can be connected later."}
      </Empty>
    );
  return (
    <Empty art="steps" title="No board yet" acts={mayManage && <NewBoard />}>
      {mayManage
        ? "Teams, iterations and cards are proposed from what Azure DevOps holds. You look at it and create the board."
        : "A board admin makes the first one."}
    </Empty>
  );
}

function Name({ board }: { board: BoardSummary }) {
  return (
    <span className={style.name}>
      <Link to="/boards/$id" params={{ id: board.id }}>
        {board.name}
      </Link>
      <small>{board.connection?.label ?? (board.is_local ? "Only here" : "Its connection is gone")}</small>
    </span>
  );
}

function Mode({ board }: { board: BoardSummary }) {
  const { word, says } = modeWords(board);
  return <span title={says}>{word}</span>;
}

function Drafts({ board }: { board: BoardSummary }) {
  if (board.n_drafts === 0) return null;
  return (
    <Link to="/boards/$id/publish" params={{ id: board.id }}>
      {plural(board.n_drafts, "change")}
    </Link>
  );
}

function ImportState({ board }: { board: BoardSummary }) {
  const words = importWords(board.import);
  if (words === null) return <span className={layout.faint}>Complete</span>;
  return (
    <span className={style.import}>
      <Pill tone={words.tone}>{words.word}</Pill>
      {words.share !== null && (
        <progress value={words.share} max={1} aria-label={`Import of ${board.name}`} />
      )}
    </span>
  );
}

function More({ board, onAsk }: { board: BoardSummary; onAsk: (asked: Asked) => void }) {
  const navigate = useNavigate();
  if (!board.may_manage) return null;
  return (
    <Menu
      align="end"
      trigger={<IconButton size="small" label={`Acts on ${board.name}`} icon={<Ellipsis size={16} />} />}
      groups={[
        {
          entries: [
            {
              id: "settings",
              label: "Settings",
              icon: <Settings2 size={16} />,
              onPick: () => void navigate({ to: "/boards/$id/settings", params: { id: board.id } }),
            },
            {
              id: "rename",
              label: "Rename…",
              icon: <Pencil size={16} />,
              onPick: () => onAsk({ what: "rename", board }),
            },
          ],
        },
        {
          entries: [
            {
              id: "delete",
              label: "Delete…",
              icon: <Trash2 size={16} />,
              isDanger: true,
              onPick: () => onAsk({ what: "delete", board }),
            },
          ],
        },
      ]}
    />
  );
}
