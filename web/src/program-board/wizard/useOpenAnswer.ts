// Of all the answers one is open at a time.
import { useState } from "react";
import type { AnswerKey } from "./answers";

export interface AnswerRow {
  isOpen: boolean;
  onToggle: (isOpen: boolean) => void;
  error: string | undefined;
}

/** What the row of an answer needs, by its key. */
export function useOpenAnswer(errors: Partial<Record<AnswerKey, string>>): (key: AnswerKey) => AnswerRow {
  const [open, setOpen] = useState<AnswerKey | null>(null);
  return (key) => ({
    isOpen: open === key,
    onToggle: (isOpen) => setOpen(isOpen ? key : null),
    error: errors[key],
  });
}
