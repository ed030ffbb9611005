import { useState } from "react";
import { sentence } from "../api/client";
import type { ConflictRule, Connection, WithoutOwnToken } from "../api/types";
import { CONFLICT_RULE_WORDS, WITHOUT_OWN_TOKEN_WORDS } from "../app/words";
import { Button } from "../ui/Button";
import { Dialog, FootHint } from "../ui/Dialog";
import { Checkbox, FieldError, RadioCards, SelectField, TextField } from "../ui/Field";
import layout from "../ui/layout.module.css";
import { Card } from "../ui/surface";
import { toast } from "../ui/toast";
import { usePatchConnection } from "./usePatchConnection";

export function RulesCard({ connection, mayManage }: { connection: Connection; mayManage: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const { own_tokens } = connection;
  return (
    <Card
      title="Rules"
      acts={
        mayManage && (
          <Button size="small" onClick={() => setOpen(true)}>
            Change
          </Button>
        )
      }
    >
      <dl className={layout.kv} style={{ gridTemplateColumns: "128px minmax(0, 1fr)" }}>
        <dt>No own token</dt>
        <dd>{WITHOUT_OWN_TOKEN_WORDS[connection.without_own_token]}</dd>
        <dt>Same field twice</dt>
        <dd>{CONFLICT_RULE_WORDS[connection.conflict_rule]}</dd>
        <dt>On behalf</dt>
        <dd>{notesWords(connection)}</dd>
        <dt>Time zone of dates</dt>
        <dd>{connection.time_zone ?? "Not set"}</dd>
        <dt>Own tokens</dt>
        <dd>
          {own_tokens.stored} of {own_tokens.members} people
        </dd>
      </dl>
      {isOpen && <ChangeRules connection={connection} onClose={() => setOpen(false)} />}
    </Card>
  );
}

function notesWords({ notes_on_behalf_create: create, notes_on_behalf_update: update }: Connection): string {
  if (create && update) return "Named in Azure DevOps’ history";
  if (create) return "Named in Azure DevOps when created";
  if (update) return "Named in Azure DevOps when changed";
  return "Named here only";
}

function ChangeRules({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const [without, setWithout] = useState<WithoutOwnToken>(connection.without_own_token);
  const [rule, setRule] = useState<ConflictRule>(connection.conflict_rule);
  const [onCreate, setOnCreate] = useState(connection.notes_on_behalf_create);
  const [onUpdate, setOnUpdate] = useState(connection.notes_on_behalf_update);
  const [zone, setZone] = useState(connection.time_zone ?? "");
  const patch = usePatchConnection(connection.id);
  const submit = () => {
    if (patch.isPending) return;
    patch.mutate(
      {
        without_own_token: without,
        conflict_rule: rule,
        notes_on_behalf_create: onCreate,
        notes_on_behalf_update: onUpdate,
        ...(zone.trim() !== (connection.time_zone ?? "") && { time_zone: zone.trim() || null }),
      },
      {
        onSuccess: () => {
          toast("Rules saved");
          onClose();
        },
      },
    );
  };
  const account = connection.token.owner ?? "the connection’s account";
  return (
    <Dialog
      title="Rules"
      says={connection.label}
      width="medium"
      isOpen
      onClose={onClose}
      onSubmit={submit}
      footer={
        <>
          <FootHint>A new rule holds for what is written from now on.</FootHint>
          <Button look="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" look="primary" isBusy={patch.isPending}>
            Save rules
          </Button>
        </>
      }
    >
      <RadioCards<WithoutOwnToken>
        legend="When somebody has no token of their own"
        name="without"
        value={without}
        onChange={setWithout}
        options={[
          { value: "hold", title: "Hold the edit", says: "Sent under their name once they store a token." },
          {
            value: "write_as_connection",
            title: "Write as the connection’s account",
            says: `Azure DevOps shows ${account}, the history here names the person.`,
          },
        ]}
      />
      {without === "write_as_connection" && (
        <div>
          <Checkbox
            isOn={onCreate}
            onChange={setOnCreate}
            label="Say in Azure DevOps’ history on whose behalf, when a work item is created"
          />
          <Checkbox
            isOn={onUpdate}
            onChange={setOnUpdate}
            label="Also when one is changed, at most once in 30 minutes for each author"
          />
        </div>
      )}
      <SelectField
        label="When the same field was changed on both sides"
        value={rule}
        onChange={(value) => setRule(value as ConflictRule)}
        hint="What is not taken is kept in the history and can be put back."
      >
        {Object.entries(CONFLICT_RULE_WORDS).map(([value, word]) => (
          <option key={value} value={value}>
            {word}
          </option>
        ))}
      </SelectField>
      <TextField
        label="Time zone of dates"
        isOptional
        placeholder="Europe/Berlin"
        list="zones"
        value={zone}
        onChange={setZone}
        hint="For fields that hold a date as a moment. Calendar dates are never shifted."
      />
      <datalist id="zones">
        {Intl.supportedValuesOf("timeZone").map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {patch.error && <FieldError>{sentence(patch.error)}</FieldError>}
    </Dialog>
  );
}
