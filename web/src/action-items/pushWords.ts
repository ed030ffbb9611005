import type { Connection } from "../api/types";

/** Under whose name my next write to this connection appears, or what it waits for. */
export function writtenAs(connection: Pick<Connection, "my_token" | "token" | "without_own_token">): string {
  const { my_token, token } = connection;
  if (my_token.state === "ok") return `Written as ${my_token.owner ?? "you"}, own token.`;
  if (connection.without_own_token === "hold")
    return "Held until you store your own token, then written as you.";
  return `Written as ${token.owner ?? "the connection’s account"}; the history here names you.`;
}
