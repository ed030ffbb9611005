// A new story where it will lie: title, Enter, the next one. Esc ends.
import { Plus } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "../../ui/Button";
import { useDraft } from "../../ui/useDraft";
import type { Model } from "../model";
import type { Card } from "../shapes";
import { short } from "../words";
import style from "./lens.module.css";

const EMPTY = { title: "", type: "", parent: "" };

interface AddProps {
  model: Model;
  column: number;
  where: string;
  parents: readonly Card[];
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
  onCreate: (made: { title: string; type: string; parent: string | null }) => void;
}

export function AddStory({ model, column, where, parents, isOpen, onOpen, onCreate }: AddProps) {
  const known = new Set(model.frame.types.map((type) => type.name));
  const types = model.frame.set_up.levels.stories.filter((type) => known.has(type));
  const draft = useDraft(`story.${model.board.id}.${column}`, EMPTY);
  const [n_made, setMade] = useState(0);
  const title = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    if (isOpen) title.current?.focus();
    else if (wasOpen.current) button.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen, n_made]);
  const type = types.includes(draft.value.type) ? draft.value.type : (types[0] ?? "");
  // The feature that most of the cell belongs to; "none" is a choice of its own.
  const offered = parents.some((card) => card.id === draft.value.parent);
  const parent =
    draft.value.parent === "none" ? "none" : offered ? draft.value.parent : (parents[0]?.id ?? "none");
  const close = () => onOpen(false);
  if (types.length === 0) return null;
  if (!isOpen)
    return (
      <Button
        ref={button}
        look="ghost"
        size="small"
        className={style.add}
        icon={<Plus size={14} />}
        aria-label={`Add story in ${where}`}
        onClick={() => onOpen(true)}
      >
        Add story
      </Button>
    );
  return (
    <form
      className={style.form}
      aria-label={`New story in ${where}`}
      onSubmit={(event) => {
        event.preventDefault();
        const called = draft.value.title.trim();
        if (called === "") return close();
        onCreate({ title: called, type, parent: parent === "none" ? null : parent });
        draft.patch({ title: "" });
        setMade(n_made + 1);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        close();
      }}
    >
      <input
        ref={title}
        aria-label="Title"
        placeholder="What is to be done?"
        maxLength={255}
        value={draft.value.title}
        onChange={(event) => draft.patch({ title: event.target.value })}
      />
      <div className={style.formRow}>
        {types.length > 1 && (
          <select
            aria-label="Type"
            value={type}
            onChange={(event) => draft.patch({ type: event.target.value })}
          >
            {types.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        )}
        <select
          aria-label="Feature"
          value={parent}
          onChange={(event) => draft.patch({ parent: event.target.value })}
        >
          {parents.map((card) => (
            <option key={card.id} value={card.id}>
              {short(card)} {card.number !== null && card.title}
            </option>
          ))}
          <option value="none">No feature</option>
        </select>
      </div>
      <div className={style.formRow}>
        <Button type="submit" size="small" look="primary" disabled={draft.value.title.trim() === ""}>
          Add
        </Button>
        <Button size="small" look="ghost" onClick={close}>
          Close
        </Button>
      </div>
    </form>
  );
}
