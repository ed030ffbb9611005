// A local board comes to a connection: what its rows, columns and types become, what publishing would create. Nothing is
// written by connecting; the board is on hold behind it.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { Problem, sentence } from "../../api/client";
import type { Connection } from "../../api/types";
import { Page } from "../../app/Page";
import { connectionsQuery } from "../../app/queries";
import { Button, buttonClass } from "../../ui/Button";
import { FieldError } from "../../ui/Field";
import layout from "../../ui/layout.module.css";
import { Skeleton } from "../../ui/marks";
import { Card, Empty } from "../../ui/surface";
import { plural } from "../../ui/time";
import { toast } from "../../ui/toast";
import {
  askConnectPreview,
  askPreview,
  askProposal,
  boardChanged,
  boardQuery,
  connectBoard,
} from "../list/calls";
import type { BoardDetail, Proposal } from "../list/shapes";
import { BoardPill } from "../tabs/BoardPill";
import { BoardTabs } from "../tabs/BoardTabs";
import { useLater } from "../wizard/useLater";
import wizard from "../wizard/wizard.module.css";
import { Matching, type Key } from "./Matching";
import { connectedSetUp, lack, match, rematched, typeChanges, type Matches } from "./matching";
import { WhatComes } from "./WhatComes";

const PAUSE_MS = 350;

export function ConnectPage() {
  const { id } = useParams({ from: "/boards/$id/connect" });
  const board = useQuery(boardQuery(id));
  const connections = useQuery(connectionsQuery);
  if (board.data?.may_manage && board.data.is_local && connections.data)
    return (
      <Frame board={board.data}>
        <Choose board={board.data} connections={connections.data.filter((one) => one.is_enabled)} />
      </Frame>
    );
  return (
    <Page title="Connect a board" trail={[{ label: "Boards", to: "/boards" }]}>
      <div className={layout.page}>
        {board.isPending || connections.isPending ? (
          <Skeleton height={200} />
        ) : board.data && !board.data.is_local ? (
          <Empty
            art="plug"
            title="This board is connected"
            acts={
              <Link to="/boards/$id" params={{ id }} className={buttonClass("primary")}>
                Open the board
              </Link>
            }
          >
            Where its cards come from is changed in its settings.
          </Empty>
        ) : board.data && !board.data.may_manage ? (
          <Empty art="list" title="Boards are connected by board admins">
            Ask one of them.
          </Empty>
        ) : (
          <Empty art="search" title="This board cannot be shown">
            {sentence(board.error ?? connections.error)}
          </Empty>
        )}
      </div>
    </Page>
  );
}

function Frame({ board, children }: { board: BoardDetail; children: React.ReactNode }) {
  return (
    <Page
      title={`Connect ${board.name}`}
      place={<BoardTabs board={board} here="settings" />}
      pill={<BoardPill board={board} />}
    >
      <div className={`${layout.page} ${wizard.page}`}>
        <div className={layout.pageHead}>
          <div>
            <h1>Connect to Azure DevOps</h1>
            <p>
              Rows, columns and types are matched with what Azure DevOps holds. Change what does not fit;
              beside it stands what publishing would create.
            </p>
          </div>
          <Link to="/boards/$id/settings" params={{ id: board.id }} className={buttonClass("ghost")}>
            Cancel
          </Link>
        </div>
        {children}
      </div>
    </Page>
  );
}

function Choose({ board, connections }: { board: BoardDetail; connections: Connection[] }) {
  const [picked, setPicked] = useState<string | null>(null);
  const connection = connections.find((one) => one.id === picked) ?? connections[0];
  if (connection === undefined)
    return (
      <Empty
        art="plug"
        title="No connection that is enabled"
        acts={
          <Link to="/connections" search={{}} className={buttonClass("primary")}>
            Connections
          </Link>
        }
      >
        The board stays as it is until there is one.
      </Empty>
    );
  return (
    <Proposed
      key={connection.id}
      board={board}
      connection={connection}
      connections={connections}
      onConnection={setPicked}
    />
  );
}

interface ProposedProps {
  board: BoardDetail;
  connection: Connection;
  connections: Connection[];
  onConnection: (id: string) => void;
}

export interface Wish {
  project_ids?: string[];
  pi_node_id?: number;
}

function Proposed(props: ProposedProps) {
  const { connection } = props;
  const [wish, setWish] = useState<Wish>({});
  const proposal = useQuery({
    queryKey: ["board-proposal", connection.id, wish],
    queryFn: () => askProposal({ connection_id: connection.id, ...wish }),
    staleTime: 60_000,
    retry: false,
    refetchOnWindowFocus: false,
    placeholderData: (before) => before,
  });
  if (proposal.data)
    return (
      <Form
        {...props}
        proposal={proposal.data}
        isAsking={proposal.isFetching}
        wishError={proposal.isError ? sentence(proposal.error) : null}
        onWish={setWish}
      />
    );
  if (proposal.isPending)
    return (
      <Card>
        <p className={layout.muted} role="status">
          Asking {connection.label} what there is…
        </p>
        <Skeleton height={240} />
      </Card>
    );
  return (
    <Card title={`“${connection.label}” could not be asked`}>
      <div className={layout.stack}>
        <FieldError>{sentence(proposal.error)}</FieldError>
        <div className={`${layout.row} ${layout.wrap}`}>
          <Button look="primary" isBusy={proposal.isFetching} onClick={() => void proposal.refetch()}>
            Try again
          </Button>
        </div>
      </div>
    </Card>
  );
}

interface FormProps extends ProposedProps {
  proposal: Proposal;
  isAsking: boolean;
  wishError: string | null;
  onWish: (wish: Wish) => void;
}

function Form({
  board,
  connection,
  connections,
  onConnection,
  proposal,
  isAsking,
  wishError,
  onWish,
}: FormProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [kept, setKept] = useState<{ of: Proposal; matches: Matches }>(() => ({
    of: proposal,
    matches: match(board.set_up, proposal),
  }));
  let { matches } = kept;
  if (kept.of !== proposal) {
    // Something else to choose from: what was chosen by hand stays where it is still there.
    matches = rematched(matches, match(board.set_up, proposal), proposal.choices);
    setKept({ of: proposal, matches });
  }
  const lacks = lack(board.set_up, matches);
  const wish = {
    connection_id: connection.id,
    set_up: connectedSetUp(board.set_up, proposal, matches),
    types: typeChanges(matches),
  };
  const asked = useLater(JSON.stringify(wish), PAUSE_MS);
  const isSettled = asked === JSON.stringify(wish);
  const preview = useQuery({
    queryKey: ["connect-preview", board.id, asked],
    queryFn: () => askConnectPreview(board.id, JSON.parse(asked) as typeof wish),
    enabled: lacks === null && isSettled,
    retry: false,
    refetchOnWindowFocus: false,
    placeholderData: (before) => before,
  });
  const there = useQuery({
    queryKey: ["board-preview", connection.id, asked],
    queryFn: () => askPreview(connection.id, (JSON.parse(asked) as typeof wish).set_up),
    enabled: lacks === null && isSettled,
    retry: false,
    staleTime: 60_000,
    refetchOnWindowFocus: false,
    placeholderData: (before) => before,
  });
  const connect = useMutation({
    mutationFn: () => connectBoard(board.id, wish),
    onSuccess: (next) => {
      client.setQueryData(boardQuery(board.id).queryKey, next);
      boardChanged(client);
      toast(`“${next.name}” is connected and on hold; publish when you mean it`);
      void navigate({ to: "/boards/$id", params: { id: board.id } });
    },
  });
  const problem = connect.error ?? (lacks === null ? preview.error : null);
  const errors = { ...errorsOf(problem), ...(lacks && { [lacks.key]: lacks.says }) };
  if (wishError) errors.connection = wishError;
  const hasPlace = Object.keys(errorsOf(problem)).length > 0;
  const isOld = !isSettled || preview.isFetching || isAsking;
  return (
    <>
      <div className={wizard.wizard}>
        <Card isFlush>
          <Matching
            board={board}
            connection={connection}
            connections={connections}
            onConnection={onConnection}
            proposal={proposal}
            matches={matches}
            onMatches={(next) => setKept({ of: proposal, matches: next })}
            onWish={onWish}
            errors={errors}
          />
        </Card>
        <WhatComes
          preview={lacks === null && !preview.isError ? (preview.data ?? null) : null}
          n_there={there.data?.n_items ?? null}
          lacks={lacks?.says ?? (problem ? sentence(problem) : null)}
          isOld={isOld}
        />
      </div>
      <section className={wizard.bar} data-kind="local" aria-label="Connect">
        <div className={wizard.says}>
          <h2>Nothing is written yet</h2>
          <span className={wizard.hint}>
            The board goes on hold, with every card as an unpublished change by whoever made it. Publishing
            creates the work items, parents first. What could be undone before cannot be undone any more.
          </span>
        </div>
        <div className={wizard.create}>
          <Button
            look="primary"
            isBusy={connect.isPending}
            disabled={lacks !== null || preview.isError || preview.data === undefined || isOld}
            onClick={() => connect.mutate()}
          >
            {preview.data && lacks === null
              ? `Connect with ${plural(preview.data.n_items, "card")}`
              : "Connect"}
          </Button>
        </div>
        {connect.error && !hasPlace && (
          <div className={wizard.refused}>
            <FieldError>{sentence(connect.error)}</FieldError>
          </div>
        )}
      </section>
    </>
  );
}

const KEYS: [RegExp, Key][] = [
  [/^(set_up\.)?teams/, "teams"],
  [/^(set_up\.)?(columns|pi)/, "columns"],
  [/^types/, "types"],
  [/^set_up\.levels/, "types"],
];

function errorsOf(error: unknown): Partial<Record<Key, string>> {
  const said: Partial<Record<Key, string>> = {};
  if (!(error instanceof Problem)) return said;
  for (const { field, message } of error.fields) {
    const [, key] = KEYS.find(([pattern]) => pattern.test(field)) ?? [];
    if (key) said[key] ??= `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
  }
  return said;
}
