import { useState } from "react";
import { sentence } from "../api/client";
import type { Connection, Push } from "../api/types";
import { PushFields, isWhole, useProjects } from "../action-items/PushFields";
import { Button } from "../ui/Button";
import { Dialog, FootHint } from "../ui/Dialog";
import { FieldError } from "../ui/Field";
import layout from "../ui/layout.module.css";
import { Card } from "../ui/surface";
import { toast } from "../ui/toast";
import { usePatchConnection } from "./usePatchConnection";

/** Where new work items go when nobody says otherwise. */
export function DefaultsCard({ connection, mayManage }: { connection: Connection; mayManage: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const { defaults } = connection;
  return (
    <Card
      title="New work items"
      says="Where they go unless something else is chosen"
      acts={
        mayManage && (
          <Button size="small" onClick={() => setOpen(true)}>
            {defaults ? "Change" : "Choose"}
          </Button>
        )
      }
    >
      {defaults ? (
        <dl className={layout.kv} style={{ gridTemplateColumns: "128px minmax(0, 1fr)" }}>
          <dt>Project</dt>
          <dd>{defaults.project}</dd>
          <dt>Type</dt>
          <dd>{defaults.work_item_type}</dd>
          <dt>Area</dt>
          <dd>{defaults.area_path ?? <span className={layout.faint}>As the project says</span>}</dd>
          <dt>Iteration</dt>
          <dd>{defaults.iteration_path ?? <span className={layout.faint}>As the project says</span>}</dd>
        </dl>
      ) : (
        <p className={layout.muted}>Nothing is chosen: each new work item asks for its project and type.</p>
      )}
      {isOpen && <ChooseDefaults connection={connection} onClose={() => setOpen(false)} />}
    </Card>
  );
}

function ChooseDefaults({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const { defaults } = connection;
  const [value, setValue] = useState<Partial<Push>>({
    connection_id: connection.id,
    project_id: defaults?.project_id,
    work_item_type: defaults?.work_item_type,
    area_path: defaults?.area_path ?? undefined,
    iteration_path: defaults?.iteration_path ?? undefined,
  });
  const projects = useProjects(connection.id);
  const patch = usePatchConnection(connection.id);
  const project = projects.data?.find((one) => one.id === value.project_id)?.name ?? defaults?.project;
  const submit = () => {
    if (!isWhole(value) || !project || patch.isPending) return;
    patch.mutate(
      {
        defaults: {
          project_id: value.project_id,
          project,
          work_item_type: value.work_item_type,
          area_path: value.area_path ?? null,
          iteration_path: value.iteration_path ?? null,
        },
      },
      {
        onSuccess: () => {
          toast("Defaults saved");
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      title="New work items"
      says={connection.label}
      isOpen
      onClose={onClose}
      onSubmit={submit}
      footer={
        <>
          <FootHint />
          <Button look="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" look="primary" isBusy={patch.isPending} disabled={!isWhole(value)}>
            Save defaults
          </Button>
        </>
      }
    >
      <PushFields connections={[connection]} value={value} onChange={setValue} />
      {patch.error && <FieldError>{sentence(patch.error)}</FieldError>}
    </Dialog>
  );
}
