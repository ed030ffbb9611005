import { useMutation } from "@tanstack/react-query";
import { sentence } from "../api/client";
import { Button } from "../ui/Button";
import { Dialog, FootHint } from "../ui/Dialog";
import { FieldError, TextAreaField } from "../ui/Field";
import { plural } from "../ui/time";
import { toast } from "../ui/toast";
import { useDraft } from "../ui/useDraft";
import style from "./create.module.css";
import { linesOf } from "./plainText";
import { useItemActs } from "./useItems";

const BLANK = { lines: "" };

/** Ten pasted lines become ten items. */
export function PasteDialog({ onClose }: { onClose: () => void }) {
  const acts = useItemActs();
  const draft = useDraft("lines", BLANK);
  const lines = linesOf(draft.value.lines);
  const create = useMutation({
    mutationFn: () => acts.createLines(lines.join("\n")),
    onSuccess: (items) => {
      draft.clear();
      toast(`${plural(items.length, "action item")} created`);
      onClose();
    },
  });
  const submit = () => {
    if (lines.length > 0 && !create.isPending) create.mutate();
  };
  return (
    <Dialog
      title="Paste lines"
      says="One line is one action item. Dashes and numbers in front are left out."
      isOpen
      onClose={onClose}
      onSubmit={submit}
      footer={
        <>
          <FootHint>{lines.length > 0 ? plural(lines.length, "line") : "Empty lines are left out."}</FootHint>
          <Button look="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" look="primary" isBusy={create.isPending} disabled={lines.length === 0}>
            {lines.length === 0 ? "Create" : `Create ${plural(lines.length, "action item")}`}
          </Button>
        </>
      }
    >
      <div className={style.lines}>
        <TextAreaField
          label="Lines"
          placeholder={"Order fibre for terminal 2 gate\nAgree hold reasons with customs office"}
          value={draft.value.lines}
          onChange={(text) => draft.patch({ lines: text })}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit();
          }}
        />
      </div>
      {create.error && <FieldError>{sentence(create.error)}</FieldError>}
    </Dialog>
  );
}
