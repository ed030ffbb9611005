// Which feature a story belongs to.
import { useState } from "react";
import { Dialog } from "../ui/Dialog";
import { levelOf, type Model } from "./model";
import { Options } from "./QuickEdit";
import type { Card } from "./shapes";
import { short } from "./words";

interface ParentProps {
  model: Model;
  card: Card;
  onChoose: (parent: string | null) => void;
  onClose: () => void;
}

const N_SHOWN = 50;

export default function ParentDialog({ model, card, onChoose, onClose }: ParentProps) {
  const [word, setWord] = useState("");
  const wanted = word.trim().toLocaleLowerCase();
  const features = [...model.cards.values()].filter(
    (one) =>
      levelOf(model.frame, one) === "feature" &&
      (wanted === "" ||
        String(one.number ?? "").startsWith(wanted) ||
        one.title.toLocaleLowerCase().includes(wanted)),
  );
  return (
    <Dialog title={`Feature of ${short(card)}`} says={card.title} isOpen onClose={onClose}>
      <Options
        label="Feature"
        options={wanted === "" ? [null, ...features.slice(0, N_SHOWN)] : features.slice(0, N_SHOWN)}
        current={(one) => (one?.id ?? null) === card.parent}
        keyOf={(one) => one?.id ?? ""}
        draw={(one) => (one ? `${one.number ?? "new"} ${one.title}` : "No feature")}
        onPick={(one) => onChoose(one?.id ?? null)}
        word={word}
        onWord={setWord}
      />
    </Dialog>
  );
}
