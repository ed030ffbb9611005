// The way of a local board to Azure DevOps.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plug } from "lucide-react";
import { connectionsQuery } from "../../app/queries";
import { useMay } from "../../app/session";
import { buttonClass } from "../../ui/Button";
import { Card } from "../../ui/surface";
import type { BoardDetail } from "../list/shapes";

export function ConnectCard({ board }: { board: BoardDetail }) {
  const connections = useQuery(connectionsQuery).data ?? [];
  const mayConnect = useMay("connections.manage");
  const isReady = connections.some((one) => one.is_enabled);
  return (
    <Card
      title="Connect to Azure DevOps"
      says={
        isReady
          ? "Teams and iterations are matched with those of a connection. Nothing is written by it: the cards wait to be published."
          : mayConnect
            ? "Its cards can become work items once an organization or collection is connected."
            : "Its cards can become work items once a company admin has connected an organization or collection."
      }
      acts={
        isReady ? (
          <Link to="/boards/$id/connect" params={{ id: board.id }} className={buttonClass()}>
            <Plug size={16} aria-hidden />
            Connect to Azure DevOps…
          </Link>
        ) : (
          mayConnect && (
            <Link to="/connections" search={{ add: true }} className={buttonClass()}>
              <Plug size={16} aria-hidden />
              Add connection
            </Link>
          )
        )
      }
    />
  );
}
