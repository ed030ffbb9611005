import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, ask } from "../api/client";
import type { ConnectionChanges } from "../api/types";

/** Changes a saved connection; what it answers is shown at once, everything derived is asked again. */
export function usePatchConnection(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (changes: ConnectionChanges) =>
      ask(api.PATCH("/api/connections/{id}", { params: { path: { id } }, body: changes })),
    onSuccess: (connection) => {
      client.setQueryData(["connections", id], connection);
      void client.invalidateQueries({ queryKey: ["connections"] });
      void client.invalidateQueries({ queryKey: ["my-tokens"] });
    },
  });
}
