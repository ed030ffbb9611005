import { useState } from "react";
import { Problem, sentence } from "../api/client";
import type { Connection } from "../api/types";
import { Button } from "../ui/Button";
import { Dialog, FootHint } from "../ui/Dialog";
import { Checkbox, FieldError, TextField } from "../ui/Field";
import { Banner } from "../ui/surface";
import { toast } from "../ui/toast";
import { CheckResult } from "./CheckResult";
import { MintLink, TokenFields } from "./TokenFields";
import { usePatchConnection } from "./usePatchConnection";
import { isPlainHttp, tokenPage } from "./words";

interface EditProps {
  connection: Connection;
  now_ms: number;
  onClose: () => void;
}

/** Label and address. Another address makes every stored token unusable, so it asks for the connection's again. */
export function EditConnection({ connection, now_ms, onClose }: EditProps) {
  const [label, setLabel] = useState(connection.label);
  const [server_url, setServer] = useState(connection.server_url);
  const [secret, setSecret] = useState({ token: "", expires_on: "" });
  const [allowsPlain, setAllowsPlain] = useState(false);
  const patch = usePatchConnection(connection.id);
  const isMoved = server_url.trim() !== connection.server_url;
  const isPlain = isMoved && isPlainHttp(server_url);
  const problem = patch.error instanceof Problem ? patch.error : null;
  const page = tokenPage(server_url);
  const isReady = label.trim() !== "" && (!isMoved || (secret.token !== "" && (!isPlain || allowsPlain)));
  const submit = () => {
    if (!isReady || patch.isPending) return;
    patch.mutate(
      {
        ...(label.trim() !== connection.label && { label: label.trim() }),
        ...(isMoved && {
          server_url: server_url.trim(),
          token: secret.token,
          ...(secret.expires_on && { expires_on: secret.expires_on }),
          ...(isPlain && { allows_plain_http: true }),
        }),
      },
      {
        onSuccess: (saved) => {
          toast(`“${saved.label}” saved`);
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      title={`Edit “${connection.label}”`}
      width="medium"
      isOpen
      onClose={onClose}
      onSubmit={submit}
      footer={
        <>
          <FootHint>{isMoved ? "The check runs before anything is saved." : ""}</FootHint>
          <Button look="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" look="primary" isBusy={patch.isPending} disabled={!isReady}>
            Save
          </Button>
        </>
      }
    >
      <TextField label="Label" value={label} onChange={setLabel} error={problem?.of("label") ?? null} />
      <TextField
        label="Server URL or organization"
        value={server_url}
        onChange={setServer}
        spellCheck={false}
        error={problem?.of("server_url") ?? null}
      />
      {isMoved && (
        <>
          <Banner icon="key" title="Another address needs its tokens again.">
            A token is never sent to an address it was not entered for. Own tokens wait until their owners
            enter them again.
          </Banner>
          {isPlain && (
            <Checkbox
              isOn={allowsPlain}
              onChange={setAllowsPlain}
              label={
                <>
                  <b>This address is plain http.</b> The token travels in the clear. I accept this.
                </>
              }
            />
          )}
          {page && (
            <div>
              <MintLink page={page} />
            </div>
          )}
          <TokenFields
            label="Personal access token"
            value={secret}
            now_ms={now_ms}
            onChange={setSecret}
            error={problem?.of("token") ?? null}
          />
        </>
      )}
      {problem?.checklist && <CheckResult checklist={problem.checklist} />}
      {patch.error && !problem?.checklist && !problem?.fields.length && (
        <FieldError>{sentence(patch.error)}</FieldError>
      )}
    </Dialog>
  );
}
