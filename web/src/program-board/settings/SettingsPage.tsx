// A board's settings: the answers it was made with, what another answer would bring, how it writes, who may see it.
import { useQuery, useQueryClient, useMutation } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { Problem, sentence } from "../../api/client";
import type { Connection } from "../../api/types";
import { Page } from "../../app/Page";
import { connectionsQuery } from "../../app/queries";
import { Button, buttonClass } from "../../ui/Button";
import layout from "../../ui/layout.module.css";
import { Skeleton } from "../../ui/marks";
import { Banner, Card, Empty } from "../../ui/surface";
import { plural } from "../../ui/time";
import { refusal, toast } from "../../ui/toast";
import { DeleteBoard } from "../list/BoardDialogs";
import { boardChanged, boardQuery, changeBoard } from "../list/calls";
import type { BoardDetail, WriteMode } from "../list/shapes";
import { deletionWords } from "../list/words";
import { BoardPill } from "../tabs/BoardPill";
import { BoardTabs } from "../tabs/BoardTabs";
import { WriteModes } from "../wizard/WriteModes";
import { ConnectCard } from "./ConnectCard";
import { LeavingBanner } from "./LeavingBanner";
import { LocalSetUp } from "./LocalSetUp";
import { PeopleCard } from "./PeopleCard";
import { SetUpForm } from "./SetUpForm";
import style from "./settings.module.css";

export function SettingsPage() {
  const { id } = useParams({ from: "/boards/$id/settings" });
  const board = useQuery(boardQuery(id));
  const connections = useQuery(connectionsQuery);
  if (board.data?.may_manage)
    return (
      <Content
        key={id}
        board={board.data}
        connection={connections.data?.find((one) => one.id === board.data.connection?.id) ?? null}
        isConnecting={connections.isPending}
      />
    );
  return (
    <Page title="Board settings" trail={[{ label: "Boards", to: "/boards" }]}>
      <div className={layout.page}>
        {board.isPending ? (
          <Skeleton height={200} />
        ) : board.data ? (
          <Empty art="list" title="Settings are changed by board admins">
            You can look at the board and, where it says so, plan on it.
          </Empty>
        ) : (
          <Empty art="search" title="This board cannot be shown">
            {board.error instanceof Problem && board.error.status === 404
              ? "It was deleted, is not shared with you, or the address has a typing error."
              : sentence(board.error)}
          </Empty>
        )}
      </div>
    </Page>
  );
}

interface ContentProps {
  board: BoardDetail;
  connection: Connection | null;
  isConnecting: boolean;
}

function Content({ board, connection, isConnecting }: ContentProps) {
  const navigate = useNavigate();
  const [isDeleting, setDeleting] = useState(false);
  return (
    <Page
      title={`Settings of ${board.name}`}
      place={<BoardTabs board={board} here="settings" />}
      pill={<BoardPill board={board} />}
      banners={<LeavingBanner board={board} />}
    >
      <div className={`${layout.page} ${style.page}`}>
        <div className={layout.pageHead}>
          <div>
            <h1>Board settings</h1>
            <p>
              {board.is_local
                ? "Change an answer, look at the difference, then apply it. Until then nothing changes."
                : "Change an answer, look at what comes in and what leaves, then apply it. Until then nothing changes."}
            </p>
          </div>
        </div>
        {board.import.state === "stopped" && (
          <Banner tone="bad" title="This board is not filled any more.">
            {board.import.detail}
          </Banner>
        )}
        {board.is_local ? (
          <>
            <LocalSetUp board={board} />
            <ConnectCard board={board} />
          </>
        ) : connection ? (
          <SetUpForm board={board} connection={connection} />
        ) : isConnecting ? (
          <Skeleton height={320} />
        ) : (
          <Banner title="Its connection is gone.">
            The board keeps what it has, and nothing of its set-up can be asked for any more.
          </Banner>
        )}
        {!board.is_local && <WriteModeCard board={board} />}
        <PeopleCard board={board} />
        <Card
          isDangerous
          title="Delete this board"
          says={deletionWords(board).join(" ")}
          acts={
            <Button look="danger" onClick={() => setDeleting(true)}>
              Delete…
            </Button>
          }
        />
      </div>
      {isDeleting && (
        <DeleteBoard
          board={board}
          onClose={() => setDeleting(false)}
          onDeleted={() => void navigate({ to: "/boards" })}
        />
      )}
    </Page>
  );
}

const AFTER: Record<WriteMode, string> = {
  live: "From now on every act is written at once",
  hold: "Nothing is written until it is published",
  read_only: "Nothing is written from this board any more",
};

function WriteModeCard({ board }: { board: BoardDetail }) {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (write_mode: WriteMode) => changeBoard(board.id, { write_mode }),
    onSuccess: (next) => {
      client.setQueryData(boardQuery(board.id).queryKey, next);
      boardChanged(client);
      toast(AFTER[next.write_mode]);
    },
    onError: (error) => refusal("The write mode was not changed.", sentence(error)),
  });
  const shown = change.isPending ? change.variables : board.write_mode;
  // What was planned on hold is published or discarded first, so that nothing is left behind unseen.
  const isKept = board.write_mode === "hold" && board.n_drafts > 0;
  return (
    <Card
      title="Write mode"
      says={
        isKept
          ? `${plural(board.n_drafts, "unpublished change waits", "unpublished changes wait")}: publish or discard ${board.n_drafts === 1 ? "it" : "them"} before the board leaves hold.`
          : "Counts for what is done from now on."
      }
      acts={
        isKept && (
          <Link to="/boards/$id/publish" params={{ id: board.id }} className={buttonClass()}>
            Review and publish
          </Link>
        )
      }
    >
      <WriteModes
        value={shown}
        onChange={(mode) => change.mutate(mode)}
        isDisabled={change.isPending || isKept}
      />
    </Card>
  );
}
