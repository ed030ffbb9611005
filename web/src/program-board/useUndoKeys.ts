import { useEffect } from "react";
import { isFree } from "../app/keys";

/** Ctrl+Z and Ctrl+Shift+Z, but never in a field, where they belong to the text. */
export function useUndoKeys(step: (step: "undo" | "redo") => void, canEdit: boolean) {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.defaultPrevented || !canEdit) return;
      const key = event.key.toLowerCase();
      if ((key !== "z" && key !== "y") || !isFree(event.target)) return;
      event.preventDefault();
      step(key === "y" || event.shiftKey ? "redo" : "undo");
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [step, canEdit]);
}
