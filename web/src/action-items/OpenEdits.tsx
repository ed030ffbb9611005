// What is not settled about one item, and what can be done about it. One callout per kind, never two for one event.
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Act, ActionItem, OpenEdit } from "../api/types";
import { useMe } from "../app/session";
import { Button, buttonClass } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import layout from "../ui/layout.module.css";
import { ago } from "../ui/time";
import { ConflictTable } from "./ConflictTable";
import { conflictTitle, editTitle } from "./editWords";
import style from "./edits.module.css";
import { useItemActs } from "./useItems";

const ACT_WORDS: Record<Act, string> = {
  retry: "Try again",
  give_up: "Put back",
  ours: "Keep Lockstep’s version",
  theirs: "Take Azure DevOps’ version",
  search_again: "Search again",
  create_anyway: "Create anyway",
};

export function OpenEdits({ item, now_ms, isSlow }: { item: ActionItem; now_ms: number; isSlow: boolean }) {
  const conflicts = item.open_edits.filter((edit) => edit.state === "conflict");
  const stopped = item.open_edits.filter((edit) =>
    ["refused", "unknown", "needs_token", "held"].includes(edit.state),
  );
  const waiting = item.open_edits.filter((edit) => edit.state === "waiting" || edit.state === "sending");
  return (
    <>
      {conflicts.length > 0 && <Conflict edits={conflicts} />}
      {stopped.map((edit) => (
        <Stopped key={edit.id} item={item} edit={edit} now_ms={now_ms} />
      ))}
      {isSlow && waiting.length > 0 && (
        <div className={`${style.callout} ${style.plain}`}>
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
      {item.sync.state === "out_of_sight" && (
        <div className={`${style.callout} ${style.plain}`}>
          <span>
            <b>The work item is out of sight.</b> The connection can no longer read it; it may have been
            moved. What you change here is kept.
          </span>
        </div>
      )}
    </>
  );
}

function Conflict({ edits }: { edits: OpenEdit[] }) {
  const [isOpen, setOpen] = useState(false);
  const acts = useItemActs();
  return (
    <div className={style.callout}>
      <span>
        <b>{conflictTitle(edits)}</b> Nothing is written for {edits.length > 1 ? "them" : "it"} until you
        choose.
      </span>
      <div className={style.acts}>
        <Button size="small" onClick={() => setOpen(true)}>
          Compare and choose
        </Button>
        <span className={layout.muted}>Other fields stay in step</span>
      </div>
      <Dialog
        title={conflictTitle(edits)}
        says="Choose for each field. Azure DevOps keeps both in its history."
        width="large"
        isOpen={isOpen}
        onClose={() => setOpen(false)}
      >
        <ConflictTable edits={edits} onDecide={acts.decide} onDone={() => setOpen(false)} />
      </Dialog>
    </div>
  );
}

interface StoppedProps {
  item: ActionItem;
  edit: OpenEdit;
  now_ms: number;
}

function Stopped({ edit, now_ms }: StoppedProps) {
  return (
    <div className={[style.callout, edit.state === "refused" && style.refused].filter(Boolean).join(" ")}>
      <EditWords edit={edit} now_ms={now_ms} />
      <EditActs edit={edit} />
    </div>
  );
}

export function EditWords({ edit, now_ms }: { edit: OpenEdit; now_ms: number }) {
  return (
    <span>
      <b>{editTitle(edit)}</b>{" "}
      {edit.answer && (
        <>
          Answer: <q>{edit.answer}</q>
          {/[.!?]$/.test(edit.answer) ? " " : ". "}
        </>
      )}
      {edit.next_step}{" "}
      <span className={layout.muted}>
        {edit.author.name}, {ago(edit.at_us, now_ms)}
      </span>
    </span>
  );
}

/** The acts the server offers for this edit, to those who may choose. */
export function EditActs({ edit, size = "small" }: { edit: OpenEdit; size?: "small" | "normal" }) {
  const me = useMe();
  const acts = useItemActs();
  const [isBusy, setBusy] = useState(false);
  const decide = async (act: Act) => {
    setBusy(true);
    await acts.decide(edit, act);
    setBusy(false);
  };
  const isMine = edit.author.member_id === me.id;
  const offered = edit.may_decide ? edit.acts : [];
  if (offered.length === 0 && !(edit.state === "needs_token" && isMine)) return null;
  return (
    <div className={style.acts}>
      {edit.state === "needs_token" && isMine && (
        <Link to="/profile/credentials" className={buttonClass("plain", size)}>
          Add token
        </Link>
      )}
      {offered.map((act) => (
        <Button key={act} size={size} isBusy={isBusy} onClick={() => void decide(act)}>
          {ACT_WORDS[act]}
        </Button>
      ))}
    </div>
  );
}
