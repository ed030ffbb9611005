// The requests of the board page. Each route is written once.
import type { OpenEdit } from "../api/types";
import { NoAnswer, newId } from "../api/client";
import { call } from "./list/calls";
import type { Act, Acted, CardDetail, Changes, LeftCard, Snapshot } from "./shapes";

const of = (id: string) => ({ path: { id } });

export const askSnapshot = (id: string) =>
  call<Snapshot>("GET", "/api/boards/{id}/snapshot", { params: of(id) });

export const askChanges = (id: string, after: number) =>
  call<Changes>("GET", "/api/boards/{id}/changes", { params: { ...of(id), query: { after } } });

export const askLeft = (id: string) => call<LeftCard[]>("GET", "/api/boards/{id}/left", { params: of(id) });

export const askCard = (id: string, item: string) =>
  call<CardDetail>("GET", "/api/boards/{id}/cards/{item}", { params: { path: { id, item } } });

export const sendActs = (id: string, act: string, acts: readonly Act[]) =>
  call<Acted>("POST", "/api/boards/{id}/acts", { params: of(id), body: { id: act, acts } });

export const sendUndo = (id: string, step: "undo" | "redo", act: string) =>
  call<Partial<Acted> | undefined>("POST", `/api/boards/{id}/${step}`, { params: of(id), body: { id: act } });

export const sendPresence = (id: string, item: string | null) =>
  call<undefined>("POST", "/api/boards/{id}/presence", { params: of(id), body: { item } });

export const sendChoice = (edit: OpenEdit, choice: OpenEdit["acts"][number]) =>
  call<undefined>("POST", "/api/edits/{id}/decide", {
    params: of(edit.id),
    body: { id: newId(), choice, seen: edit.theirs },
  });

const N_TRIES = 3;

/** The same write under the same id may be sent again: the server knows it by its id. */
export async function insist<T>(send: () => Promise<T>): Promise<T> {
  for (let n = 1; ; n += 1) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof NoAnswer) || n >= N_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 400 * n));
    }
  }
}
