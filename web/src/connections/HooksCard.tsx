import { useMutation, useQuery } from "@tanstack/react-query";
import { Check, Eye, EyeOff, Plus, RotateCw } from "lucide-react";
import { useState, type ReactNode } from "react";
import { api, ask, sentence } from "../api/client";
import type { Connection, HookRow, Webhook } from "../api/types";
import { useMay } from "../app/session";
import { Button, IconButton } from "../ui/Button";
import { CopyButton } from "../ui/CopyButton";
import { Dialog, FootHint } from "../ui/Dialog";
import { Hint } from "../ui/Field";
import layout from "../ui/layout.module.css";
import { Card, Fold } from "../ui/surface";
import { ago, moment } from "../ui/time";
import { refusal, toast } from "../ui/toast";
import style from "./connections.module.css";
import { HOOK_EVENTS, hookMatrix, manualSteps } from "./hooks";

interface HooksProps {
  connection: Connection;
  now_ms: number;
  summary: string;
}

/** What came for each project and event, and how to set hooks up by hand. */
export function HooksCard({ connection, now_ms, summary }: HooksProps) {
  const mayManage = useMay("connections.manage");
  const rows = hookMatrix(connection.hooks);
  const hasCome = connection.hooks.some((hook) => hook.last_us !== null);
  return (
    <Card
      isFlush
      title="Service hooks"
      says={
        hasCome
          ? `${summary}. Hooks make it quick; what does not come by hook is found by polling.`
          : "Nothing has come yet. This connection polls, and nothing is lost; hooks make it quick."
      }
    >
      {hasCome && (
        <div
          className={style.matrixFrame}
          tabIndex={0}
          role="region"
          aria-label="Service hooks by project and event"
        >
          <table className={style.matrix}>
            <thead>
              <tr>
                <th>Project</th>
                {HOOK_EVENTS.map((event) => (
                  <th key={event}>{event === "updated" ? "updated, with comments" : event}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.project}>
                  <th scope="row">{row.project}</th>
                  {row.cells.map((cell, index) => (
                    <HookCell
                      key={HOOK_EVENTS[index]}
                      event={HOOK_EVENTS[index] ?? ""}
                      cell={cell}
                      now_ms={now_ms}
                    />
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {mayManage && (
        <div style={{ borderTop: "1px solid var(--line)" }}>
          <Fold title="Set up by hand: URL, secret and steps" isOpen={!hasCome}>
            <Manual connection={connection} now_ms={now_ms} />
          </Fold>
        </div>
      )}
    </Card>
  );
}

function HookCell({ event, cell, now_ms }: { event: string; cell: HookRow | null; now_ms: number }) {
  const last = cell?.last_us ?? null;
  if (last === null)
    return (
      <td className={style.never} data-event={event}>
        <span className={style.hook}>
          <Plus size={14} aria-hidden />
          <span>
            Not seen
            <small>never</small>
          </span>
        </span>
      </td>
    );
  return (
    <td data-event={event}>
      <span className={style.hook}>
        <Check size={14} aria-hidden />
        <span>
          Delivers
          <small>{ago(last, now_ms)}</small>
        </span>
      </span>
    </td>
  );
}

function Manual({ connection, now_ms }: { connection: Connection; now_ms: number }) {
  const at = { params: { path: { id: connection.id } } };
  const address = useQuery({
    queryKey: ["webhook", connection.id],
    queryFn: () => ask(api.GET("/api/connections/{id}/webhook", at)),
  });
  const [revealed, setRevealed] = useState<Webhook | null>(null);
  const [isAsking, setAsking] = useState(false);
  const reveal = useMutation({
    mutationFn: () => ask(api.POST("/api/connections/{id}/webhook/reveal", at)),
    onSuccess: setRevealed,
    onError: (error) => refusal("The secret is not shown.", sentence(error)),
  });
  const rotate = useMutation({
    mutationFn: () => ask(api.POST("/api/connections/{id}/webhook/rotate", at)),
    onSuccess: (webhook) => {
      setRevealed(webhook);
      setAsking(false);
      toast("There is a new secret; the old one works meanwhile");
    },
    onError: (error) => {
      setAsking(false);
      refusal("The secret was not changed.", sentence(error));
    },
  });
  const until = revealed?.previous_valid_until_us ?? null;
  return (
    <div className={style.manual}>
      <dl className={layout.kv}>
        <dt>URL</dt>
        <dd>
          <CopyBox text={address.data?.url ?? null} noun="URL" />
        </dd>
        <dt>User name</dt>
        <dd>
          <CopyBox text={address.data?.user_name ?? null} noun="user name" />
        </dd>
        <dt>Password (client secret)</dt>
        <dd>
          <span className={style.secretRow}>
            <CopyBox
              text={revealed?.secret ?? null}
              hidden="••••••••••••••••••••••••"
              noun="secret"
              act={
                <IconButton
                  size="small"
                  label={revealed ? "Hide secret" : "Show secret (this is recorded)"}
                  icon={revealed ? <EyeOff size={16} /> : <Eye size={16} />}
                  isBusy={reveal.isPending}
                  onClick={() => (revealed ? setRevealed(null) : reveal.mutate())}
                />
              }
            />
            <Button icon={<RotateCw size={14} />} onClick={() => setAsking(true)}>
              Rotate…
            </Button>
          </span>
          {revealed?.rotated_us && (
            <Hint>
              {until === null
                ? "The old secret works until 24 hours after the new one has first come."
                : `The old secret works until ${moment(until, now_ms)}.`}
            </Hint>
          )}
        </dd>
      </dl>
      <ol className={style.number}>
        {(revealed?.steps.length ? revealed.steps : manualSteps()).map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <Hint>
        {connection.flavor === "services"
          ? "Azure DevOps Services cannot reach a private address. Without hooks nothing is lost: Lockstep polls."
          : "The server must be able to reach this address. Without hooks nothing is lost: Lockstep polls."}
      </Hint>
      <Dialog
        title="Make a new secret?"
        says="Put the new one into every hook of this connection. The old one works until 24 hours after the new one has first come."
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onSubmit={() => !rotate.isPending && rotate.mutate()}
        footer={
          <>
            <FootHint />
            <Button look="ghost" onClick={() => setAsking(false)}>
              Cancel
            </Button>
            <Button type="submit" look="danger" isBusy={rotate.isPending}>
              Make a new secret
            </Button>
          </>
        }
      >
        <p className={layout.muted}>What comes with neither secret is refused. Polling goes on meanwhile.</p>
      </Dialog>
    </div>
  );
}

interface CopyBoxProps {
  text: string | null;
  hidden?: string;
  noun: string;
  act?: ReactNode;
}

function CopyBox({ text, hidden = "…", noun, act }: CopyBoxProps) {
  return (
    <span className={style.copyBox}>
      <code title={text ?? undefined}>{text ?? hidden}</code>
      {act}
      {text !== null && <CopyButton text={text} noun={noun} />}
    </span>
  );
}
