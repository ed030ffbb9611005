// What only the panel needs of a card: asked when it opens, and again whenever the card changed.
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { sentence } from "../../api/client";
import type { OpenEdit } from "../../api/types";
import { refusal } from "../../ui/toast";
import { askCard, sendChoice } from "../calls";
import type { BoardStore } from "../store";

export function useDetail(board: string, item: string, change: number | undefined) {
  return useQuery({
    queryKey: ["board-card", board, item, change],
    queryFn: () => askCard(board, item),
    placeholderData: (before, query) => (query?.queryKey[2] === item ? keepPreviousData(before) : undefined),
  });
}

/** Chooses about one open edit; what came of it is read again. Answers whether the choice was taken. */
export function useDecide(store: BoardStore) {
  const client = useQueryClient();
  return useCallback(
    async (edit: OpenEdit, choice: OpenEdit["acts"][number]): Promise<boolean> => {
      try {
        await sendChoice(edit, choice);
        return true;
      } catch (error) {
        refusal("Your choice was not taken.", sentence(error));
        return false;
      } finally {
        void store.catchUp();
        for (const key of ["board-card", "sync", "connections"])
          void client.invalidateQueries({ queryKey: [key] });
      }
    },
    [client, store],
  );
}
