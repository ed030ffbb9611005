// What is asked of the server, under which key it is kept, and what a live change makes stale.
import { MutationCache, QueryCache, QueryClient, notifyManager, queryOptions } from "@tanstack/react-query";
import { NoAnswer, Problem, api, ask } from "../api/client";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: () => ask(api.GET("/api/session")),
  staleTime: Infinity,
});
export const connectionsQuery = queryOptions({
  queryKey: ["connections"],
  queryFn: () => ask(api.GET("/api/connections")),
});
export const myTokensQuery = queryOptions({
  queryKey: ["my-tokens"],
  queryFn: () => ask(api.GET("/api/me/tokens")),
});
export const membersQuery = queryOptions({
  queryKey: ["members"],
  queryFn: () => ask(api.GET("/api/members")),
});
export const syncQuery = queryOptions({
  queryKey: ["sync"],
  queryFn: () => ask(api.GET("/api/sync")),
});

// An optimistic change is drawn in the same frame as the act that made it.
notifyManager.setScheduler(queueMicrotask);

export function newQueryClient(): QueryClient {
  // A session that ended elsewhere (signed out, deactivated) shows in any answer.
  const notice = (error: unknown) => {
    if (error instanceof Problem && error.status === 401)
      void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError: notice }),
    mutationCache: new MutationCache({ onError: notice }),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        retry: (n_failures, error) => error instanceof NoAnswer && n_failures < 3,
        refetchOnWindowFocus: true,
      },
    },
  });
  return client;
}
