import { useMutation, useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { Problem, sentence } from "../api/client";
import type { ActionItem, NewItem, Origin, Push, Status } from "../api/types";
import { membersQuery } from "../app/queries";
import { Button } from "../ui/Button";
import { Dialog, FootHint } from "../ui/Dialog";
import { DateField, FieldError, SelectField, Switch, TextAreaField, TextField } from "../ui/Field";
import layout from "../ui/layout.module.css";
import { Avatar, TeamMark } from "../ui/marks";
import { toast } from "../ui/toast";
import { useDraft } from "../ui/useDraft";
import style from "./create.module.css";
import { htmlOf } from "./plainText";
import { PushFields, firstPush, isWhole, useUsableConnections } from "./PushFields";
import { useItemActs } from "./useItems";
import { ORIGINS, ORIGIN_WORDS, PRIORITIES } from "./words";

const BLANK = {
  title: "",
  team: "",
  origin: "retrospective" as Origin,
  priority: "",
  owner_id: "",
  due_on: "",
  notes: "",
};

interface CreateProps {
  status: Status;
  teams: string[];
  now_ms: number;
  onClose: () => void;
  onCreated: (id: string) => void;
}

export function CreateDialog({ status, teams, now_ms, onClose, onCreated }: CreateProps) {
  const acts = useItemActs();
  const members = useQuery(membersQuery);
  const connections = useUsableConnections();
  const draft = useDraft("action-item", BLANK);
  const [doesPush, setPush] = useState(false);
  const [target, setTarget] = useState<Partial<Push> | null>(null);
  const title = useRef<HTMLDivElement>(null);
  const push = target ?? firstPush(connections);
  const { value, patch } = draft;

  const create = useMutation<ActionItem, Error, { staysOpen: boolean }>({
    mutationFn: async () => {
      const item = await acts.create(made(value, status));
      if (doesPush && isWhole(push)) await acts.push(item, push);
      return item;
    },
    onSuccess: (item, { staysOpen }) => {
      draft.clear();
      if (!staysOpen) {
        toast(`“${item.title}” created`, { label: "Open", onPick: () => onCreated(item.id) });
        return onClose();
      }
      // The next one of the same meeting: team and origin stay.
      draft.patch({ team: value.team, origin: value.origin });
      title.current?.querySelector("input")?.focus();
    },
  });
  const problem = create.error instanceof Problem ? create.error : null;
  const isReady = value.title.trim() !== "" && (!doesPush || isWhole(push));
  const submit = (staysOpen: boolean) => {
    if (isReady && !create.isPending) create.mutate({ staysOpen });
  };
  const owner = members.data?.find((member) => member.id === value.owner_id);

  return (
    <Dialog
      title="New action item"
      isOpen
      onClose={onClose}
      onSubmit={() => submit(false)}
      footer={
        <>
          <FootHint>
            Stays open to add another with <kbd>Ctrl</kbd> <kbd>Enter</kbd>
          </FootHint>
          <Button look="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" look="primary" isBusy={create.isPending} disabled={!isReady}>
            Create
          </Button>
        </>
      }
    >
      <div
        className={layout.stack}
        style={{ gap: 14 }}
        ref={title}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          submit(true);
        }}
      >
        <TextField
          label="What needs to happen?"
          value={value.title}
          maxLength={255}
          onChange={(text) => patch({ title: text })}
          error={problem?.of("title") ?? null}
        />
        <div className={style.three}>
          <TextField
            label="Team"
            isOptional
            list="teams-known"
            icon={value.team ? <TeamMark name={value.team} /> : undefined}
            value={value.team}
            onChange={(team) => patch({ team })}
          />
          <datalist id="teams-known">
            {teams.map((team) => (
              <option key={team} value={team} />
            ))}
          </datalist>
          <SelectField
            label="Came from"
            value={value.origin}
            onChange={(origin) => patch({ origin: origin as Origin })}
          >
            {ORIGINS.map((origin) => (
              <option key={origin} value={origin}>
                {ORIGIN_WORDS[origin]}
              </option>
            ))}
          </SelectField>
          <SelectField label="Priority" value={value.priority} onChange={(priority) => patch({ priority })}>
            <option value="">None</option>
            {PRIORITIES.map((priority) => (
              <option key={priority} value={priority}>
                P{priority}
              </option>
            ))}
          </SelectField>
        </div>
        <div className={layout.two} style={{ gap: 12 }}>
          <SelectField
            label="Owner"
            icon={<Avatar name={owner?.name ?? null} initials={owner?.initials} />}
            value={value.owner_id}
            onChange={(owner_id) => patch({ owner_id })}
          >
            <option value="">No owner</option>
            {members.data
              ?.filter((member) => member.is_active)
              .map((member) => (
                <option key={member.id} value={member.id}>
                  {member.name}
                </option>
              ))}
          </SelectField>
          <DateField
            label="Due"
            value={value.due_on}
            now_ms={now_ms}
            onChange={(due_on) => patch({ due_on })}
          />
        </div>
        <TextAreaField
          label="Notes"
          isOptional
          placeholder="Add context, links, who asked for it"
          value={value.notes}
          onChange={(notes) => patch({ notes })}
        />
        {connections.length > 0 && (
          <div className={style.push}>
            <Switch label={<b>Create a work item in Azure DevOps</b>} isOn={doesPush} onChange={setPush} />
            {doesPush && (
              <PushFields connections={connections} value={push} onChange={setTarget} hasPlace={false} />
            )}
          </div>
        )}
        {create.error && !problem?.of("title") && <FieldError>{sentence(create.error)}</FieldError>}
      </div>
    </Dialog>
  );
}

function made(form: typeof BLANK, status: Status): NewItem {
  return {
    title: form.title.trim(),
    status,
    origin: form.origin,
    ...(form.notes.trim() && { description_html: htmlOf(form.notes) }),
    ...(form.team.trim() && { team: form.team.trim() }),
    ...(form.priority && { priority: Number(form.priority) }),
    ...(form.owner_id && { owner_id: form.owner_id }),
    ...(form.due_on && { due_on: form.due_on }),
  };
}
