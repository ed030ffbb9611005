import { KeyRound } from "lucide-react";
import { useState } from "react";
import { Problem, sentence } from "../api/client";
import type { Connection } from "../api/types";
import { Button } from "../ui/Button";
import { Dialog, FootHint } from "../ui/Dialog";
import { FieldError } from "../ui/Field";
import layout from "../ui/layout.module.css";
import { Card } from "../ui/surface";
import { day, dateOf, msOf } from "../ui/time";
import { toast } from "../ui/toast";
import { CheckResult } from "./CheckResult";
import style from "./connections.module.css";
import { timelineOf } from "./timeline";
import { MintLink, RightsToTick, TokenFields } from "./TokenFields";
import { usePatchConnection } from "./usePatchConnection";
import { expiryOf, tokenPage } from "./words";

const TOKEN_WORDS: Record<string, string> = { ok: "Accepted", expired: "Expired", reenter: "Enter it again" };

interface TokenCardProps {
  connection: Connection;
  now_ms: number;
  mayManage: boolean;
}

export function TokenCard({ connection, now_ms, mayManage }: TokenCardProps) {
  const [isOpen, setOpen] = useState(false);
  const { token } = connection;
  const expiry = expiryOf(token, now_ms);
  const state = TOKEN_WORDS[token.state] ?? "Refused";
  return (
    <Card
      title="Token"
      acts={
        mayManage && (
          <Button size="small" icon={<KeyRound size={14} />} onClick={() => setOpen(true)}>
            Replace token
          </Button>
        )
      }
    >
      <div className={layout.stack} style={{ gap: 14 }}>
        <dl className={layout.kv} style={{ gridTemplateColumns: "96px minmax(0, 1fr)" }}>
          <dt>Account</dt>
          <dd>
            {token.owner ?? "Not known"}
            {token.unique_name && token.unique_name !== token.owner && (
              <span className={`${layout.mono} ${layout.faint}`}>{token.unique_name}</span>
            )}
          </dd>
          <dt>State</dt>
          <dd className={token.state === "ok" ? layout.ok : layout.bad}>{state}</dd>
          <dt>Expires</dt>
          <dd className={expiry.tone === "plain" ? undefined : layout[expiry.tone]}>{expiry.text}</dd>
        </dl>
        {token.expires_on ? (
          <Timeline created_us={connection.created_us} expires_on={token.expires_on} now_ms={now_ms} />
        ) : (
          <p className={`${layout.small} ${layout.faint}`}>
            A token cannot say when it ends. Enter the date with the next token, and it is shown and warned of
            here.
          </p>
        )}
      </div>
      {isOpen && <ReplaceToken connection={connection} now_ms={now_ms} onClose={() => setOpen(false)} />}
    </Card>
  );
}

interface TimelineProps {
  created_us: number;
  expires_on: string;
  now_ms: number;
}

function Timeline({ created_us, expires_on, now_ms }: TimelineProps) {
  const line = timelineOf(dateOf(msOf(created_us)), expires_on, dateOf(now_ms));
  const at = (share: number) => `${share * 100}%`;
  const shift = (share: number) => `translateX(${-share * 100}%)`;
  const isOver = line.today >= 1;
  return (
    <div
      className={style.timeline}
      role="img"
      aria-label={`From ${day(line.start, now_ms)}, warned from ${day(line.warn_on, now_ms)}, expires ${day(expires_on, now_ms)}`}
    >
      <div className={style.track}>
        <i style={{ left: 0, width: at(Math.min(line.today, line.warn)), background: "var(--progress)" }} />
        <i
          style={{
            left: at(line.warn),
            width: at(Math.max(0, line.today - line.warn)),
            background: isOver ? "var(--bad)" : "var(--warn)",
          }}
        />
      </div>
      <i className={style.today} style={{ left: at(line.today) }} />
      <span className={style.todayWord} style={{ left: at(line.today), transform: shift(line.today) }}>
        Today, {day(dateOf(now_ms), now_ms)}
      </span>
      <i
        className={style.end}
        style={isOver || line.today >= line.warn ? { borderColor: "var(--bad)" } : undefined}
      />
      <span className={`${style.below} ${layout.faint}`} style={{ left: 0 }}>
        From {day(line.start, now_ms)}
      </span>
      {line.warn > 0.3 && line.warn < 0.72 && (
        <span
          className={`${style.below} ${layout.warn}`}
          style={{ left: at(line.warn), transform: "translateX(-50%)" }}
        >
          Warned from {day(line.warn_on, now_ms)}
        </span>
      )}
      <span className={`${style.below} ${isOver ? layout.bad : layout.faint}`} style={{ right: 0 }}>
        {isOver ? "Expired" : "Expires"} {day(expires_on, now_ms)}
      </span>
    </div>
  );
}

interface ReplaceProps {
  connection: Connection;
  now_ms: number;
  onClose: () => void;
}

/** Test and save are one: a refused token cannot be stored, and the old one stays until a new one works. */
function ReplaceToken({ connection, now_ms, onClose }: ReplaceProps) {
  const [secret, setSecret] = useState({ token: "", expires_on: "" });
  const patch = usePatchConnection(connection.id);
  const problem = patch.error instanceof Problem ? patch.error : null;
  const page = connection.my_token.token_page
    ? { host: connection.host, url: connection.my_token.token_page }
    : tokenPage(connection.server_url);
  const submit = () => {
    if (secret.token === "" || patch.isPending) return;
    patch.mutate(
      { token: secret.token, ...(secret.expires_on && { expires_on: secret.expires_on }) },
      {
        onSuccess: () => {
          toast("The new token works and is stored");
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      title="Replace token"
      says={`Of “${connection.label}”. Nothing is lost, and no restart is needed.`}
      width="medium"
      isOpen
      onClose={onClose}
      onSubmit={submit}
      footer={
        <>
          <FootHint>The old one stays until the new one works.</FootHint>
          <Button look="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" look="primary" isBusy={patch.isPending} disabled={secret.token === ""}>
            Test and save
          </Button>
        </>
      }
    >
      <div className={style.mint}>
        <div>{page && <MintLink page={page} />}</div>
        <RightsToTick />
      </div>
      <TokenFields
        label="Personal access token"
        value={secret}
        now_ms={now_ms}
        onChange={setSecret}
        error={problem?.of("token") ?? null}
      />
      {problem?.checklist && <CheckResult checklist={problem.checklist} />}
      {patch.error && !problem?.checklist && !problem?.fields.length && (
        <FieldError>{sentence(patch.error)}</FieldError>
      )}
    </Dialog>
  );
}
