// A new board on one page: everything proposed, each answer changed in place, the board beside it following.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { Problem, newId, sentence } from "../../api/client";
import type { Connection } from "../../api/types";
import { Page } from "../../app/Page";
import { connectionsQuery } from "../../app/queries";
import { useMay } from "../../app/session";
import { Button, buttonClass } from "../../ui/Button";
import { FieldError, RadioCards } from "../../ui/Field";
import layout from "../../ui/layout.module.css";
import { Skeleton } from "../../ui/marks";
import { Card, Empty } from "../../ui/surface";
import { ago } from "../../ui/time";
import { toast } from "../../ui/toast";
import { useNow } from "../../ui/useNow";
import { askProposal, boardChanged, createBoard } from "../list/calls";
import type { Proposal, WriteMode } from "../list/shapes";
import { Answers } from "./Answers";
import { lacking, problemsByAnswer } from "./answers";
import { ConnectionChoice } from "./ConnectionChoice";
import { LOCAL } from "./local";
import { LocalForm } from "./LocalForm";
import { countWords, createWords } from "./preview";
import { PreviewLists } from "./PreviewLists";
import { SmallBoard } from "./SmallBoard";
import { usePreview } from "./usePreview";
import { useProposal } from "./useProposal";
import { WhatMovesWrite } from "./WhatMovesWrite";
import { useBoardDraft } from "./useBoardDraft";
import style from "./wizard.module.css";
import { WriteModes } from "./WriteModes";

export function WizardPage() {
  const search = useSearch({ from: "/boards/new" });
  const connections = useQuery(connectionsQuery);
  const mayManage = useMay("boards.manage");
  const now_ms = useNow(60_000);
  const [picked, setPicked] = useState<string | null>(search.connection ?? null);
  const usable = connections.data?.filter((one) => one.is_enabled) ?? [];
  const connection = usable.find((one) => one.id === picked) ?? best(usable);
  const isLocal = picked === LOCAL;
  return (
    <Page title="New board" trail={[{ label: "Boards", to: "/boards" }]}>
      <div className={`${layout.page} ${style.page}`}>
        <div className={layout.pageHead}>
          <div>
            <h1>New program board</h1>
            <p>
              {isLocal
                ? "Teams and iterations are proposed. Change what does not fit, the board beside follows."
                : "Every answer is proposed from what Azure DevOps holds. Change what does not fit, the board beside follows."}
            </p>
          </div>
          <Link to="/boards" className={buttonClass("ghost")}>
            Cancel
          </Link>
        </div>
        {!mayManage ? (
          <Empty art="list" title="Boards are made by board admins">
            Ask one of them, or a company admin to make you one.
          </Empty>
        ) : connections.isPending ? (
          <Waiting of="the connections" />
        ) : isLocal ? (
          <LocalForm
            choice={
              usable.length > 0 && (
                <ConnectionChoice value={LOCAL} connections={usable} now_ms={now_ms} onPick={setPicked} />
              )
            }
          />
        ) : connection === undefined ? (
          <NoConnection hasAny={(connections.data?.length ?? 0) > 0} onLocal={() => setPicked(LOCAL)} />
        ) : (
          <Proposed
            key={connection.id}
            connection={connection}
            connections={usable}
            onConnection={setPicked}
          />
        )}
      </div>
    </Page>
  );
}

/** One that answers comes before one that does not. */
function best(connections: Connection[]): Connection | undefined {
  const answers = ({ health }: Connection) =>
    health.state !== "unreachable" && health.state !== "token_refused";
  return connections.find(answers) ?? connections[0];
}

function NoConnection({ hasAny, onLocal }: { hasAny: boolean; onLocal: () => void }) {
  return (
    <Empty
      art="plug"
      title={hasAny ? "Every connection is disabled" : "No connection yet"}
      acts={
        <>
          <Link to="/connections" search={hasAny ? {} : { add: true }} className={buttonClass("primary")}>
            {hasAny ? "Connections" : "Add connection"}
          </Link>
          <Button onClick={onLocal}>Make a local board</Button>
        </>
      }
    >
      {hasAny
        ? "Enable one, and a board is proposed from what it holds. Or make a local board: it can be connected later."
        : "A board shows work items of Azure DevOps: connect an organization or collection first. Or make a local board: it can be connected later."}
    </Empty>
  );
}

function Waiting({ of }: { of: string }) {
  return (
    <div className={style.wizard} aria-busy>
      <Card isFlush>
        <p className={`${layout.muted} ${style.asking}`} role="status">
          Asking {of} what there is…
        </p>
        {[38, 54, 54, 54, 54, 38].map((height, index) => (
          <div key={index} className={style.waiting}>
            <Skeleton width={72} />
            <Skeleton height={height - 14} />
          </div>
        ))}
      </Card>
      <Card>
        <Skeleton height={280} />
      </Card>
    </div>
  );
}

interface ProposedProps {
  connection: Connection;
  connections: Connection[];
  onConnection: (id: string) => void;
}

function Proposed(props: ProposedProps) {
  const { connection, connections, onConnection } = props;
  const proposal = useQuery({
    queryKey: ["board-proposal", connection.id],
    queryFn: () => askProposal({ connection_id: connection.id }),
    staleTime: 60_000,
    retry: false,
    refetchOnWindowFocus: false,
  });
  if (proposal.data) return <Form {...props} proposal={proposal.data} />;
  if (proposal.isPending) return <Waiting of={connection.label} />;
  return (
    <Card title={`“${connection.label}” could not be asked`}>
      <div className={layout.stack}>
        <FieldError>{sentence(proposal.error)}</FieldError>
        <div className={`${layout.row} ${layout.wrap}`}>
          <Button look="primary" isBusy={proposal.isFetching} onClick={() => void proposal.refetch()}>
            Try again
          </Button>
          <Link to="/connections/$id" params={{ id: connection.id }} className={buttonClass()}>
            Open the connection
          </Link>
        </div>
        <RadioCards
          legend="Or make the board of something else"
          name="connection"
          value={connection.id}
          onChange={onConnection}
          options={[
            ...connections.map((one) => ({ value: one.id, title: one.label, says: one.host })),
            {
              value: LOCAL,
              title: "None: a local board",
              says: "No Azure DevOps. It can be connected later.",
            },
          ]}
        />
      </div>
    </Card>
  );
}

function Form({ connection, connections, onConnection, proposal }: ProposedProps & { proposal: Proposal }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const now_ms = useNow(1_000);
  const [id] = useState(() => newId());
  const [initial] = useState(() => ({
    name: proposal.name,
    set_up: proposal.set_up,
    write_mode: "hold" as WriteMode,
  }));
  const draft = useBoardDraft(`board.${connection.id}`, initial, "Start from the proposal");
  const { name, set_up, write_mode } = draft.value;
  const proposed = useProposal(connection.id, proposal, draft.value, draft.patch);
  const lack = lacking(name, set_up);
  const { preview, at_ms, isOld, error, retry } = usePreview(connection.id, set_up, lack === null);
  const create = useMutation({
    mutationFn: () =>
      createBoard({ id, name: name.trim(), connection_id: connection.id, set_up, write_mode }),
    onSuccess: (board) => {
      draft.clear();
      boardChanged(client);
      toast(`“${board.name}” is created; its cards are coming in`);
      void navigate({ to: "/boards/$id", params: { id: board.id } });
    },
  });
  const problem = create.error ?? error;
  const fields = problem instanceof Problem ? problem.fields : [];
  const errors = {
    ...problemsByAnswer(fields, set_up),
    ...(lack && { [lack.key]: lack.says }),
    ...proposed.errors,
  };
  return (
    <>
      {draft.banner}
      <div className={style.wizard}>
        <Card isFlush>
          <Answers
            name={name}
            onName={(text) => draft.patch({ name: text })}
            connection={connection}
            connections={connections}
            onConnection={onConnection}
            set_up={set_up}
            onChange={(next) => draft.patch({ set_up: next })}
            choices={proposed.choices}
            onProjects={(project_ids) => proposed.again({ project_ids })}
            onPi={(pi_node_id) => proposed.again({ pi_node_id })}
            warnings={[...proposed.warnings, ...(preview?.warnings ?? [])]}
            errors={errors}
            now_ms={now_ms}
          />
        </Card>
        <Card
          title="This board"
          isFlush
          acts={
            preview && (
              <span className={`${layout.small} ${layout.muted} ${layout.num}`} role="status">
                {isOld && !error
                  ? "Asking again…"
                  : `${countWords(preview)} · read ${ago(at_ms * 1000, now_ms)}`}
              </span>
            )
          }
        >
          {error && (
            <div className={style.failed}>
              <FieldError>{sentence(error)}</FieldError>
              <Button size="small" onClick={retry}>
                Try again
              </Button>
            </div>
          )}
          <SmallBoard
            set_up={set_up}
            preview={preview}
            types={proposed.choices?.types ?? []}
            isOld={isOld || proposed.isBusy}
          />
          <WhatMovesWrite
            set_up={set_up}
            preview={preview}
            onChange={(next) => draft.patch({ set_up: next })}
          />
        </Card>
      </div>
      {preview && <PreviewLists preview={preview} isOld={isOld} />}
      <section className={style.bar} aria-label="Write mode and create">
        <div>
          <h2>Write mode</h2>
          <span className={style.hint}>Can be changed later</span>
        </div>
        <WriteModes value={write_mode} onChange={(mode) => draft.patch({ write_mode: mode })} />
        <div className={style.create}>
          <Button
            look="primary"
            isBusy={create.isPending}
            disabled={lack !== null || error !== null}
            onClick={() => create.mutate()}
          >
            {createWords(isOld ? null : preview)}
          </Button>
        </div>
        {create.error && fields.length === 0 && (
          <div className={style.refused}>
            <FieldError>{sentence(create.error)}</FieldError>
          </div>
        )}
      </section>
    </>
  );
}
