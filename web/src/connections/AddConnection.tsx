import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Problem, api, ask, sentence } from "../api/client";
import type { Checklist, Connection, WithoutOwnToken } from "../api/types";
import { connectionsQuery } from "../app/queries";
import { Button } from "../ui/Button";
import { Dialog, FootHint } from "../ui/Dialog";
import { Checkbox, FieldError, Hint, RadioCards, TextField } from "../ui/Field";
import layout from "../ui/layout.module.css";
import { Pill } from "../ui/marks";
import { dateOf } from "../ui/time";
import { useDraft } from "../ui/useDraft";
import { useNow } from "../ui/useNow";
import { CheckResult } from "./CheckResult";
import style from "./connections.module.css";
import { MintLink, RightsToTick, TokenFields } from "./TokenFields";
import { globalTokenWords, isPlainHttp, tokenPage } from "./words";

// The token is kept nowhere but in the open form.
const BLANK = { label: "", server_url: "" };

interface AddProps {
  onClose: () => void;
  onSaved: (connection: Connection) => void;
}

export function AddConnection({ onClose, onSaved }: AddProps) {
  const client = useQueryClient();
  const now_ms = useNow(60_000);
  const draft = useDraft("connection", BLANK);
  const [secret, setSecret] = useState({ token: "", expires_on: "" });
  const [without, setWithout] = useState<WithoutOwnToken | null>(null);
  const [allowsPlain, setAllowsPlain] = useState(false);
  const [isMissing, setMissing] = useState(false);
  const { label, server_url } = draft.value;
  const isPlain = isPlainHttp(server_url);
  const target = {
    server_url: server_url.trim(),
    token: secret.token,
    ...(isPlain && { allows_plain_http: allowsPlain }),
  };

  const test = useMutation({ mutationFn: () => ask(api.POST("/api/connections/test", { body: target })) });
  const save = useMutation({
    mutationFn: (without_own_token: WithoutOwnToken) =>
      ask(
        api.POST("/api/connections", {
          body: {
            ...target,
            label: label.trim() || defaultLabel(test.data, server_url),
            without_own_token,
            ...(secret.expires_on && { expires_on: secret.expires_on }),
          },
        }),
      ),
    onSuccess: async (connection) => {
      draft.clear();
      await client.invalidateQueries({ queryKey: connectionsQuery.queryKey });
      void client.invalidateQueries({ queryKey: ["my-tokens"] });
      onSaved(connection);
    },
  });
  const refused = save.error instanceof Problem ? save.error : null;
  const tested = test.error instanceof Problem ? test.error : null;
  const checklist = refused?.checklist ?? test.data ?? null;
  const hasInput = target.server_url !== "" && secret.token !== "" && (!isPlain || allowsPlain);
  const page = checklist?.token_page
    ? { host: checklist.server?.url.replace(/^https?:\/\//, "") ?? server_url, url: checklist.token_page }
    : tokenPage(server_url);
  const touch = () => {
    test.reset();
    save.reset();
  };
  const submit = () => {
    if (save.isPending || !hasInput) return;
    if (without === null) setMissing(true);
    else save.mutate(without);
  };

  return (
    <Dialog
      title="Add connection"
      says="One connection for each organization or collection. People add their own tokens later."
      width="medium"
      isOpen
      onClose={onClose}
      onSubmit={submit}
      footer={
        <>
          <FootHint>The same check runs again on saving.</FootHint>
          <Button look="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" look="primary" isBusy={save.isPending} disabled={!hasInput}>
            Save and enable
          </Button>
        </>
      }
    >
      <div className={layout.two} style={{ gap: 12 }}>
        <TextField
          label="Label"
          placeholder={defaultLabel(test.data, server_url)}
          value={label}
          onChange={(text) => draft.patch({ label: text })}
          error={refused?.of("label") ?? null}
        />
        <TextField
          label="Server URL or organization"
          placeholder="https://dev.azure.com/…"
          inputMode="url"
          autoCapitalize="none"
          spellCheck={false}
          value={server_url}
          onChange={(text) => {
            touch();
            draft.patch({ server_url: text });
          }}
          error={refused?.of("server_url") ?? tested?.of("server_url") ?? null}
        />
      </div>
      {isPlain && (
        <Checkbox
          isOn={allowsPlain}
          onChange={(isOn) => {
            touch();
            setAllowsPlain(isOn);
          }}
          label={
            <>
              <b>This address is plain http.</b> The token travels in the clear; anybody on the way can read
              and use it. Only for a private address, and the connection keeps a mark. I accept this.
            </>
          }
        />
      )}
      <div className={style.mint}>
        <div>
          {page ? <MintLink page={page} /> : <b>Create a token on that server</b>}
          <Hint>
            Signed in as a service account, so that it outlives a person’s leave.{" "}
            {globalTokenWords(dateOf(now_ms))} Tick these two:
          </Hint>
        </div>
        <RightsToTick />
      </div>
      <TokenFields
        label="Personal access token"
        value={secret}
        now_ms={now_ms}
        error={refused?.of("token") ?? tested?.of("token") ?? null}
        onChange={(next) => {
          if (next.token !== secret.token) touch();
          setSecret(next);
        }}
      />
      {checklist ? (
        <CheckResult checklist={checklist} isBusy={test.isPending} onAgain={() => test.mutate()} />
      ) : (
        <div className={layout.row}>
          <Button isBusy={test.isPending} disabled={!hasInput} onClick={() => test.mutate()}>
            Test connection
          </Button>
          <Hint>{test.isPending ? "Asking the server…" : "Says what works before anything is saved."}</Hint>
        </div>
      )}
      {test.error && !tested?.fields.length && <FieldError>{sentence(test.error)}</FieldError>}
      <RadioCards<WithoutOwnToken>
        legend="When somebody has no token of their own"
        name="without_own_token"
        value={without}
        onChange={(value) => {
          setMissing(false);
          setWithout(value);
        }}
        error={isMissing ? "Choose one: Lockstep does not choose for you." : null}
        options={[
          {
            value: "hold",
            title: (
              <>
                Hold the edit <Pill tone="accent">recommended</Pill>
              </>
            ),
            says: "Marked “needs your token”, sent under their name once they store it.",
          },
          {
            value: "write_as_connection",
            title: "Write as the connection’s account",
            says: `Azure DevOps shows ${checklist?.owner?.name ?? "that account"}, the history here names the person.`,
          },
        ]}
      />
      {save.error && !refused?.checklist && !refused?.fields.length && (
        <FieldError>{sentence(save.error)}</FieldError>
      )}
    </Dialog>
  );
}

function defaultLabel(checklist: Checklist | undefined, server_url: string): string {
  return checklist?.server?.organization ?? server_url.trim().replace(/\/+$/, "").split("/").pop() ?? "";
}
