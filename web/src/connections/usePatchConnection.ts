import { useMutation, useQueryClient } from "@tanstack/react-query";
import { call } from "../api/client";
import type { Connection, Defaults } from "../api/types";

export interface ConnectionChanges extends Partial<
  Pick<
    Connection,
    | "label"
    | "server_url"
    | "without_own_token"
    | "conflict_rule"
    | "notes_on_behalf_create"
    | "notes_on_behalf_update"
    | "time_zone"
    | "is_enabled"
  >
> {
  token?: string;
  expires_on?: string;
  allows_plain_http?: boolean;
  defaults?: Defaults | null;
}

/** Changes a saved connection; what it answers is shown at once, everything derived is asked again. */
export function usePatchConnection(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (changes: ConnectionChanges) => call<Connection>("PATCH", `/api/connections/${id}`, changes),
    onSuccess: (connection) => {
      client.setQueryData(["connections", id], connection);
      void client.invalidateQueries({ queryKey: ["connections"] });
      void client.invalidateQueries({ queryKey: ["my-tokens"] });
    },
  });
}
