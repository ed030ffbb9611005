import { useQuery } from "@tanstack/react-query";
import { Kpi, Kpis } from "../../ui/surface";
import { call } from "../list/calls";
import type { BoardDetail } from "../list/shapes";
import { overCells } from "../lens/loads";
import { place } from "../placement";
import type { Snapshot } from "../shapes";
import { readSnapshot } from "../snapshot";
import { figuresOf, refusedSays, takenSays } from "./review";
import type { ReviewItem } from "./shapes";

interface FiguresProps {
  board: BoardDetail;
  items: readonly ReviewItem[];
  isTrying: boolean;
}

/** The numbers on top: what would be taken, refused and created, and the cell that is fullest with it. */
export function Figures({ board, items, isTrying }: FiguresProps) {
  const figures = figuresOf(items);
  const over = useQuery({
    queryKey: ["board-cards", board.id, "over"],
    queryFn: async () => {
      const read = readSnapshot(
        await call<Snapshot>("GET", "/api/boards/{id}/snapshot", { params: { path: { id: board.id } } }),
      );
      return overCells(read.frame.set_up, place(read).load);
    },
  }).data;
  const worst = over?.[0];
  return (
    <Kpis>
      <Kpi name="Would be taken" value={isTrying ? "…" : figures.n_taken} says={takenSays(figures)} />
      <Kpi
        name="Refused in the dry run"
        value={isTrying ? "…" : figures.n_refused}
        tone={!isTrying && figures.n_refused > 0 ? "bad" : undefined}
        says={refusedSays(figures)}
      />
      <Kpi
        name="Work items created"
        value={figures.n_created}
        says={figures.n_created === 0 ? "None" : figures.created}
      />
      {worst ? (
        <Kpi
          name={`${worst.team}, ${worst.column}`}
          value={worst.load}
          of={`of ${worst.capacity}, ${worst.over} over`}
          tone="bad"
          says={
            over.length === 1
              ? "The only cell over capacity"
              : `The fullest of ${over.length} cells over capacity`
          }
        />
      ) : (
        <Kpi
          name="Over capacity"
          value={over ? 0 : "…"}
          says={over ? "Every cell holds what it can" : "Counting"}
        />
      )}
    </Kpis>
  );
}
