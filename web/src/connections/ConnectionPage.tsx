import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { Activity, Columns3, Pencil, Plug } from "lucide-react";
import { useState } from "react";
import { Problem, api, ask, sentence } from "../api/client";
import type { Connection } from "../api/types";
import { LivePill } from "../app/LivePill";
import { Page } from "../app/Page";
import { connectionsQuery } from "../app/queries";
import { useMay } from "../app/session";
import { flavorWord } from "../app/words";
import { Button, buttonClass } from "../ui/Button";
import { Dialog, FootHint } from "../ui/Dialog";
import { FieldError, Switch } from "../ui/Field";
import layout from "../ui/layout.module.css";
import { Pill, Skeleton } from "../ui/marks";
import { Banner, Card, Empty, Kpi, Kpis } from "../ui/surface";
import { count } from "../ui/time";
import { refusal, toast } from "../ui/toast";
import { useNow } from "../ui/useNow";
import { CheckResult } from "./CheckResult";
import style from "./connections.module.css";
import { DefaultsCard } from "./DefaultsCard";
import { EditConnection } from "./EditConnection";
import { HooksCard } from "./HooksCard";
import { RulesCard } from "./RulesCard";
import { TokenCard } from "./TokenCard";
import { usePatchConnection } from "./usePatchConnection";
import { hooksWord, pollWords, stateOf, stateSays } from "./words";

export function ConnectionPage() {
  const { id } = useParams({ from: "/connections/$id" });
  const all = useQuery(connectionsQuery).data;
  const one = useQuery({
    queryKey: ["connections", id],
    queryFn: () => ask(api.GET("/api/connections/{id}", { params: { path: { id } } })),
    initialData: all?.find((connection) => connection.id === id),
    // What the list held is shown at once and read again.
    initialDataUpdatedAt: 0,
  });
  const trail = [{ label: "Connections", to: "/connections" as const }];
  if (one.data) return <Content connection={one.data} />;
  return (
    <Page title="Connection" trail={trail}>
      <div className={layout.page}>
        {one.isError ? (
          <Empty art="search" title="This connection cannot be shown">
            {one.error instanceof Problem && one.error.status === 404
              ? "It was disconnected, or the address has a typing error."
              : sentence(one.error)}
          </Empty>
        ) : (
          <Skeleton height={120} />
        )}
      </div>
    </Page>
  );
}

function Content({ connection }: { connection: Connection }) {
  const mayManage = useMay("connections.manage");
  const mayMakeBoards = useMay("boards.manage");
  const patch = usePatchConnection(connection.id);
  const now_ms = useNow(1_000);
  const [open, setOpen] = useState<"test" | "edit" | "disconnect" | null>(null);
  const state = stateOf(connection);
  const { counts } = connection;
  return (
    <Page
      title={connection.label}
      trail={[{ label: "Connections", to: "/connections" }]}
      pill={<LivePill connection={connection} />}
    >
      <div className={layout.page}>
        <div className={layout.pageHead}>
          <div className={layout.row} style={{ gap: 12, minWidth: 0 }}>
            <span className={`${style.plug} ${style.big}`} aria-hidden>
              <Plug size={18} />
            </span>
            <div style={{ minWidth: 0 }}>
              <div className={`${layout.row} ${layout.wrap}`}>
                <h1>{connection.label}</h1>
                {connection.is_plain_http && <Pill tone="warn">plain http</Pill>}
              </div>
              <span className={style.url}>
                {connection.server_url} · {flavorWord(connection.flavor)} · api {connection.api}
              </span>
            </div>
          </div>
          {mayMakeBoards && !mayManage && connection.is_enabled && <MakeBoard id={connection.id} />}
          {mayManage && (
            <div className={`${layout.row} ${layout.wrap}`}>
              <Switch
                label={connection.is_enabled ? "Enabled" : "Disabled"}
                isOn={connection.is_enabled}
                isDisabled={patch.isPending}
                onChange={(is_enabled) =>
                  patch.mutate(
                    { is_enabled },
                    {
                      onSuccess: () =>
                        toast(
                          is_enabled
                            ? `“${connection.label}” is enabled and catches up`
                            : `“${connection.label}” is disabled; nothing is lost`,
                        ),
                      onError: (error) => refusal("The connection was not changed.", sentence(error)),
                    },
                  )
                }
              />
              <Button icon={<Pencil size={14} />} onClick={() => setOpen("edit")}>
                Edit
              </Button>
              <Button icon={<Activity size={16} />} onClick={() => setOpen("test")}>
                Test connection
              </Button>
              {mayMakeBoards && connection.is_enabled && <MakeBoard id={connection.id} />}
            </div>
          )}
        </div>
        {connection.is_plain_http && (
          <Banner icon="alert" title="The token travels in the clear.">
            This connection uses plain http. Anybody on the way can read and use it; https ends that.
          </Banner>
        )}
        <Kpis>
          <Kpi
            name="State"
            isWord
            value={state.word}
            tone={state.tone === "bad" ? "bad" : state.tone === "warn" ? "warn" : undefined}
            says={stateSays(connection, now_ms)}
          />
          <Kpi
            name="Paired"
            value={count(counts.paired)}
            says={counts.paired === 1 ? "Action item with a work item" : "Action items with a work item"}
          />
          <Kpi
            name="Needs a decision"
            value={counts.needs_decision}
            tone={counts.needs_decision > 0 ? "warn" : undefined}
            says={counts.needs_decision > 0 ? "See Sync health" : "Nothing"}
          />
          <Kpi
            name="Waiting"
            value={counts.waiting}
            says={
              connection.my_token.held_edits > 0
                ? `${connection.my_token.held_edits} for your own token`
                : counts.waiting > 0
                  ? "Written in order"
                  : connection.is_enabled
                    ? pollWords(connection.health, now_ms)
                    : "Nothing is queued"
            }
          />
        </Kpis>
        <HooksCard connection={connection} now_ms={now_ms} summary={hooksWord(connection, now_ms)} />
        <div className={layout.two}>
          <TokenCard connection={connection} now_ms={now_ms} mayManage={mayManage} />
          <RulesCard connection={connection} mayManage={mayManage} />
        </div>
        <DefaultsCard connection={connection} mayManage={mayManage} />
        {mayManage && (
          <Card
            isDangerous
            title="Disconnect"
            says="Removes the stored tokens and the webhook. Action items stay here, with what they hold now; work items stay in Azure DevOps."
            acts={
              <Button look="danger" onClick={() => setOpen("disconnect")}>
                Disconnect…
              </Button>
            }
          />
        )}
      </div>
      {open === "test" && <TestDialog connection={connection} onClose={() => setOpen(null)} />}
      {open === "edit" && (
        <EditConnection connection={connection} now_ms={now_ms} onClose={() => setOpen(null)} />
      )}
      {open === "disconnect" && <Disconnect connection={connection} onClose={() => setOpen(null)} />}
    </Page>
  );
}

/** The next thing to do with a connection: a board is proposed from what it holds. */
function MakeBoard({ id }: { id: string }) {
  return (
    <Link to="/boards/new" search={{ connection: id }} className={buttonClass("primary")}>
      <Columns3 size={16} aria-hidden />
      Make a board
    </Link>
  );
}

interface DialogProps {
  connection: Connection;
  onClose: () => void;
}

/** Tests the stored address with the stored token. */
function TestDialog({ connection, onClose }: DialogProps) {
  const test = useQuery({
    queryKey: ["test", connection.id],
    queryFn: () => ask(api.POST("/api/connections/{id}/test", { params: { path: { id: connection.id } } })),
    staleTime: 0,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
  });
  return (
    <Dialog
      title={`Test “${connection.label}”`}
      says="With the stored address and the stored token."
      width="medium"
      isOpen
      onClose={onClose}
      footer={
        <>
          <FootHint />
          <Button look="primary" onClick={onClose}>
            Close
          </Button>
        </>
      }
    >
      {test.data && !test.isFetching ? (
        <CheckResult checklist={test.data} onAgain={() => void test.refetch()} />
      ) : test.isError && !test.isFetching ? (
        <FieldError>{sentence(test.error)}</FieldError>
      ) : (
        <>
          <p className={layout.muted}>Asking {connection.host}…</p>
          <Skeleton height={52} />
        </>
      )}
    </Dialog>
  );
}

function Disconnect({ connection, onClose }: DialogProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => ask(api.DELETE("/api/connections/{id}", { params: { path: { id: connection.id } } })),
    onSuccess: async () => {
      toast(`“${connection.label}” is disconnected`);
      await navigate({ to: "/connections", search: {} });
      for (const key of ["connections", "my-tokens", "action-items", "sync"])
        void client.invalidateQueries({ queryKey: [key] });
    },
  });
  const { waiting } = connection.counts;
  return (
    <Dialog
      title={`Disconnect “${connection.label}”?`}
      says="This cannot be undone."
      isOpen
      onClose={onClose}
      onSubmit={() => !remove.isPending && remove.mutate()}
      footer={
        <>
          <FootHint />
          <Button look="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" look="danger" isBusy={remove.isPending}>
            {waiting > 0 ? `Disconnect and drop ${waiting} waiting` : "Disconnect and remove tokens"}
          </Button>
        </>
      }
    >
      <p>
        The connection’s token and {connection.own_tokens.stored} own tokens are removed.{" "}
        {count(connection.counts.paired)} action items stay here with what they hold now and are no longer
        kept in step.
      </p>
      <p className={layout.muted}>
        Service hooks that still send to this server are refused from then on; remove them in Azure DevOps. To
        pause without losing anything, disable the connection instead.
      </p>
      {remove.error && <FieldError>{sentence(remove.error)}</FieldError>}
    </Dialog>
  );
}
