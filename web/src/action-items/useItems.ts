// Action items as this browser holds them, and the acts on them. The replica lives in the query cache, so that
// asking again and acting meet in one place, and a change of person forgets both.
import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { NoAnswer, api, ask, newId, sentence } from "../api/client";
import type { ActionItem, Changes, NewItem, OpenEdit, Owner, Push } from "../api/types";
import {
  EMPTY,
  acknowledge,
  begin,
  isSlow,
  loadList,
  nextSlow,
  refusedWhilePresent,
  refuse,
  shown,
  type Act,
  type RecentAct,
  type Replica,
} from "../replica/replica";
import { refusal } from "../ui/toast";

const LIST = ["action-items", "list"] as const;
const N_TRIES = 3;

// What I did in the last seconds: a refusal of it is told at once.
let mine: RecentAct[] = [];

export function useItems() {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: LIST,
    queryFn: async () => {
      const list = await ask(api.GET("/api/action-items"));
      const before = client.getQueryData<Replica>(LIST) ?? EMPTY;
      const after = loadList(before, list, Date.now());
      tellRefusals(client, before, after);
      return after;
    },
    structuralSharing: false,
  });
  const replica = query.data ?? EMPTY;
  const items = useMemo(() => shown(replica), [replica]);
  const now_ms = useSlowClock(replica);
  return {
    items,
    isLoading: query.isPending,
    error: query.error !== null && query.data === undefined ? query.error : null,
    refetch: query.refetch,
    isSlow: useCallback((id: string) => isSlow(replica, id, now_ms), [replica, now_ms]),
  };
}

/** Wakes exactly when another item becomes slow; nothing ticks while nothing waits. */
function useSlowClock(replica: Replica): number {
  const [now_ms, setNow] = useState(() => Date.now());
  useEffect(() => {
    const at = nextSlow(replica, Date.now());
    const timer = setTimeout(() => setNow(Date.now()), at === null ? 0 : Math.max(0, at - Date.now()));
    return () => clearTimeout(timer);
  }, [replica, now_ms]);
  return now_ms;
}

export function useItemDetail(id: string) {
  return useQuery({
    queryKey: ["action-items", "one", id],
    queryFn: () => ask(api.GET("/api/action-items/{id}", { params: { path: { id } } })),
  });
}

/** Every act on action items. Each shows at once and is taken back, with a message, when the server says no. */
export function useItemActs() {
  const client = useQueryClient();
  return useMemo(() => actsOn(client), [client]);
}

export type ItemActs = ReturnType<typeof actsOn>;

function actsOn(client: QueryClient) {
  const write = (change: (replica: Replica) => Replica) =>
    client.setQueryData<Replica>(LIST, (replica) => change(replica ?? EMPTY));

  /** Shows `act`, sends it, and settles it one way or the other. `null`: it was not taken, and a message said so. */
  async function run<T>(
    item_id: string,
    act: Act | null,
    failed: string,
    send: (id: string) => Promise<T>,
    itemsOf: (answer: T) => ActionItem[],
  ): Promise<T | null> {
    const id = newId();
    if (act) write((replica) => begin(replica, { id, item_id, at_ms: Date.now(), act }));
    if (act?.kind === "change") remember(item_id, act.changes);
    try {
      const answer = await inOrder(item_id, () => insist(() => send(id)));
      write((replica) => acknowledge(replica, id, itemsOf(answer), Date.now()));
      void client.invalidateQueries({ queryKey: ["action-items", "one", item_id] });
      return answer;
    } catch (error) {
      write((replica) => refuse(replica, id, Date.now()));
      refusal(failed, sentence(error));
      return null;
    }
  }
  const one = (item: ActionItem) => [item];

  return {
    change: (item: ActionItem, changes: Changes, owner?: Owner | null) =>
      run(
        item.id,
        { kind: "change", changes, owner: owner ?? null },
        `“${item.title}” was not changed.`,
        (id) => ask(api.POST("/api/action-items/{id}/edits", { ...at(item), body: { id, changes } })),
        one,
      ),
    /** Errors are the form's to show, so this one throws. */
    create: async (made: NewItem): Promise<ActionItem> => {
      const id = newId();
      const item = await insist(() => ask(api.POST("/api/action-items", { body: { id, ...made } })));
      write((replica) => acknowledge(replica, id, [item], Date.now()));
      return item;
    },
    createLines: async (lines: string): Promise<ActionItem[]> => {
      const id = newId();
      const items = await insist(() => ask(api.POST("/api/action-items/lines", { body: { id, lines } })));
      write((replica) => acknowledge(replica, id, items, Date.now()));
      return items;
    },
    push: async (item: ActionItem, push: Push): Promise<ActionItem> => {
      const id = newId();
      const pushed = await insist(() =>
        ask(api.POST("/api/action-items/{id}/push", { ...at(item), body: { id, ...push } })),
      );
      write((replica) => acknowledge(replica, id, [pushed], Date.now()));
      void client.invalidateQueries({ queryKey: ["action-items", "one", item.id] });
      return pushed;
    },
    comment: (item: ActionItem, text: string) =>
      run(
        item.id,
        null,
        "Your comment was not kept.",
        (id) => ask(api.POST("/api/action-items/{id}/comments", { ...at(item), body: { id, text } })),
        (detail) => {
          client.setQueryData(["action-items", "one", item.id], detail);
          return [detail.item];
        },
      ),
    remove: (item: ActionItem, work_item: "leave" | "recycle_bin") =>
      run(
        item.id,
        { kind: "delete" },
        `“${item.title}” was not deleted.`,
        (id) => ask(api.POST("/api/action-items/{id}/delete", { ...at(item), body: { id, work_item } })),
        one,
      ),
    restore: async (item: ActionItem) => {
      const restored = await run(
        item.id,
        { kind: "restore" },
        `“${item.title}” was not restored.`,
        (id) => ask(api.POST("/api/action-items/{id}/restore", { ...at(item), body: { id } })),
        one,
      );
      void client.invalidateQueries({ queryKey: ["action-items"] });
      return restored;
    },
    /** Chooses about one open edit; `theirs` as it was shown goes along, so that a newer value is asked about again. */
    decide: async (edit: OpenEdit, choice: OpenEdit["acts"][number]): Promise<boolean> => {
      try {
        const body = { id: newId(), choice, seen: edit.theirs };
        await ask(api.POST("/api/edits/{id}/decide", { ...at(edit), body }));
        return true;
      } catch (error) {
        refusal("Your choice was not taken.", sentence(error));
        return false;
      } finally {
        for (const key of ["action-items", "sync", "connections", "my-tokens"])
          void client.invalidateQueries({ queryKey: [key] });
      }
    },
  };
}

const at = ({ id }: { id: string }) => ({ params: { path: { id } } });

/** The same write under the same id may be sent again: the server knows it by its id. */
async function insist<T>(send: () => Promise<T>): Promise<T> {
  for (let n = 1; ; n += 1) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof NoAnswer) || n >= N_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 400 * n));
    }
  }
}

// Two quick changes of one item must arrive in the order made.
const lastOf = new Map<string, Promise<unknown>>();
function inOrder<T>(item_id: string, send: () => Promise<T>): Promise<T> {
  const before = lastOf.get(item_id) ?? Promise.resolve();
  const next = before.then(send, send);
  lastOf.set(item_id, next);
  const forget = () => lastOf.get(item_id) === next && lastOf.delete(item_id);
  next.then(forget, forget);
  return next;
}

function remember(item_id: string, changes: Changes) {
  const fields = Object.keys(changes).flatMap((field) => [field, field.replace(/_(id|html)$/, "")]);
  mine = [...mine.slice(-9), { item_id, fields, at_ms: Date.now() }];
}

function tellRefusals(client: QueryClient, before: Replica, after: Replica) {
  for (const { item, edit } of refusedWhilePresent(before, after, mine, Date.now())) {
    const acts = edit.acts.includes("give_up")
      ? [{ label: "Put back", onPick: () => void actsOn(client).decide(edit, "give_up") }]
      : [];
    refusal(
      `“${item.title}” keeps ${edit.to ?? "your change"} here, refused there.`,
      edit.answer ? `Azure DevOps: “${edit.answer}”` : (edit.next_step ?? ""),
      acts,
    );
  }
}
