import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Plug, Plus } from "lucide-react";
import { sentence } from "../api/client";
import type { Connection } from "../api/types";
import { Page } from "../app/Page";
import { connectionsQuery } from "../app/queries";
import { useMay } from "../app/session";
import { Button, buttonClass } from "../ui/Button";
import layout from "../ui/layout.module.css";
import { Pill, Skeleton } from "../ui/marks";
import { Banner, Empty } from "../ui/surface";
import { count, day, plural } from "../ui/time";
import { toast } from "../ui/toast";
import { useMedia } from "../ui/useMedia";
import { useNow } from "../ui/useNow";
import { AddConnection } from "./AddConnection";
import style from "./connections.module.css";
import { expiryOf, hooksWord, pollWords, stateOf, writesWith } from "./words";

export function ConnectionsPage() {
  const connections = useQuery(connectionsQuery);
  const search = useSearch({ from: "/connections" });
  const navigate = useNavigate();
  const mayManage = useMay("connections.manage");
  const mayMakeBoards = useMay("boards.manage");
  const now_ms = useNow(5_000);
  const isPhone = useMedia("(max-width: 640px)");
  const add = () => void navigate({ to: "/connections", search: { add: true } });
  const close = () => void navigate({ to: "/connections", search: {}, replace: true });
  const all = connections.data ?? [];
  return (
    <Page title="Connections">
      <div className={`${layout.page} ${layout.wide}`}>
        <div className={layout.pageHead}>
          <div>
            <h1>Connections</h1>
            <p>The Azure DevOps organizations and TFS collections this server keeps in step.</p>
          </div>
          {mayManage && (
            <Button look="primary" icon={<Plus size={16} />} onClick={add}>
              Add connection
            </Button>
          )}
        </div>
        <Expiring connections={all} now_ms={now_ms} mayManage={mayManage} />
        {connections.isPending ? (
          <div className={layout.stack}>
            <Skeleton height={58} />
            <Skeleton height={58} />
          </div>
        ) : connections.isError && !connections.data ? (
          <Empty
            art="broken"
            title="The connections could not be read"
            acts={
              <Button look="primary" onClick={() => void connections.refetch()}>
                Try again
              </Button>
            }
          >
            {sentence(connections.error)}
          </Empty>
        ) : all.length === 0 ? (
          <Empty
            art="plug"
            title="No connection yet"
            acts={
              mayManage && (
                <Button look="primary" icon={<Plus size={16} />} onClick={add}>
                  Add connection
                </Button>
              )
            }
          >
            {mayManage
              ? "You need a personal access token of a service account with two rights: work items read and write, projects read."
              : "A company admin makes the first one. Action items work here until then."}
          </Empty>
        ) : isPhone ? (
          <ul className={style.cards}>
            {all.map((one) => (
              <li key={one.id} className={style.card}>
                <Name connection={one} />
                <div>
                  <State connection={one} />
                  <Expiry connection={one} now_ms={now_ms} />
                </div>
              </li>
            ))}
          </ul>
        ) : (
          <Table connections={all} now_ms={now_ms} />
        )}
        <p className={`${layout.small} ${layout.faint}`}>
          Supported: Azure DevOps Services, Azure DevOps Server 2019 and later, TFS 2018.
        </p>
      </div>
      {search.add && mayManage && (
        <AddConnection
          onClose={close}
          onSaved={(connection) => {
            toast(
              `“${connection.label}” is connected`,
              mayMakeBoards
                ? {
                    label: "Make a board",
                    onPick: () => void navigate({ to: "/boards/new", search: { connection: connection.id } }),
                  }
                : undefined,
            );
            void navigate({ to: "/connections/$id", params: { id: connection.id }, search: {} });
          }}
        />
      )}
    </Page>
  );
}

function Table({ connections, now_ms }: { connections: Connection[]; now_ms: number }) {
  return (
    <div className={style.frame}>
      <table className={style.table}>
        <thead>
          <tr>
            <th>Connection</th>
            <th>Status</th>
            <th>Writes with</th>
            <th>Token expires</th>
            <th>Service hooks</th>
            <th>Read</th>
            <th>Paired</th>
          </tr>
        </thead>
        <tbody>
          {connections.map((one) => (
            <tr key={one.id}>
              <td>
                <Name connection={one} />
              </td>
              <td>
                <State connection={one} />
              </td>
              <td>{writesWith(one)}</td>
              <td>
                <Expiry connection={one} now_ms={now_ms} />
              </td>
              <td>{hooksWord(one, now_ms)}</td>
              <td className={layout.muted}>
                {one.is_enabled ? pollWords(one.health, now_ms) : "Nothing is read"}
              </td>
              <td className={layout.num}>{count(one.counts.paired)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Name({ connection }: { connection: Connection }) {
  return (
    <span className={style.name}>
      <span className={style.plug} aria-hidden>
        <Plug size={16} />
      </span>
      <span>
        <Link to="/connections/$id" params={{ id: connection.id }}>
          {connection.label}
        </Link>
        <small>{connection.host}</small>
      </span>
    </span>
  );
}

function State({ connection }: { connection: Connection }) {
  const { word, tone } = stateOf(connection);
  return (
    <span className={layout.row}>
      <Pill tone={tone}>{word}</Pill>
      {connection.is_plain_http && <Pill tone="warn">plain http</Pill>}
    </span>
  );
}

function Expiry({ connection, now_ms }: { connection: Connection; now_ms: number }) {
  const { text, tone } = expiryOf(connection.token, now_ms);
  return (
    <span className={tone === "plain" ? layout.num : `${layout.num} ${layout.med} ${layout[tone]}`}>
      {text}
    </span>
  );
}

interface ExpiringProps {
  connections: Connection[];
  now_ms: number;
  mayManage: boolean;
}

/** The one token that ends next, from 30 days before. */
function Expiring({ connections, now_ms, mayManage }: ExpiringProps) {
  const next = connections
    .filter((one) => one.is_enabled && one.token.days_left !== null && one.token.days_left <= 30)
    .sort((a, b) => (a.token.days_left ?? 0) - (b.token.days_left ?? 0))[0];
  if (!next?.token.expires_on) return null;
  const days = next.token.days_left ?? 0;
  const date = day(next.token.expires_on, now_ms);
  return (
    <Banner
      tone={days < 0 ? "bad" : "warn"}
      icon="warn"
      title={
        days < 0
          ? `The token of “${next.label}” expired on ${date}.`
          : days === 0
            ? `The token of “${next.label}” expires today.`
            : `The token of “${next.label}” expires in ${plural(days, "day")}.`
      }
      act={
        mayManage && (
          <Link to="/connections/$id" params={{ id: next.id }} className={buttonClass("plain", "small")}>
            Replace token
          </Link>
        )
      }
    >
      {days < 0
        ? "Changes wait here until it is replaced; nothing is lost."
        : `After ${date}, ${plural(next.counts.paired, "item waits", "items wait")} here until it is replaced.`}
    </Banner>
  );
}
