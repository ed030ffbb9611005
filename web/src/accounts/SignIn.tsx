import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Problem, api, ask, sentence } from "../api/client";
import type { Session } from "../api/types";
import { useBecome } from "../app/PersonMenu";
import { enterSession } from "../app/session";
import { ROLE_WORDS } from "../app/words";
import { Button } from "../ui/Button";
import { FieldError, SecretField, TextField } from "../ui/Field";
import { Avatar } from "../ui/marks";
import { Entrance } from "./Entrance";
import style from "./entrance.module.css";

export function SignIn({ session }: { session: Session }) {
  const client = useQueryClient();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useMutation({
    mutationFn: () => ask(api.POST("/api/sign-in", { body: { email, password } })),
    onSuccess: (entered) => enterSession(client, entered),
    onError: () => setPassword(""),
  });
  useEffect(() => {
    document.title = "Sign in · Lockstep";
  }, []);
  return (
    <Entrance>
      <div>
        <h1>Sign in</h1>
        <p>{session.company?.name ?? location.host}</p>
      </div>
      <form
        className={style.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!signIn.isPending) signIn.mutate();
        }}
      >
        <TextField
          label="E-mail"
          type="email"
          name="email"
          autoComplete="username"
          autoFocus
          required
          value={email}
          onChange={setEmail}
        />
        <SecretField
          label="Password"
          noun="password"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={setPassword}
          error={signIn.error instanceof Problem ? sentence(signIn.error) : null}
        />
        {signIn.error && !(signIn.error instanceof Problem) && (
          <FieldError>{sentence(signIn.error)}</FieldError>
        )}
        <Button type="submit" look="primary" size="tall" isBusy={signIn.isPending}>
          Sign in
        </Button>
      </form>
      {session.demo && <DemoPeople people={session.demo.people} />}
    </Entrance>
  );
}

function DemoPeople({ people }: { people: NonNullable<Session["demo"]>["people"] }) {
  const become = useBecome();
  return (
    <section className={style.people} aria-label="Demo">
      <p>This is the demo. Be one of them, without a password:</p>
      {people.map((person) => (
        <button key={person.id} type="button" onClick={() => become.mutate(person)}>
          <Avatar name={person.name} initials={person.initials} colour={person.avatar} size="large" />
          {person.name}
          <small>{ROLE_WORDS[person.role]}</small>
        </button>
      ))}
    </section>
  );
}
