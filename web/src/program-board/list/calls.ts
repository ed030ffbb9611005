// The requests of these pages. One place, so that a route is written once.
import { queryOptions, type QueryClient } from "@tanstack/react-query";
import { api, ask } from "../../api/client";
import { whenDrawn } from "../../app/drawn";
import type {
  BoardChanges,
  BoardDetail,
  BoardSummary,
  ConnectPreview,
  Preview,
  Proposal,
  SetUp,
  WriteMode,
} from "./shapes";

interface Sent {
  params?: { path?: Record<string, string>; query?: Record<string, unknown> };
  body?: unknown;
}
type Method = "GET" | "POST" | "PATCH" | "DELETE";
type Untyped = Record<Method, (path: string, sent?: Sent) => Promise<{ data?: unknown; response: Response }>>;

/** A request to a route by its address; its answer's shape is said by the caller. */
export function call<T>(method: Method, path: string, sent?: Sent): Promise<T> {
  const client = api as unknown as Untyped;
  return ask(client[method](path, sent)) as Promise<T>;
}

export const boardsQuery = queryOptions({
  queryKey: ["boards"],
  queryFn: () => whenDrawn().then(() => call<BoardSummary[]>("GET", "/api/boards")),
  // An import tells of itself through the feed; asking again is the net below it.
  refetchInterval: (query) =>
    query.state.data?.some((board) => board.import.state === "importing") ? 3_000 : false,
});

export const boardQuery = (id: string) =>
  queryOptions({
    queryKey: ["boards", id],
    queryFn: () => call<BoardDetail>("GET", "/api/boards/{id}", { params: { path: { id } } }),
  });

export interface NewBoard {
  id: string;
  name: string;
  /** Nowhere else for a local board. */
  connection_id: string | null;
  set_up: SetUp;
  write_mode: WriteMode;
}

export const createBoard = (board: NewBoard) => call<BoardSummary>("POST", "/api/boards", { body: board });

export const changeBoard = (id: string, changes: BoardChanges) =>
  call<BoardDetail>("PATCH", "/api/boards/{id}", { params: { path: { id } }, body: changes });

/** With drafts on it the server asks for `discards`: they are given up with the board. */
export const deleteBoard = (id: string, discards: boolean) =>
  call<undefined>("DELETE", "/api/boards/{id}", {
    params: { path: { id }, query: discards ? { discard: true } : {} },
  });

export const answerLeaving = (id: string, choice: "let_go" | "keep") =>
  call<undefined>("POST", "/api/boards/{id}/leaving", { params: { path: { id } }, body: { choice } });

export interface ProposalWish {
  connection_id: string;
  project_ids?: string[];
  pi_node_id?: number;
}

export const askProposal = (wish: ProposalWish) =>
  call<Proposal>("POST", "/api/boards/proposal", { body: wish });

export const askPreview = (connection_id: string, set_up: SetUp) =>
  call<Preview>("POST", "/api/boards/preview", { body: { connection_id, set_up } });

export const checkWiql = (connection_id: string, project: string | null, wiql: string) =>
  call<{ n: number }>("POST", "/api/connections/{id}/wiql", {
    params: { path: { id: connection_id } },
    body: { project, wiql },
  });

export interface ConnectWish {
  connection_id: string;
  /** Teams and columns keep the numbers they have on the local board. */
  set_up: SetUp;
  types: { from: string; to: string }[];
}

export const askConnectPreview = (id: string, wish: ConnectWish) =>
  call<ConnectPreview>("POST", "/api/boards/{id}/connect/preview", { params: { path: { id } }, body: wish });

export const connectBoard = (id: string, wish: ConnectWish) =>
  call<BoardDetail>("POST", "/api/boards/{id}/connect", { params: { path: { id } }, body: wish });

/** After a change of a board: its own page and the list are asked again. */
export function boardChanged(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: ["boards"] });
}
