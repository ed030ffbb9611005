import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Problem, sentence } from "../../api/client";
import { Button } from "../../ui/Button";
import { Dialog, FootHint } from "../../ui/Dialog";
import { FieldError, TextField } from "../../ui/Field";
import { toast } from "../../ui/toast";
import { boardChanged, changeBoard, deleteBoard } from "./calls";
import type { BoardSummary } from "./shapes";
import style from "./list.module.css";
import { deletionButton, deletionWords } from "./words";

interface DialogProps {
  board: BoardSummary;
  onClose: () => void;
}

export function RenameBoard({ board, onClose }: DialogProps) {
  const client = useQueryClient();
  const [name, setName] = useState(board.name);
  const rename = useMutation({
    mutationFn: () => changeBoard(board.id, { name: name.trim() }),
    onSuccess: () => {
      boardChanged(client);
      onClose();
    },
  });
  const problem = rename.error instanceof Problem ? rename.error.of("name") : null;
  const isReady = name.trim() !== "" && name.trim() !== board.name;
  return (
    <Dialog
      title="Rename board"
      isOpen
      onClose={onClose}
      onSubmit={() => isReady && !rename.isPending && rename.mutate()}
      footer={
        <>
          <FootHint />
          <Button look="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" look="primary" isBusy={rename.isPending} disabled={!isReady}>
            Rename
          </Button>
        </>
      }
    >
      <TextField label="Name" value={name} maxLength={120} onChange={setName} error={problem} />
      {rename.error && !problem && <FieldError>{sentence(rename.error)}</FieldError>}
    </Dialog>
  );
}

/** Cannot be undone, so it asks, and says what goes and what stays. */
export function DeleteBoard({ board, onClose, onDeleted }: DialogProps & { onDeleted?: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => deleteBoard(board.id, board.n_drafts > 0),
    onSuccess: () => {
      boardChanged(client);
      toast(`“${board.name}” is deleted`);
      onClose();
      onDeleted?.();
    },
    // Drafts that came in the meantime change what the button has to say.
    onError: () => boardChanged(client),
  });
  return (
    <Dialog
      title={`Delete “${board.name}”?`}
      says="This cannot be undone."
      isOpen
      onClose={onClose}
      onSubmit={() => !remove.isPending && remove.mutate()}
      footer={
        <>
          <FootHint />
          <Button look="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" look="danger" isBusy={remove.isPending}>
            {deletionButton(board)}
          </Button>
        </>
      }
    >
      <ul className={style.says}>
        {deletionWords(board).map((says) => (
          <li key={says}>{says}</li>
        ))}
      </ul>
      {remove.error && <FieldError>{sentence(remove.error)}</FieldError>}
    </Dialog>
  );
}
