// What can be done with unpublished changes, and how far it is.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { newId, sentence } from "../../api/client";
import { hear } from "../../live/live";
import { toast } from "../../ui/toast";
import type { BoardDetail } from "../list/shapes";
import { choose, discard, fillIn, reviewQuery, startPublish, stopPublish, tryAll } from "./calls";
import { isStopped } from "./review";
import type { Review, ReviewItem } from "./shapes";

/** A publish changes many cards in a row; the review is asked for again this seldom. */
const GATHER_MS = 700;

export interface PublishActs {
  tryAgain: () => void;
  isTrying: boolean;
  publish: (items: string[]) => void;
  isStarting: boolean;
  stop: () => void;
  isStopping: boolean;
  /** What was chosen when a second try found something stopped; nothing was published then. */
  stoppedFrom: string[];
  fill: (item: ReviewItem, value: string) => void;
  putBack: (item: ReviewItem) => void;
  decide: (item: ReviewItem, choice: "ours" | "theirs") => void;
  /** The item something is being done about. */
  busyItem: string | null;
  error: string | null;
  refresh: () => void;
}

export function usePublish(board: BoardDetail, review: Review): PublishActs {
  const client = useQueryClient();
  const { id } = board;
  const [stoppedFrom, setStoppedFrom] = useState<string[]>([]);
  const put = (next: Review) => client.setQueryData(reviewQuery(id).queryKey, next);
  const refresh = () => void client.invalidateQueries({ queryKey: ["boards"] });

  const trying = useMutation({ mutationFn: () => tryAll(id), onSuccess: put });
  const start = useMutation({
    mutationFn: async (items: string[]) => {
      setStoppedFrom([]);
      if (review.is_stale || review.tried_us === null) {
        const tried = await tryAll(id);
        put(tried);
        if (tried.items.some((item) => items.includes(item.item) && isStopped(item)))
          return setStoppedFrom(items);
      }
      await startPublish(id, newId(), items);
    },
    onSettled: refresh,
  });
  const stopping = useMutation({ mutationFn: () => stopPublish(id), onSettled: refresh });
  const one = useMutation({
    mutationFn: async ({ act, tries }: { item: string; act: () => Promise<unknown>; tries: boolean }) => {
      await act();
      if (tries) put(await tryAll(id));
    },
    onSettled: refresh,
  });

  // A try writes nothing, so the page begins with one where none has been or the board went on since.
  const isDue = board.may_edit && review.items.length > 0 && (review.tried_us === null || review.is_stale);
  const hasBegun = useRef(false);
  const { mutate: tryOnce } = trying;
  useEffect(() => {
    // Later, the button tries again first: nothing moves under somebody who reads.
    if (hasBegun.current) return;
    hasBegun.current = true;
    if (isDue) tryOnce();
  }, [isDue, tryOnce]);

  // What others do meanwhile shows a moment later: a conflict is seen before anything is published, and not after.
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const stop = hear((notice) => {
      const isHere = notice === null || (notice.noun === "card" && notice.id === id);
      if (!isHere || timer !== null) return;
      timer = setTimeout(() => {
        timer = null;
        void client.invalidateQueries({ queryKey: reviewQuery(id).queryKey });
      }, GATHER_MS);
    });
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [client, id]);

  const failed = [trying.error, start.error, stopping.error, one.error].find((error) => error !== null);
  return {
    tryAgain: () => trying.mutate(),
    isTrying: trying.isPending || (start.isPending && review.is_stale),
    publish: (items) => start.mutate(items),
    isStarting: start.isPending,
    stop: () => stopping.mutate(),
    isStopping: stopping.isPending,
    stoppedFrom,
    fill: (item, value) => {
      const { fix } = item;
      if (fix)
        one.mutate({ item: item.item, act: () => fillIn(id, item.item, fix.field, value), tries: true });
    },
    putBack: (item) =>
      one.mutate(
        { item: item.item, act: () => discard(id, [item.item]), tries: false },
        { onSuccess: () => toast(`${item.number ?? `“${item.title}”`} is put back as Azure DevOps has it`) },
      ),
    decide: (item, choice) => {
      const { conflict } = item;
      if (conflict) one.mutate({ item: item.item, act: () => choose(conflict, choice), tries: true });
    },
    busyItem: one.isPending ? one.variables.item : null,
    error: failed ? sentence(failed) : null,
    refresh,
  };
}
