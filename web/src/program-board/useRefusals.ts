// Messages about my own acts that were not taken: by this server at once, or by Azure DevOps while I am still here.
import { useEffect, useRef } from "react";
import { sentence } from "../api/client";
import { plural } from "../ui/time";
import { refusal } from "../ui/toast";
import { askCard, sendChoice } from "./calls";
import type { Card } from "./shapes";
import type { BoardData } from "./useBoard";
import { short } from "./words";

export function useRefusals({ store }: BoardData, open: (card: string, byKey: boolean) => void) {
  const show = useRef(open);
  useEffect(() => {
    show.current = open;
  });
  useEffect(() => {
    store.tellRefusalsTo({
      onRefused: (sent, says) =>
        refusal(sent.length > 1 ? `${plural(sent.length, "change")} not taken.` : "Not taken.", says),
      onRefusedThere: (card) => void tellRefused(store.id, card, (id) => show.current(id, false)),
    });
  }, [store]);
}

async function tellRefused(board: string, card: Card, open: (card: string) => void): Promise<void> {
  const detail = await askCard(board, card.id).catch(() => null);
  const edit = detail?.open_edits.find((one) => one.state === "refused");
  const putBack =
    edit?.may_decide && edit.acts.includes("give_up")
      ? [
          {
            label: "Put back",
            onPick: () =>
              void sendChoice(edit, "give_up").catch((error: unknown) =>
                refusal("Not put back.", sentence(error)),
              ),
          },
        ]
      : [];
  refusal(
    `${short(card)} keeps ${edit?.to ?? "your change"} here, refused there.`,
    edit?.answer ? `Azure DevOps: “${edit.answer}”` : (edit?.next_step ?? ""),
    [...putBack, { label: "Details", onPick: () => open(card.id) }],
  );
}
