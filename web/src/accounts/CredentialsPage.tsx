import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Activity, KeyRound, Plug } from "lucide-react";
import { useState } from "react";
import { Problem, api, ask, sentence } from "../api/client";
import type { MyToken } from "../api/types";
import { myTokensQuery } from "../app/queries";
import { useMay } from "../app/session";
import { CheckResult } from "../connections/CheckResult";
import { MintLink, RightsToTick, TokenFields } from "../connections/TokenFields";
import { ownTokenPill } from "../connections/words";
import { Button, buttonClass } from "../ui/Button";
import { Dialog, FootHint } from "../ui/Dialog";
import { FieldError } from "../ui/Field";
import layout from "../ui/layout.module.css";
import { Avatar, Pill, Skeleton } from "../ui/marks";
import { Banner, Card, Empty } from "../ui/surface";
import { addDays, ago, day, moment, plural } from "../ui/time";
import { toast } from "../ui/toast";
import { useNow } from "../ui/useNow";
import style from "./accounts.module.css";
import { ProfileTabs } from "./ProfileTabs";

/** My own tokens: what I do here is then done in Azure DevOps as myself. */
export function CredentialsPage() {
  const tokens = useQuery(myTokensQuery);
  const mayConnect = useMay("connections.manage");
  const now_ms = useNow(30_000);
  return (
    <ProfileTabs
      title="ALM credentials"
      says="With your own token, what you change here appears in Azure DevOps under your name. Without one the connection’s rule holds."
    >
      {tokens.isPending && <Skeleton height={160} />}
      {tokens.isError && !tokens.data && <FieldError>{sentence(tokens.error)}</FieldError>}
      {tokens.data?.length === 0 && (
        <Empty
          art="plug"
          title="No connection yet"
          acts={
            mayConnect && (
              <Link to="/connections" search={{ add: true }} className={buttonClass("primary")}>
                Add connection
              </Link>
            )
          }
        >
          Once a company admin has made one, your own token for it goes here.
        </Empty>
      )}
      {tokens.data?.map((token) => (
        <Credential key={token.connection_id} token={token} now_ms={now_ms} />
      ))}
      <p className={`${layout.small} ${layout.faint}`}>
        Tokens are encrypted with the server’s key. Once saved they are never sent back, not even their last
        characters, and never written to a log.
      </p>
    </ProfileTabs>
  );
}

interface CredentialProps {
  token: MyToken;
  now_ms: number;
}

function Credential({ token, now_ms }: CredentialProps) {
  const [isReplacing, setReplacing] = useState(false);
  const pill = ownTokenPill(token);
  const isStored = token.state === "ok";
  return (
    <Card
      title={
        <div className={style.credHead}>
          <Plug size={16} aria-hidden />
          <div>
            <h2>{token.connection_label}</h2>
            <small>{token.host}</small>
          </div>
        </div>
      }
      acts={<Pill tone={pill.tone}>{pill.word}</Pill>}
    >
      {isStored && !isReplacing ? (
        <Stored token={token} now_ms={now_ms} onReplace={() => setReplacing(true)} />
      ) : (
        <TokenForm token={token} now_ms={now_ms} onDone={isStored ? () => setReplacing(false) : undefined} />
      )}
    </Card>
  );
}

function Stored({ token, now_ms, onReplace }: CredentialProps & { onReplace: () => void }) {
  const client = useQueryClient();
  const [isRemoving, setRemoving] = useState(false);
  const at = { params: { path: { connection_id: token.connection_id } } };
  const test = useMutation({
    mutationFn: () => ask(api.POST("/api/me/tokens/{connection_id}/test", at)),
    onSettled: () => void client.invalidateQueries({ queryKey: myTokensQuery.queryKey }),
  });
  const remove = useMutation({
    mutationFn: () => ask(api.DELETE("/api/me/tokens/{connection_id}", at)),
    onSuccess: async () => {
      setRemoving(false);
      toast(`Your token for “${token.connection_label}” is removed`);
      await client.invalidateQueries({ queryKey: myTokensQuery.queryKey });
    },
  });
  const { expires_on, days_left } = token;
  return (
    <div className={style.form}>
      <dl className={layout.kv}>
        <dt>Signed in as</dt>
        <dd>
          <Avatar name={token.owner} />
          {token.owner ?? "Not known"}
          {token.unique_name && <span className={`${layout.mono} ${layout.faint}`}>{token.unique_name}</span>}
        </dd>
        <dt>Expires</dt>
        <dd className={layout.num}>
          {expires_on ? (
            <>
              {day(expires_on, now_ms)}
              <span className={layout.faint}>
                {days_left !== null && `in ${plural(days_left, "day")}`}
                {days_left !== null &&
                  days_left > 30 &&
                  `, warned from ${day(addDays(expires_on, -30), now_ms)}`}
              </span>
            </>
          ) : (
            <span className={layout.faint}>No date given</span>
          )}
        </dd>
        <dt>Accepted</dt>
        <dd>{token.verified_us === null ? "Not yet" : ago(token.verified_us, now_ms)}</dd>
      </dl>
      {test.data && <CheckResult checklist={test.data} />}
      {test.error && <FieldError>{sentence(test.error)}</FieldError>}
      <div className={layout.row}>
        <Button
          size="small"
          icon={<Activity size={14} />}
          isBusy={test.isPending}
          onClick={() => test.mutate()}
        >
          Test
        </Button>
        <Button size="small" icon={<KeyRound size={14} />} onClick={onReplace}>
          Replace
        </Button>
        <span className={layout.grow} />
        <Button size="small" look="danger" onClick={() => setRemoving(true)}>
          Remove token
        </Button>
      </div>
      <Dialog
        title={`Remove your token for “${token.connection_label}”?`}
        isOpen={isRemoving}
        onClose={() => setRemoving(false)}
        onSubmit={() => !remove.isPending && remove.mutate()}
        footer={
          <>
            <FootHint />
            <Button look="ghost" onClick={() => setRemoving(false)}>
              Cancel
            </Button>
            <Button type="submit" look="danger" isBusy={remove.isPending}>
              Remove token
            </Button>
          </>
        }
      >
        <p>{withoutWords(token)} It stays valid in Azure DevOps until you revoke it there.</p>
        {remove.error && <FieldError>{sentence(remove.error)}</FieldError>}
      </Dialog>
    </div>
  );
}

function withoutWords(token: MyToken): string {
  return token.without_own_token === "hold"
    ? "What you change is then held until you store another."
    : "What you change is then written as the connection’s account.";
}

function TokenForm({ token, now_ms, onDone }: CredentialProps & { onDone?: () => void }) {
  const client = useQueryClient();
  const [secret, setSecret] = useState({ token: "", expires_on: "" });
  const save = useMutation({
    mutationFn: () =>
      ask(
        api.PUT("/api/me/tokens/{connection_id}", {
          params: { path: { connection_id: token.connection_id } },
          body: {
            token: secret.token,
            ...(secret.expires_on && { expires_on: secret.expires_on }),
          },
        }),
      ),
    onSuccess: async () => {
      toast(
        token.held_edits > 0
          ? `Your token works; ${plural(token.held_edits, "held edit is", "held edits are")} being sent`
          : "Your token works and is stored",
      );
      onDone?.();
      await client.invalidateQueries({ queryKey: myTokensQuery.queryKey });
      void client.invalidateQueries({ queryKey: ["connections"] });
    },
  });
  const problem = save.error instanceof Problem ? save.error : null;
  return (
    <form
      className={style.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (secret.token !== "" && !save.isPending) save.mutate();
      }}
    >
      <Condition token={token} now_ms={now_ms} />
      <div className={style.tokenForm}>
        <div>
          <TokenFields
            label="Your personal access token"
            value={secret}
            now_ms={now_ms}
            error={problem?.of("token") ?? null}
            onChange={(next) => {
              save.reset();
              setSecret(next);
            }}
          />
        </div>
        <Button
          type="submit"
          look="primary"
          isBusy={save.isPending}
          disabled={secret.token === ""}
          className={style.tall}
        >
          Test and save
        </Button>
        {onDone && (
          <Button look="ghost" onClick={onDone} className={style.tall}>
            Cancel
          </Button>
        )}
      </div>
      <div className={style.tick}>
        <MintLink page={{ host: token.host, url: token.token_page }} />
        <RightsToTick isInline />
      </div>
      {problem?.checklist && <CheckResult checklist={problem.checklist} />}
      {save.error && !problem?.checklist && !problem?.fields.length && (
        <FieldError>{sentence(save.error)}</FieldError>
      )}
    </form>
  );
}

/** Why this form is here: edits that wait, or a token that no longer works. */
function Condition({ token, now_ms }: CredentialProps) {
  const held =
    token.held_edits > 0 ? `${plural(token.held_edits, "of your edits is", "of your edits are")} held.` : "";
  if (token.state === "none")
    return held ? (
      <Banner
        icon="key"
        title={held}
        act={
          <Link to="/sync" className={buttonClass("plain", "small")}>
            Show them
          </Link>
        }
      >
        {token.oldest_held_us !== null && `The oldest is from ${moment(token.oldest_held_us, now_ms)}. `}
        They are sent under your name once the token works.
      </Banner>
    ) : (
      <p className={layout.muted}>
        {token.without_own_token === "hold"
          ? "Without a token of your own, what you change waits here."
          : "Without a token of your own, Azure DevOps shows the connection’s account; the history here names you."}
      </p>
    );
  if (token.state === "ok") return null;
  const [why, more] = conditionWords(token, now_ms);
  return (
    <FieldError>
      <b>{why}</b> {more} {held}
    </FieldError>
  );
}

function conditionWords(token: MyToken, now_ms: number): [string, string] {
  if (token.state === "expired")
    return [
      "Your token has expired.",
      token.expires_on ? `Its date, ${day(token.expires_on, now_ms)}, has passed.` : "",
    ];
  if (token.state === "reenter")
    return [
      "This connection points at another address.",
      "A token is never sent to an address it was not entered for.",
    ];
  return ["Azure DevOps refused your token.", "It was revoked, or lacks a right."];
}
