import { useState } from "react";
import type { ActionItem } from "../api/types";
import { Button } from "../ui/Button";
import { Dialog, FootHint } from "../ui/Dialog";
import { RadioCards } from "../ui/Field";
import { toast } from "../ui/toast";
import { useItemActs } from "./useItems";

type What = "leave" | "recycle_bin";

interface DeleteProps {
  item: ActionItem;
  onClose: () => void;
  onDeleted: () => void;
}

/** Deleting here: the item goes to the bin for 30 days; the work item is left alone unless asked otherwise. */
export function DeleteDialog({ item, onClose, onDeleted }: DeleteProps) {
  const acts = useItemActs();
  const [what, setWhat] = useState<What>("leave");
  const ref = item.work_item;
  const remove = () => {
    onClose();
    onDeleted();
    void acts.remove(item, ref ? what : "leave").then((gone) => {
      if (gone)
        toast(`“${item.title}” is in the bin`, { label: "Restore", onPick: () => void acts.restore(gone) });
    });
  };
  const label = !ref || what === "leave" ? "Delete here" : "Delete here and in Azure DevOps";
  return (
    <Dialog
      title="Delete this action item?"
      says={item.title}
      isOpen
      onClose={onClose}
      onSubmit={remove}
      footer={
        <>
          <FootHint>It stays in the bin for 30 days.</FootHint>
          <Button look="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" look="danger">
            {label}
          </Button>
        </>
      }
    >
      {ref && (
        <RadioCards<What>
          legend={ref.id === null ? "Its work item" : `Work item ${ref.id}`}
          name="what"
          value={what}
          onChange={setWhat}
          options={[
            { value: "leave", title: "Leave it alone", says: "It stays in Azure DevOps as it is." },
            {
              value: "recycle_bin",
              title: "Move it to the recycle bin",
              says: "Of Azure DevOps. Restoring here restores it there.",
            },
          ]}
        />
      )}
    </Dialog>
  );
}
