import { useMutation, useQueryClient } from "@tanstack/react-query";
import { sentence } from "../../api/client";
import { Button } from "../../ui/Button";
import layout from "../../ui/layout.module.css";
import { Banner } from "../../ui/surface";
import { moment, plural } from "../../ui/time";
import { refusal } from "../../ui/toast";
import { useNow } from "../../ui/useNow";
import { answerLeaving, boardChanged } from "../list/calls";
import type { BoardSummary } from "../list/shapes";

/** More cards would leave the board at once than is usual: it asks somebody before it lets them go. */
export function LeavingBanner({ board }: { board: BoardSummary }) {
  const client = useQueryClient();
  const now_ms = useNow(60_000);
  const answer = useMutation({
    mutationFn: (choice: "let_go" | "keep") => answerLeaving(board.id, choice),
    onSuccess: () => boardChanged(client),
    onError: (error) => refusal("The question is still open.", sentence(error)),
  });
  const { leaving } = board.import;
  if (leaving === null) return null;
  const cards = plural(leaving.n, "card");
  return (
    <Banner
      isEdge
      title={`${cards} would leave this board at once, since ${moment(leaving.since_us, now_ms)}.`}
      act={
        board.may_manage && (
          <span className={`${layout.row} ${layout.wrap}`}>
            <Button size="small" isBusy={answer.isPending} onClick={() => answer.mutate("keep")}>
              Keep {cards}
            </Button>
            <Button size="small" isBusy={answer.isPending} onClick={() => answer.mutate("let_go")}>
              Let {cards} go
            </Button>
          </span>
        )
      }
    >
      They no longer match what the board shows; an area or iteration may have been moved. Nothing is deleted
      either way.
      {!board.may_manage && " A board admin decides."}
    </Banner>
  );
}
