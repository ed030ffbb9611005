// What is asked of the server, under which key it is kept, and what a live change makes stale.
import { MutationCache, QueryCache, QueryClient, notifyManager, queryOptions } from "@tanstack/react-query";
import { NoAnswer, Problem, api, ask } from "../api/client";
import { whenDrawn } from "./drawn";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: () => ask(api.GET("/api/session")),
  staleTime: Infinity,
});
export const connectionsQuery = queryOptions({
  queryKey: ["connections"],
  queryFn: () => whenDrawn().then(() => ask(api.GET("/api/connections"))),
  // A read that changed nothing is no news to the live feed; its age is shown all the same.
  refetchInterval: (query) => readEvery(query.state.data),
});
export const myTokensQuery = queryOptions({
  queryKey: ["my-tokens"],
  queryFn: () => whenDrawn().then(() => ask(api.GET("/api/me/tokens"))),
});
export const membersQuery = queryOptions({
  queryKey: ["members"],
  queryFn: () => ask(api.GET("/api/members")),
});
export const syncQuery = queryOptions({
  queryKey: ["sync"],
  queryFn: () => whenDrawn().then(() => ask(api.GET("/api/sync"))),
});

const SOONEST_MS = 5_000;
const LATEST_MS = 30_000;

/** As often as the busiest connection polls, within reason. */
function readEvery(
  connections: { is_enabled: boolean; health: { poll_interval_ms: number } }[] | undefined,
): number {
  const intervals = (connections ?? [])
    .filter((one) => one.is_enabled)
    .map((one) => one.health.poll_interval_ms);
  return Math.min(
    LATEST_MS,
    Math.max(SOONEST_MS, ...(intervals.length > 0 ? [Math.min(...intervals)] : [LATEST_MS])),
  );
}

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
