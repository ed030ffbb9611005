// Removing asks first: it cannot be taken back from here alone.
import { Trash2 } from "lucide-react";
import { Button } from "../ui/Button";
import { Dialog, FootHint } from "../ui/Dialog";
import { plural } from "../ui/time";
import { storiesOf } from "./apply";
import { cardName, type Model } from "./model";
import type { Card } from "./shapes";

interface RemoveProps {
  model: Model;
  cards: readonly Card[];
  onRemove: () => void;
  onClose: () => void;
}

export function RemoveDialog({ model, cards, onRemove, onClose }: RemoveProps) {
  const first = cards[0];
  if (!first) return null;
  const what = cards.length === 1 ? cardName(first) : plural(cards.length, "card");
  const n_stories = cards.reduce((sum, card) => sum + storiesOf(model.cards, model.frame, card).length, 0);
  const isHeld = model.board.write_mode === "hold";
  return (
    <Dialog
      title={`Remove ${what}?`}
      says={cards.length === 1 ? first.title : undefined}
      isOpen
      onClose={onClose}
      onSubmit={onRemove}
      footer={
        <>
          <FootHint>
            {isHeld
              ? "Nothing goes to Azure DevOps until you publish."
              : "It can be restored in Azure DevOps."}
          </FootHint>
          <Button onClick={onClose}>Keep</Button>
          <Button look="danger" type="submit" icon={<Trash2 size={16} />}>
            Move {what} to the recycle bin
          </Button>
        </>
      }
    >
      <p>
        {cards.length === 1 ? "The work item moves" : "The work items move"} to the recycle bin of Azure
        DevOps and {cards.length === 1 ? "leaves" : "leave"} this board.
        {n_stories > 0 &&
          ` ${plural(n_stories, "story", "stories")} of ${cards.length === 1 ? "it" : "them"} stay, without a feature.`}
      </p>
    </Dialog>
  );
}
