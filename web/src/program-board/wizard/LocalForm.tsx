// A new board with no Azure DevOps behind it, on the same page as every other.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { Problem, newId, sentence } from "../../api/client";
import { Button } from "../../ui/Button";
import { FieldError } from "../../ui/Field";
import { Card } from "../../ui/surface";
import { toast } from "../../ui/toast";
import { useNow } from "../../ui/useNow";
import { boardChanged, createBoard } from "../list/calls";
import { lacking, problemsByAnswer } from "./answers";
import { lackingLocal, newLocalSetUp } from "./local";
import { LocalAnswers } from "./LocalAnswers";
import { NOTHING_YET } from "./preview";
import { SmallBoard } from "./SmallBoard";
import { useBoardDraft } from "./useBoardDraft";
import style from "./wizard.module.css";

export function LocalForm({ choice }: { choice: ReactNode }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const now_ms = useNow(60_000);
  const [id] = useState(() => newId());
  const [initial] = useState(() => ({
    name: "Program board",
    set_up: newLocalSetUp(new Date().toISOString().slice(0, 10)),
  }));
  const draft = useBoardDraft("board.local", initial, "Start anew");
  const { name, set_up } = draft.value;
  const lack = lacking(name, set_up) ?? lackingLocal(set_up);
  const create = useMutation({
    mutationFn: () => createBoard({ id, name: name.trim(), connection_id: null, set_up, write_mode: "live" }),
    onSuccess: (board) => {
      draft.clear();
      boardChanged(client);
      toast(`“${board.name}” is created`);
      void navigate({ to: "/boards/$id", params: { id: board.id } });
    },
  });
  const fields = create.error instanceof Problem ? create.error.fields : [];
  const errors = { ...problemsByAnswer(fields, set_up), ...(lack && { [lack.key]: lack.says }) };
  return (
    <>
      {draft.banner}
      <div className={style.wizard}>
        <Card isFlush>
          <LocalAnswers
            name={name}
            onName={(text) => draft.patch({ name: text })}
            choice={choice}
            set_up={set_up}
            onChange={(next) => draft.patch({ set_up: next })}
            errors={errors}
            now_ms={now_ms}
          />
        </Card>
        <Card title="This board" isFlush>
          <SmallBoard set_up={set_up} preview={NOTHING_YET} types={[]} isOld={false} />
        </Card>
      </div>
      <section className={style.bar} data-kind="local" aria-label="Create">
        <div className={style.says}>
          <h2>Empty at first</h2>
          <span className={style.hint}>
            Cards are added in its cells. Everybody of the company sees it; that can be changed in its
            settings.
          </span>
        </div>
        <div className={style.create}>
          <Button
            look="primary"
            isBusy={create.isPending}
            disabled={lack !== null}
            onClick={() => create.mutate()}
          >
            Create board
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
