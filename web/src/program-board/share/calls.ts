// The requests for what goes out of a board.
import { queryOptions } from "@tanstack/react-query";
import type { components } from "../../api/schema";
import { NoAnswer, Problem } from "../../api/client";
import { call } from "../list/calls";

type Schemas = components["schemas"];
export type ShareLink = Schemas["ShareLink"];
export type TableFormat = Schemas["ExportFormat"];

const of = (id: string) => ({ path: { id } });

/** The board as a table: all cards, or those named. */
export async function askTable(id: string, format: TableFormat, cards: string[] | null): Promise<Blob> {
  const answer = await fetch(`/api/boards/${encodeURIComponent(id)}/export`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ format, cards }),
  }).catch(() => {
    throw new NoAnswer();
  });
  if (answer.ok) return answer.blob();
  throw new Problem(answer.status, (await answer.json().catch(() => ({}))) as Record<string, unknown>);
}

export const linksQuery = (id: string) =>
  queryOptions({
    queryKey: ["boards", id, "links"],
    queryFn: () => call<ShareLink[]>("GET", "/api/boards/{id}/links", { params: of(id) }),
  });

export const makeLink = (id: string, days: number) =>
  call<Schemas["MadeShareLink"]>("POST", "/api/boards/{id}/links", { params: of(id), body: { days } });

export const endLink = (id: string, link: string) =>
  call<undefined>("DELETE", "/api/boards/{id}/links/{link}", { params: { path: { id, link } } });
