// Removing asks first: what becomes of the work items in Azure DevOps.
import { Trash2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { Button } from "../ui/Button";
import { Dialog, FootHint } from "../ui/Dialog";
import { RadioCards } from "../ui/Field";
import { plural } from "../ui/time";
import { storiesOf } from "./apply";
import { cardName, type Model } from "./model";
import { removalsOf, removedState, type Removal } from "./removal";
import type { Card } from "./shapes";

interface RemoveProps {
  model: Model;
  cards: readonly Card[];
  onRemove: (how: Removal) => void;
  onClose: () => void;
}

export function RemoveDialog({ model, cards, onRemove, onClose }: RemoveProps) {
  const choices = removalsOf(model, cards);
  const [how, setHow] = useState<Removal>(choices[0] ?? "recycle_bin");
  const first = cards[0];
  if (!first) return null;
  const isOne = cards.length === 1;
  const what = isOne ? cardName(first) : plural(cards.length, "card");
  const n_stories = cards.reduce((sum, card) => sum + storiesOf(model.cards, model.frame, card).length, 0);
  const state = cards.map((card) => removedState(model, card)).find((one) => one !== null) ?? "";
  return (
    <Dialog
      title={`Remove ${what}?`}
      says={isOne ? first.title : undefined}
      isOpen
      onClose={onClose}
      onSubmit={() => onRemove(how)}
      footer={
        <>
          <FootHint>{hintOf(model, choices.length > 0, how)}</FootHint>
          <Button onClick={onClose}>Keep</Button>
          <Button
            look={how === "recycle_bin" ? "danger" : "primary"}
            type="submit"
            icon={<Trash2 size={16} />}
          >
            {choices.length === 0 ? `Remove ${what}` : BUTTONS[how](what, state)}
          </Button>
        </>
      }
    >
      {model.board.is_local ? (
        <p>{isOne ? "It leaves" : "They leave"} this board.</p>
      ) : choices.length === 0 ? (
        <p>{isOne ? "It is" : "They are"} not in Azure DevOps yet, so nothing happens there.</p>
      ) : (
        <RadioCards
          legend={`What happens to the ${isOne ? "work item" : "work items"} in Azure DevOps?`}
          name="removal"
          value={how}
          onChange={setHow}
          options={choices.map((value) => ({ value, ...wordsOf(value, isOne, state) }))}
        />
      )}
      {n_stories > 0 && (
        <p>
          {plural(n_stories, "story", "stories")} of {isOne ? "it" : "them"} stay on the board.
        </p>
      )}
    </Dialog>
  );
}

const BUTTONS: Record<Removal, (what: string, state: string) => string> = {
  off_board: (what) => `Take ${what} off this board`,
  removed_state: (what, state) => `Set ${what} to ${state}`,
  recycle_bin: (what) => `Move ${what} to the recycle bin`,
};

function wordsOf(how: Removal, isOne: boolean, state: string): { title: ReactNode; says: ReactNode } {
  const it = isOne ? "it" : "they";
  switch (how) {
    case "off_board":
      return {
        title: "Leave as is",
        says: `Only this board stops showing ${isOne ? "it" : "them"}. Under Changes ${it} can be put back.`,
      };
    case "removed_state":
      return {
        title: `Set the state to ${state}`,
        says: "For what is not going to be done. The history stays, and the state can be set back.",
      };
    case "recycle_bin":
      return {
        title: "Move to the recycle bin",
        says: "For what should never have been there. It can be restored in Azure DevOps.",
      };
  }
}

function hintOf(model: Model, isThere: boolean, how: Removal): string {
  if (model.board.is_local) return "Undo brings it back.";
  if (!isThere || how === "off_board") return "Nothing goes to Azure DevOps.";
  return model.board.write_mode === "hold"
    ? "Nothing goes to Azure DevOps until you publish."
    : "Undo takes it back.";
}
