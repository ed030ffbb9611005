// Discarding from the board itself: what would go is read when somebody asks.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { boardQuery } from "../list/calls";
import { reviewQuery } from "./calls";
import { DiscardDialog } from "./DiscardDialog";

export default function DiscardHere({ id, onClose }: { id: string; onClose: () => void }) {
  const client = useQueryClient();
  const board = useQuery(boardQuery(id)).data;
  const review = useQuery(reviewQuery(id)).data;
  if (!board || !review) return null;
  return (
    <DiscardDialog
      board={board}
      items={review.items}
      onClose={onClose}
      onDiscarded={() => void client.invalidateQueries({ queryKey: reviewQuery(id).queryKey })}
    />
  );
}
