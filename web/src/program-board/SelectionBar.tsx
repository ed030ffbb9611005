// What can be done to all selected cards at once.
import { ArrowRight, CircleDot, Trash2, UserRound, X } from "lucide-react";
import { plural } from "../ui/time";
import style from "./doing.module.css";
import type { EditKind } from "./desk";

interface SelectionProps {
  n: number;
  canEdit: boolean;
  onMove: () => void;
  onEdit: (kind: EditKind) => void;
  onRemove: () => void;
  onClear: () => void;
}

export function SelectionBar({ n, canEdit, onMove, onEdit, onRemove, onClear }: SelectionProps) {
  return (
    <div
      className={`${style.doing} ${style.selection}`}
      role="toolbar"
      aria-label="Selected cards"
      data-tools
    >
      <span>{plural(n, "card")} selected</span>
      {canEdit && (
        <>
          <button type="button" onClick={onMove}>
            <ArrowRight size={14} aria-hidden /> Move to…
          </button>
          <button type="button" onClick={() => onEdit("state")}>
            <CircleDot size={14} aria-hidden /> State
          </button>
          <button type="button" onClick={() => onEdit("assignee")}>
            <UserRound size={14} aria-hidden /> Assignee
          </button>
          <button type="button" onClick={onRemove} aria-label="Remove selected cards">
            <Trash2 size={14} aria-hidden />
          </button>
        </>
      )}
      <button type="button" onClick={onClear} aria-label="Clear selection">
        <X size={14} aria-hidden />
      </button>
    </div>
  );
}
