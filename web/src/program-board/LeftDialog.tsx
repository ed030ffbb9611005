// What left the board in the last seven days, with why; what a person took off can be put back. Loaded when first asked for.
import { useQuery } from "@tanstack/react-query";
import { sentence } from "../api/client";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Skeleton } from "../ui/marks";
import { moment } from "../ui/time";
import { useNow } from "../ui/useNow";
import { askLeft } from "./calls";
import style from "./dialogs.module.css";
import type { LeftCard } from "./shapes";

const WHY: Record<LeftCard["why"], string> = {
  query: "The query does not find it any more",
  project: "Moved to another project",
  type: "Has a type that this board does not show",
  area: "In an area of none of this board’s teams",
  iteration: "In an iteration outside of this PI",
  let_go: "Let go with many others",
  taken_off: "Taken off by hand",
  other: "Left the scope",
};

interface LeftProps {
  board: string;
  canEdit: boolean;
  urlOf: (number: number) => string | null;
  onPutBack: (item: string) => Promise<boolean>;
  onClose: () => void;
}

export default function LeftDialog({ board, canEdit, urlOf, onPutBack, onClose }: LeftProps) {
  const now_ms = useNow(60_000);
  const left = useQuery({ queryKey: ["board-left", board], queryFn: () => askLeft(board), staleTime: 0 });
  return (
    <Dialog
      title="Left this board"
      says="In the last seven days. Nothing of this was deleted by Lockstep."
      isOpen
      onClose={onClose}
      footer={<Button onClick={onClose}>Close</Button>}
    >
      {left.isPending && <Skeleton height={80} />}
      {left.isError && <p role="alert">{sentence(left.error)}</p>}
      {left.data?.length === 0 && <p>No card has left.</p>}
      {left.data && left.data.length > 0 && (
        <ul className={style.left}>
          {left.data.map((card) => {
            const url = card.number === null ? null : urlOf(card.number);
            return (
              <li key={card.item}>
                <span>
                  <b>{[card.number, card.title].filter((part) => part !== null).join(" ")}</b>
                  <small>
                    {WHY[card.why]}, {moment(card.left_us, now_ms)}
                  </small>
                </span>
                {url && (
                  <a href={url} target="_blank" rel="noreferrer">
                    Azure DevOps
                  </a>
                )}
                {canEdit && card.why === "taken_off" && (
                  <Button
                    size="small"
                    onClick={() => void onPutBack(card.item).then(() => left.refetch())}
                    aria-label={`Put ${card.number ?? card.title ?? "it"} back`}
                  >
                    Put back
                  </Button>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </Dialog>
  );
}
