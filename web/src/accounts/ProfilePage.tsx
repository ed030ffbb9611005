import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { LogOut, Users } from "lucide-react";
import { useState } from "react";
import { Problem, api, ask, sentence } from "../api/client";
import { useBecome, useSignOut } from "../app/PersonMenu";
import { useMay, useSession } from "../app/session";
import { useChangeMe } from "../app/useChangeMe";
import { ROLE_SAYS, ROLE_WORDS } from "../app/words";
import { Button, buttonClass } from "../ui/Button";
import { FieldError, SecretField, TextField } from "../ui/Field";
import layout from "../ui/layout.module.css";
import { Avatar } from "../ui/marks";
import { Card } from "../ui/surface";
import { toast } from "../ui/toast";
import entrance from "./entrance.module.css";
import { ProfileTabs } from "./ProfileTabs";
import style from "./accounts.module.css";

export function ProfilePage() {
  const { me, session } = useSession();
  const change = useChangeMe();
  const signOut = useSignOut();
  const mayManage = useMay("members.manage");
  const [name, setName] = useState(me.name);
  return (
    <ProfileTabs
      title="Profile"
      says={`How you appear to the others at ${session.company?.name ?? "your company"}.`}
    >
      <Card
        title={
          <div className={layout.row} style={{ gap: 12 }}>
            <Avatar name={me.name} initials={me.initials} colour={me.avatar} size="large" />
            <div>
              <h2>{me.name}</h2>
              <p>{me.email}</p>
            </div>
          </div>
        }
        acts={
          <div className={layout.row}>
            {mayManage && (
              <Link to="/people" className={buttonClass()}>
                <Users size={16} aria-hidden /> People
              </Link>
            )}
            <Button icon={<LogOut size={16} />} isBusy={signOut.isPending} onClick={() => signOut.mutate()}>
              Sign out
            </Button>
          </div>
        }
      >
        <form
          className={style.inline}
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim() !== "" && name.trim() !== me.name)
              change.mutate({ name: name.trim() }, { onSuccess: () => toast("Your name is saved") });
          }}
        >
          <TextField label="Name" autoComplete="name" value={name} onChange={setName} />
          <Button
            type="submit"
            isBusy={change.isPending}
            disabled={name.trim() === "" || name.trim() === me.name}
            className={style.tall}
          >
            Save name
          </Button>
        </form>
        <p className={`${layout.small} ${layout.faint}`} style={{ marginTop: 12 }}>
          {ROLE_WORDS[me.role]}: {ROLE_SAYS[me.role].toLowerCase()}. A company admin changes roles and e-mail
          addresses.
        </p>
      </Card>
      <ChangePassword />
      {session.demo && (
        <Card title="Demo: be somebody else" says="Each person has their own role and tokens">
          <BecomeList people={session.demo.people.filter((person) => person.id !== me.id)} />
        </Card>
      )}
      <p className={`${layout.small} ${layout.faint}`}>
        Lockstep {session.version}. Set in Inter and JetBrains Mono, both under the SIL Open Font License.
      </p>
    </ProfileTabs>
  );
}

function BecomeList({
  people,
}: {
  people: NonNullable<ReturnType<typeof useSession>["session"]["demo"]>["people"];
}) {
  const become = useBecome();
  return (
    <div className={entrance.people}>
      {people.map((person) => (
        <button key={person.id} type="button" onClick={() => become.mutate(person)}>
          <Avatar name={person.name} initials={person.initials} colour={person.avatar} size="large" />
          {person.name}
          <small>{ROLE_WORDS[person.role]}</small>
        </button>
      ))}
    </div>
  );
}

function ChangePassword() {
  const client = useQueryClient();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () => ask(api.POST("/api/me/password", { body: { current, new: next } })),
    onSuccess: () => {
      setCurrent("");
      setNext("");
      toast("Your password is changed; other sessions are ended");
      void client.invalidateQueries({ queryKey: ["sessions"] });
    },
  });
  const problem = change.error instanceof Problem ? change.error : null;
  return (
    <Card title="Password">
      <form
        className={style.inline}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (current !== "" && next !== "" && !change.isPending) change.mutate();
        }}
      >
        <SecretField
          label="Current password"
          noun="password"
          autoComplete="current-password"
          value={current}
          onChange={setCurrent}
          error={problem?.of("current") ?? null}
        />
        <SecretField
          label="New password"
          noun="password"
          autoComplete="new-password"
          value={next}
          onChange={setNext}
          error={problem?.of("new") ?? null}
        />
        <Button
          type="submit"
          isBusy={change.isPending}
          disabled={current === "" || next === ""}
          className={style.tall}
        >
          Change password
        </Button>
      </form>
      {change.error && !problem?.fields.length && <FieldError>{sentence(change.error)}</FieldError>}
    </Card>
  );
}
