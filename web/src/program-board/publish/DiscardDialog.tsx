import { useMutation } from "@tanstack/react-query";
import { sentence } from "../../api/client";
import { useMe } from "../../app/session";
import { Button } from "../../ui/Button";
import { Dialog, FootHint } from "../../ui/Dialog";
import { FieldError } from "../../ui/Field";
import layout from "../../ui/layout.module.css";
import { plural } from "../../ui/time";
import { refusal, toast } from "../../ui/toast";
import type { BoardDetail } from "../list/shapes";
import { discard, undoDiscard } from "./calls";
import { changesOf } from "./review";
import type { ReviewItem } from "./shapes";

interface DiscardProps {
  board: BoardDetail;
  items: readonly ReviewItem[];
  onClose: () => void;
  onDiscarded: () => void;
}

/** Who manages the board discards everybody's changes, others their own. */
export function DiscardDialog({ board, items, onClose, onDiscarded }: DiscardProps) {
  const me = useMe();
  const mine = items.flatMap((item) => {
    const changes = item.changes.filter((change) => change.by.member_id === me.id);
    return changes.length > 0 ? [{ ...item, changes }] : [];
  });
  const going = board.may_manage ? items : mine;
  const people = new Set(going.flatMap((item) => item.changes.map((change) => change.by.name)));
  const n_new = going.filter((item) => item.number === null).length;
  const changes = plural(changesOf(going), "change");
  const act = useMutation({
    mutationFn: () => discard(board.id, board.may_manage ? null : mine.map((item) => item.item)),
    onSuccess: () => {
      toast(`${changes} discarded`, {
        label: "Undo",
        onPick: () =>
          void undoDiscard(board.id).then(onDiscarded, (error: unknown) =>
            refusal("Cannot undo.", sentence(error)),
          ),
      });
      onDiscarded();
      onClose();
    },
  });
  return (
    <Dialog
      title={board.may_manage ? "Discard all unpublished changes?" : "Discard your unpublished changes?"}
      says="Undo brings them back, as their authors’ changes."
      isOpen
      onClose={onClose}
      onSubmit={() => going.length > 0 && !act.isPending && act.mutate()}
      footer={
        <>
          <FootHint />
          <Button look="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" look="danger" isBusy={act.isPending} disabled={going.length === 0}>
            Discard {changes}
          </Button>
        </>
      }
    >
      <p>
        {going.length === 0
          ? "None of these changes is yours."
          : `${changes} on ${plural(going.length, "work item")}, made by ${[...people].join(", ")}. Each card goes back to what Azure DevOps has.`}
        {n_new > 0 &&
          ` ${plural(n_new, "card that was never created goes", "cards that were never created go")} away.`}
      </p>
      <p className={layout.muted}>
        Nothing changes in Azure DevOps. To give up a single one, use <b>Put back</b> in its row.
      </p>
      {act.error && <FieldError>{sentence(act.error)}</FieldError>}
    </Dialog>
  );
}
