// The requests of the publish review.
import { queryOptions } from "@tanstack/react-query";
import { newId } from "../../api/client";
import { call } from "../list/calls";
import { filled } from "./review";
import type { Review, ReviewItem } from "./shapes";

const of = (id: string) => ({ path: { id } });
const RUNNING_MS = 800;

export const reviewQuery = (id: string) =>
  queryOptions({
    queryKey: ["boards", id, "publish"],
    queryFn: () => call<Review>("GET", "/api/boards/{id}/publish", { params: of(id) }),
    refetchInterval: (query) => (query.state.data?.run?.state === "running" ? RUNNING_MS : false),
  });

/** Every unpublished change is tried without saving. */
export const tryAll = (id: string) =>
  call<Review>("POST", "/api/boards/{id}/publish/try", { params: of(id), body: {} });

/** `act` makes a repeated click one publish. */
export const startPublish = (id: string, act: string, items: string[]) =>
  call<unknown>("POST", "/api/boards/{id}/publish", { params: of(id), body: { id: act, items } });

export const stopPublish = (id: string) =>
  call<unknown>("POST", "/api/boards/{id}/publish/stop", { params: of(id), body: {} });

/** Gives changes up; `null`: all of them. */
export const discard = (id: string, items: string[] | null) =>
  call<unknown>("POST", "/api/boards/{id}/discard", { params: of(id), body: { id: newId(), items } });

/** Brings back what was discarded last. */
export const undoDiscard = (id: string) =>
  call<unknown>("POST", "/api/boards/{id}/undo", { params: of(id), body: { id: newId() } });

/** Fills in the field that a rule asked for. */
export const fillIn = (id: string, item: string, field: string, text: string) =>
  call<unknown>("POST", "/api/boards/{id}/acts", {
    params: of(id),
    body: { id: newId(), acts: [{ kind: "set", item, ...filled(field, text) }] },
  });

export const choose = (conflict: NonNullable<ReviewItem["conflict"]>, choice: "ours" | "theirs") =>
  call<unknown>("POST", "/api/edits/{id}/decide", {
    params: of(conflict.edit),
    body: { id: newId(), choice, seen: conflict.theirs },
  });
