// The answers of a local board that exists; what differs is shown before it is applied.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Problem, sentence } from "../../api/client";
import { Card } from "../../ui/surface";
import { toast } from "../../ui/toast";
import { useNow } from "../../ui/useNow";
import { boardChanged, boardQuery, changeBoard } from "../list/calls";
import type { BoardDetail, SetUp } from "../list/shapes";
import { lacking, problemsByAnswer } from "../wizard/answers";
import { lackingLocal } from "../wizard/local";
import { LocalAnswers } from "../wizard/LocalAnswers";
import { Differences, changesOf } from "./SetUpForm";

interface Answered {
  name: string;
  set_up: SetUp;
}

export function LocalSetUp({ board }: { board: BoardDetail }) {
  const client = useQueryClient();
  const now_ms = useNow(60_000);
  // `null`: as it is.
  const [draft, setDraft] = useState<Answered | null>(null);
  const { name, set_up } = draft ?? board;
  const put = (changes: Partial<Answered>) =>
    setDraft((old) => ({ ...(old ?? { name: board.name, set_up: board.set_up }), ...changes }));
  const all = changesOf(board, { name, set_up });
  const lack = lacking(name, set_up) ?? lackingLocal(set_up);
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
      toast(`“${next.name}” is changed`);
    },
  });
  const fields = apply.error instanceof Problem ? apply.error.fields : [];
  const errors = { ...problemsByAnswer(fields, set_up), ...(lack && { [lack.key]: lack.says }) };
  return (
    <>
      <Card isFlush>
        <LocalAnswers
          name={name}
          onName={(text) => put({ name: text })}
          set_up={set_up}
          onChange={(next) => put({ set_up: next })}
          errors={errors}
          now_ms={now_ms}
        />
      </Card>
      {all.length > 0 && (
        <Differences
          all={all}
          isBusy={apply.isPending}
          error={apply.error && fields.length === 0 ? sentence(apply.error) : null}
          canApply={lack === null}
          onDrop={() => setDraft(null)}
          onApply={() => apply.mutate()}
        />
      )}
    </>
  );
}
