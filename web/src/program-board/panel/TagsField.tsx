import { X } from "lucide-react";
import { useState } from "react";
import inner from "../../action-items/panel.module.css";
import type { Card } from "../shapes";

interface TagsProps {
  card: Card;
  canEdit: boolean;
  onKeep: (tags: string[]) => void;
}

/** Tags as a set: Enter or a comma adds one. Azure DevOps separates tags by semicolons, so none may hold one. */
export function TagsField({ card, canEdit, onKeep }: TagsProps) {
  const [draft, setDraft] = useState("");
  const add = () => {
    const tag = draft.replace(/[;,]/g, " ").trim();
    setDraft("");
    const isKnown = card.tags.some((one) => one.toLocaleLowerCase() === tag.toLocaleLowerCase());
    if (tag !== "" && !isKnown) onKeep([...card.tags, tag]);
  };
  return (
    <div className={inner.tags}>
      {card.tags.map((tag) => (
        <span key={tag} className={inner.tag} data-fixed={!canEdit}>
          {tag}
          {canEdit && (
            <button
              type="button"
              aria-label={`Remove tag ${tag}`}
              onClick={() => onKeep(card.tags.filter((one) => one !== tag))}
            >
              <X size={12} aria-hidden />
            </button>
          )}
        </span>
      ))}
      {canEdit && (
        <input
          aria-label="Add tag"
          placeholder={card.tags.length === 0 ? "Add tag" : ""}
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={add}
          onKeyDown={(event) => {
            if (event.key !== "Enter" && event.key !== ",") return;
            event.preventDefault();
            add();
          }}
        />
      )}
    </div>
  );
}
