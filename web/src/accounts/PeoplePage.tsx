import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { Problem, api, ask, sentence } from "../api/client";
import type { Member, Role } from "../api/types";
import { Page } from "../app/Page";
import { membersQuery } from "../app/queries";
import { useMay, useMe } from "../app/session";
import { ROLE_SAYS, ROLE_WORDS } from "../app/words";
import { Button } from "../ui/Button";
import { Dialog, FootHint } from "../ui/Dialog";
import { FieldError, SecretField, SelectField, TextField } from "../ui/Field";
import layout from "../ui/layout.module.css";
import { Avatar, Pill, Skeleton } from "../ui/marks";
import { Card, Empty } from "../ui/surface";
import { refusal, toast } from "../ui/toast";
import style from "./accounts.module.css";

const ROLES = Object.keys(ROLE_WORDS) as Role[];

/** Who is here and what they may do. A deactivated person is out at once; what they did stays theirs. */
export function PeoplePage() {
  const mayManage = useMay("members.manage");
  const members = useQuery(membersQuery);
  const [isAdding, setAdding] = useState(false);
  const sorted = [...(members.data ?? [])].sort(
    (a, b) => Number(b.is_active) - Number(a.is_active) || a.name.localeCompare(b.name),
  );
  return (
    <Page title="People">
      <div className={`${layout.page} ${layout.narrow}`}>
        <div className={layout.pageHead}>
          <div>
            <h1>People</h1>
            <p>Who is here and what they may do.</p>
          </div>
          {mayManage && (
            <Button look="primary" icon={<Plus size={16} />} onClick={() => setAdding(true)}>
              Add person
            </Button>
          )}
        </div>
        {members.isPending ? (
          <Skeleton height={200} />
        ) : members.isError && !members.data ? (
          <Empty art="broken" title="The list could not be read">
            {sentence(members.error)}
          </Empty>
        ) : (
          <Card isFlush>
            <ul className={style.rows}>
              {sorted.map((member) => (
                <Row key={member.id} member={member} mayManage={mayManage} />
              ))}
            </ul>
          </Card>
        )}
      </div>
      {isAdding && <AddPerson onClose={() => setAdding(false)} />}
    </Page>
  );
}

function Row({ member, mayManage }: { member: Member; mayManage: boolean }) {
  const client = useQueryClient();
  const me = useMe();
  const change = useMutation({
    mutationFn: (changes: Partial<Pick<Member, "role" | "is_active">>) =>
      ask(api.PATCH("/api/members/{id}", { params: { path: { id: member.id } }, body: changes })),
    onSuccess: (saved, changes) => {
      if (changes.is_active === false) toast(`${saved.name} is out`);
      if (changes.is_active === true) toast(`${saved.name} is back`);
      if (changes.role) toast(`${saved.name} is now ${ROLE_WORDS[saved.role].toLowerCase()}`);
      void client.invalidateQueries({ queryKey: membersQuery.queryKey });
    },
    onError: (error) => refusal(`${member.name} was not changed.`, sentence(error)),
  });
  const isMe = member.id === me.id;
  return (
    <li className={member.is_active ? undefined : style.away}>
      <Avatar
        name={member.name}
        initials={member.initials}
        colour={isMe ? member.avatar : null}
        size="large"
      />
      <div className={layout.grow}>
        <b>{member.name}</b> {isMe && <span className={layout.faint}>you</span>}
        <small>{member.email}</small>
      </div>
      {!member.is_active && <Pill>Deactivated</Pill>}
      {mayManage ? (
        <>
          {member.is_active && (
            <div className={style.role}>
              <SelectField
                label={`Role of ${member.name}`}
                value={member.role}
                disabled={change.isPending}
                onChange={(role) => change.mutate({ role: role as Role })}
              >
                {ROLES.map((role) => (
                  <option key={role} value={role}>
                    {ROLE_WORDS[role]}
                  </option>
                ))}
              </SelectField>
            </div>
          )}
          <Button
            size="small"
            look={member.is_active ? "danger" : "plain"}
            isBusy={change.isPending}
            disabled={isMe}
            onClick={() => change.mutate({ is_active: !member.is_active })}
          >
            {member.is_active ? "Deactivate" : "Activate"}
          </Button>
        </>
      ) : (
        <Pill>{ROLE_WORDS[member.role]}</Pill>
      )}
    </li>
  );
}

function AddPerson({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [form, setForm] = useState({ name: "", email: "", role: "member" as Role, password: "" });
  const add = useMutation({
    mutationFn: () => ask(api.POST("/api/members", { body: form })),
    onSuccess: (member) => {
      toast(`${member.name} can sign in`);
      void client.invalidateQueries({ queryKey: membersQuery.queryKey });
      onClose();
    },
  });
  const problem = add.error instanceof Problem ? add.error : null;
  const isReady = form.name.trim() !== "" && form.email.trim() !== "" && form.password !== "";
  return (
    <Dialog
      title="Add person"
      isOpen
      onClose={onClose}
      onSubmit={() => isReady && !add.isPending && add.mutate()}
      footer={
        <>
          <FootHint>Tell them the password; they change it under Profile.</FootHint>
          <Button look="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" look="primary" isBusy={add.isPending} disabled={!isReady}>
            Add person
          </Button>
        </>
      }
    >
      <TextField
        label="Name"
        autoComplete="off"
        value={form.name}
        onChange={(name) => setForm({ ...form, name })}
        error={problem?.of("name") ?? null}
      />
      <TextField
        label="E-mail"
        type="email"
        autoComplete="off"
        value={form.email}
        onChange={(email) => setForm({ ...form, email })}
        error={problem?.of("email") ?? null}
        hint="As in Azure DevOps, so that owners are matched."
      />
      <SelectField
        label="Role"
        value={form.role}
        onChange={(role) => setForm({ ...form, role: role as Role })}
        hint={`${ROLE_SAYS[form.role]}.`}
      >
        {ROLES.map((role) => (
          <option key={role} value={role}>
            {ROLE_WORDS[role]}
          </option>
        ))}
      </SelectField>
      <SecretField
        label="First password"
        noun="password"
        autoComplete="new-password"
        value={form.password}
        onChange={(password) => setForm({ ...form, password })}
        error={problem?.of("password") ?? null}
        hint="10 characters or more."
      />
      {add.error && !problem?.fields.length && <FieldError>{sentence(add.error)}</FieldError>}
    </Dialog>
  );
}
