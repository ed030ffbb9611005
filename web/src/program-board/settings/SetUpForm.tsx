// The answers of a board that exists. What differs is shown, with what would come in and leave, before it is applied.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowRight } from "lucide-react";
import { useState } from "react";
import { Problem, sentence } from "../../api/client";
import type { Connection } from "../../api/types";
import { Button } from "../../ui/Button";
import { FieldError } from "../../ui/Field";
import layout from "../../ui/layout.module.css";
import { Card } from "../../ui/surface";
import { ago, plural } from "../../ui/time";
import { toast } from "../../ui/toast";
import { useNow } from "../../ui/useNow";
import { askProposal, boardChanged, boardQuery, changeBoard } from "../list/calls";
import type { BoardDetail, SetUp } from "../list/shapes";
import { Answers } from "../wizard/Answers";
import { lacking, problemsByAnswer } from "../wizard/answers";
import { countWords } from "../wizard/preview";
import { SmallBoard } from "../wizard/SmallBoard";
import { usePreview } from "../wizard/usePreview";
import { useProposal } from "../wizard/useProposal";
import { WhatMovesWrite } from "../wizard/WhatMovesWrite";
import wizard from "../wizard/wizard.module.css";
import { differences, movementOf, movementWords, type Difference, type Movement } from "./differences";
import style from "./settings.module.css";

interface Answered {
  name: string;
  set_up: SetUp;
}

export function SetUpForm({ board, connection }: { board: BoardDetail; connection: Connection }) {
  const client = useQueryClient();
  const now_ms = useNow(1_000);
  // `null`: as it is.
  const [draft, setDraft] = useState<Answered | null>(null);
  const { name, set_up } = draft ?? board;
  const put = (changes: Partial<Answered>) =>
    setDraft((old) => ({ ...(old ?? { name: board.name, set_up: board.set_up }), ...changes }));
  const choices = useQuery({
    queryKey: ["board-proposal", connection.id, board.set_up.pi?.node_id ?? null],
    queryFn: () =>
      askProposal({
        connection_id: connection.id,
        ...(board.set_up.pi && { pi_node_id: board.set_up.pi.node_id }),
      }),
    staleTime: 60_000,
    retry: false,
    refetchOnWindowFocus: false,
  });
  const proposed = useProposal(connection.id, choices.data ?? null, { name, set_up }, put);
  const all = changesOf(board, { name, set_up });
  const isChanged = all.length > 0;
  const lack = lacking(name, set_up);
  const now = usePreview(connection.id, board.set_up, isChanged);
  const after = usePreview(connection.id, set_up, lack === null);
  const apply = useMutation({
    mutationFn: () =>
      changeBoard(board.id, {
        ...(name.trim() !== board.name && { name: name.trim() }),
        ...(set_up !== board.set_up && { set_up }),
      }),
    onSuccess: (next) => {
      client.setQueryData(boardQuery(board.id).queryKey, next);
      boardChanged(client);
      setDraft(null);
      toast(`“${next.name}” is changed; its cards are read again`);
    },
  });
  const problem = apply.error ?? after.error;
  const fields = problem instanceof Problem ? problem.fields : [];
  const errors = {
    ...(choices.isError && {
      scope: `What there is to choose could not be read. ${sentence(choices.error)}`,
    }),
    ...problemsByAnswer(fields, set_up),
    ...(lack && { [lack.key]: lack.says }),
    ...proposed.errors,
  };
  const movement =
    now.preview && after.preview && !after.isOld ? movementOf(now.preview, after.preview) : null;
  return (
    <>
      <div className={wizard.wizard}>
        <Card isFlush>
          <Answers
            name={name}
            onName={(text) => put({ name: text })}
            connection={connection}
            set_up={set_up}
            onChange={(next) => put({ set_up: next })}
            choices={proposed.choices}
            onProjects={(project_ids) => proposed.again({ project_ids })}
            onPi={(pi_node_id) => proposed.again({ pi_node_id })}
            warnings={after.preview?.warnings ?? []}
            errors={errors}
            now_ms={now_ms}
          />
        </Card>
        <Card
          title={isChanged ? "This board, changed" : "This board"}
          isFlush
          acts={
            after.preview && (
              <span className={`${layout.small} ${layout.muted} ${layout.num}`} role="status">
                {after.isOld && !after.error
                  ? "Asking again…"
                  : `${countWords(after.preview)} · read ${ago(after.at_ms * 1000, now_ms)}`}
              </span>
            )
          }
        >
          {after.error && (
            <div className={wizard.failed}>
              <FieldError>{sentence(after.error)}</FieldError>
              <Button size="small" onClick={after.retry}>
                Try again
              </Button>
            </div>
          )}
          <SmallBoard
            set_up={set_up}
            preview={after.preview}
            types={proposed.choices?.types ?? []}
            isOld={after.isOld || proposed.isBusy}
          />
          <WhatMovesWrite
            set_up={set_up}
            preview={after.preview}
            onChange={(next) => put({ set_up: next })}
          />
        </Card>
      </div>
      {isChanged && (
        <Differences
          all={all}
          movement={movement}
          isBusy={apply.isPending}
          error={apply.error && fields.length === 0 ? sentence(apply.error) : null}
          canApply={lack === null && after.error === null}
          onDrop={() => setDraft(null)}
          onApply={() => apply.mutate()}
        />
      )}
    </>
  );
}

export function changesOf(board: BoardDetail, { name, set_up }: Answered): Difference[] {
  const named =
    name.trim() === board.name ? [] : [{ key: "name", what: "Name", from: board.name, to: name.trim() }];
  return [...named, ...differences(board.set_up, set_up)];
}

interface DifferencesProps {
  all: Difference[];
  /** What comes in and leaves; `undefined` where nothing can. */
  movement?: Movement | null;
  isBusy: boolean;
  error: string | null;
  canApply: boolean;
  onDrop: () => void;
  onApply: () => void;
}

const N_NAMED = 8;

export function Differences({ all, movement, isBusy, error, canApply, onDrop, onApply }: DifferencesProps) {
  return (
    <section className={style.differences} aria-label="What changes">
      <ul className={style.changes}>
        {all.map((one) => (
          <li key={one.key}>
            <span className={layout.faint}>{one.what}</span>
            <span>
              <s>{one.from}</s> <ArrowRight size={12} aria-label="becomes" role="img" /> <b>{one.to}</b>
            </span>
          </li>
        ))}
      </ul>
      <div className={style.movement} role="status">
        {movement === undefined ? null : movement ? (
          <>
            <b>{movementWords(movement)}</b>
            <Examples what="Come in" ids={movement.come} />
            <Examples what="Leave" ids={movement.leave} />
            <span className={layout.faint}>What leaves is not deleted and stays listed for 7 days.</span>
          </>
        ) : (
          <span className={layout.faint}>Asking what comes in and what leaves…</span>
        )}
        {error && <FieldError>{error}</FieldError>}
      </div>
      <div className={style.acts}>
        <Button look="ghost" onClick={onDrop}>
          Leave as it is
        </Button>
        <Button look="primary" isBusy={isBusy} disabled={!canApply} onClick={onApply}>
          Apply {plural(all.length, "change")}
        </Button>
      </div>
    </section>
  );
}

function Examples({ what, ids }: { what: string; ids: number[] }) {
  if (ids.length === 0) return null;
  const more = ids.length > N_NAMED ? " and others" : "";
  return (
    <span>
      {what}: {ids.slice(0, N_NAMED).join(", ")}
      {more}.
    </span>
  );
}
