import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Problem, api, ask, sentence } from "../api/client";
import { enterSession } from "../app/session";
import { Button } from "../ui/Button";
import { FieldError, SecretField, TextField } from "../ui/Field";
import { Entrance } from "./Entrance";
import style from "./entrance.module.css";

const KNOWN_FIELDS = ["code", "company_name", "name", "email", "password"];

/** The very first page of a new server: its company and its administrator. The code is in the server's log. */
export function Setup() {
  const client = useQueryClient();
  const [form, setForm] = useState({
    code: new URLSearchParams(location.search).get("code") ?? "",
    company_name: "",
    name: "",
    email: "",
    password: "",
  });
  const hasCode = useState(form.code !== "")[0];
  const setup = useMutation({
    mutationFn: () => ask(api.POST("/api/setup", { body: form })),
    onSuccess: (session) => {
      // The code has done its work and need not stay in the history.
      history.replaceState(null, "", "/setup");
      enterSession(client, session);
    },
  });
  useEffect(() => {
    document.title = "Set up · Lockstep";
  }, []);
  const error = setup.error instanceof Problem ? setup.error : null;
  const isOfOneField = error?.fields.some((problem) => KNOWN_FIELDS.includes(problem.field));
  const patch = (field: keyof typeof form) => (value: string) => setForm({ ...form, [field]: value });
  return (
    <Entrance>
      <div>
        <h1>Set up this server</h1>
        <p>First the administrator, then a connection. You can stop after any step.</p>
      </div>
      <form
        className={style.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!setup.isPending) setup.mutate();
        }}
      >
        {!hasCode && (
          <TextField
            label="Set-up code"
            isMono
            hint="The server printed it when it started, in the address it asks you to open."
            value={form.code}
            onChange={patch("code")}
            error={error?.of("code") ?? null}
          />
        )}
        <TextField
          label="Company"
          autoComplete="organization"
          autoFocus
          value={form.company_name}
          onChange={patch("company_name")}
          error={error?.of("company_name") ?? null}
        />
        <TextField
          label="Your name"
          autoComplete="name"
          value={form.name}
          onChange={patch("name")}
          error={error?.of("name") ?? null}
        />
        <TextField
          label="E-mail"
          type="email"
          autoComplete="username"
          value={form.email}
          onChange={patch("email")}
          error={error?.of("email") ?? null}
        />
        <SecretField
          label="Password"
          noun="password"
          autoComplete="new-password"
          hint="10 characters or more."
          value={form.password}
          onChange={patch("password")}
          error={error?.of("password") ?? null}
        />
        {setup.error && !isOfOneField && <FieldError>{sentence(setup.error)}</FieldError>}
        <Button type="submit" look="primary" size="tall" isBusy={setup.isPending}>
          Create the administrator
        </Button>
      </form>
    </Entrance>
  );
}
