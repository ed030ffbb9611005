import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { sentence } from "../api/client";
import type { ActionItem, Connection, Push } from "../api/types";
import { Button, buttonClass } from "../ui/Button";
import { Dialog, FootHint } from "../ui/Dialog";
import { FieldError } from "../ui/Field";
import { Empty } from "../ui/surface";
import { toast } from "../ui/toast";
import { PushFields, firstPush, isWhole, useUsableConnections } from "./PushFields";
import { useItemActs } from "./useItems";

export function PushDialog({ item, onClose }: { item: ActionItem; onClose: () => void }) {
  const connections = useUsableConnections();
  if (connections.length === 0)
    return (
      <Dialog title="Create work item" isOpen onClose={onClose}>
        <Empty
          art="plug"
          title="No connection is enabled"
          acts={
            <Link to="/connections" className={buttonClass("primary")} onClick={onClose}>
              Open connections
            </Link>
          }
        >
          A work item needs a connection to Azure DevOps. A company admin makes one.
        </Empty>
      </Dialog>
    );
  return <PushForm item={item} connections={connections} onClose={onClose} />;
}

interface FormProps {
  item: ActionItem;
  connections: Connection[];
  onClose: () => void;
}

function PushForm({ item, connections, onClose }: FormProps) {
  const acts = useItemActs();
  const [value, setValue] = useState<Partial<Push>>(() => firstPush(connections));
  const push = useMutation({
    mutationFn: (whole: Push) => acts.push(item, whole),
    onSuccess: () => {
      toast("The work item is being created");
      onClose();
    },
  });
  const submit = () => {
    if (isWhole(value) && !push.isPending) push.mutate(value);
  };
  return (
    <Dialog
      title="Create work item"
      says={item.title}
      isOpen
      onClose={onClose}
      onSubmit={submit}
      footer={
        <>
          <FootHint>Deleted there, it goes to the bin here.</FootHint>
          <Button look="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" look="primary" isBusy={push.isPending} disabled={!isWhole(value)}>
            Create work item
          </Button>
        </>
      }
    >
      <PushFields connections={connections} value={value} onChange={setValue} />
      {push.error && <FieldError>{sentence(push.error)}</FieldError>}
    </Dialog>
  );
}
