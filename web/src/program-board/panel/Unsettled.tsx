// What of a card is not settled, and what can be done about it: conflicts, refusals, what is held.
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { ConflictTable } from "../../action-items/ConflictTable";
import { conflictTitle, editTitle } from "../../action-items/editWords";
import type { OpenEdit } from "../../api/types";
import { useMe } from "../../app/session";
import { Button, buttonClass } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import layout from "../../ui/layout.module.css";
import { ago } from "../../ui/time";
import style from "./panel.module.css";

type Choice = OpenEdit["acts"][number];
type Decide = (edit: OpenEdit, choice: Choice) => Promise<boolean>;

const CHOICE_WORDS: Record<Choice, string> = {
  retry: "Try again",
  give_up: "Put back",
  ours: "Keep Lockstep’s version",
  theirs: "Take Azure DevOps’ version",
  search_again: "Search again",
  create_anyway: "Create anyway",
};

interface UnsettledProps {
  edits: readonly OpenEdit[];
  now_ms: number;
  isSlow: boolean;
  onDecide: Decide;
}

export function Unsettled({ edits, now_ms, isSlow, onDecide }: UnsettledProps) {
  const conflicts = edits.filter((edit) => edit.state === "conflict");
  const stopped = edits.filter((edit) => ["refused", "unknown", "needs_token", "held"].includes(edit.state));
  const waiting = edits.filter((edit) => edit.state === "waiting" || edit.state === "sending");
  return (
    <>
      {conflicts.length > 0 && <Conflict edits={conflicts} onDecide={onDecide} />}
      {stopped.map((edit) => (
        <div key={edit.id} className={style.callout} data-tone={edit.state === "refused" ? "bad" : undefined}>
          <span>
            <b>{editTitle(edit)}</b>{" "}
            {edit.answer && (
              <>
                Answer: <q>{edit.answer}</q>{" "}
              </>
            )}
            {edit.next_step}{" "}
            <span className={layout.muted}>
              {edit.author.name}, {ago(edit.at_us, now_ms)}
            </span>
          </span>
          <Choices edit={edit} onDecide={onDecide} />
        </div>
      ))}
      {isSlow && waiting.length > 0 && (
        <div className={style.callout} data-tone="plain">
          {waiting.map((edit) => (
            <span key={edit.id}>
              <b>{edit.label}</b>{" "}
              {edit.state === "sending" ? "is being written." : "is waiting to be written."}{" "}
              <span className={layout.muted}>
                {edit.author.name}, {ago(edit.at_us, now_ms)}
              </span>
            </span>
          ))}
        </div>
      )}
    </>
  );
}

function Choices({ edit, onDecide }: { edit: OpenEdit; onDecide: Decide }) {
  const me = useMe();
  const [isBusy, setBusy] = useState(false);
  const offered = edit.may_decide ? edit.acts : [];
  const needsToken = edit.state === "needs_token" && edit.author.member_id === me.id;
  if (offered.length === 0 && !needsToken) return null;
  const choose = async (choice: Choice) => {
    setBusy(true);
    await onDecide(edit, choice);
    setBusy(false);
  };
  return (
    <div className={style.buttons}>
      {needsToken && (
        <Link to="/profile/credentials" className={buttonClass("plain", "small")}>
          Add token
        </Link>
      )}
      {offered.map((choice) => (
        <Button key={choice} size="small" isBusy={isBusy} onClick={() => void choose(choice)}>
          {CHOICE_WORDS[choice]}
        </Button>
      ))}
    </div>
  );
}

// A place, a state or an assignee asks with two buttons; everything else is compared.
const QUICK: readonly string[] = ["iteration", "area", "state", "assignee", "column", "team"];

function Conflict({ edits, onDecide }: { edits: OpenEdit[]; onDecide: Decide }) {
  const [isOpen, setOpen] = useState(false);
  const only = edits.length === 1 ? edits[0] : undefined;
  const isQuick = only?.may_decide && QUICK.includes(only.field);
  return (
    <div className={style.callout}>
      <span>
        <b>{conflictTitle(edits)}</b> Nothing is written for {edits.length > 1 ? "them" : "it"} until you
        choose.
      </span>
      <div className={style.buttons}>
        {isQuick && only ? (
          <>
            <Button size="small" onClick={() => void onDecide(only, "ours")}>
              Keep {only.to ?? "nothing"}
            </Button>
            <Button size="small" onClick={() => void onDecide(only, "theirs")}>
              Take {only.theirs ?? "nothing"}
            </Button>
          </>
        ) : (
          <Button size="small" onClick={() => setOpen(true)}>
            Compare and choose
          </Button>
        )}
        <span className={layout.muted}>Other fields stay in step</span>
      </div>
      <Dialog
        title={conflictTitle(edits)}
        says="Choose for each field. Azure DevOps keeps both in its history."
        width="large"
        isOpen={isOpen}
        onClose={() => setOpen(false)}
      >
        <ConflictTable edits={edits} onDecide={onDecide} onDone={() => setOpen(false)} />
      </Dialog>
    </div>
  );
}
