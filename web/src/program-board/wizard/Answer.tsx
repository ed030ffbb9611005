// One proposed answer: what it is, and *Change* in place.
import { TriangleAlert } from "lucide-react";
import { useEffect, useId, useRef, type ReactNode } from "react";
import { Button } from "../../ui/Button";
import { FieldError } from "../../ui/Field";
import style from "./wizard.module.css";

interface AnswerProps {
  label: string;
  is: ReactNode;
  says?: ReactNode;
  warnings?: readonly string[];
  error?: ReactNode;
  isOpen: boolean;
  /** Without it there is nothing to change. */
  onToggle?: (isOpen: boolean) => void;
  children?: ReactNode;
}

export function Answer({ label, is, says, warnings = [], error, isOpen, onToggle, children }: AnswerProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const editor = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isOpen || editor.current === null) return;
    editor.current.scrollIntoView({ block: "nearest" });
    editor.current
      .querySelector<HTMLElement>("input:not([type=checkbox]), select, textarea, button")
      ?.focus({ preventScroll: true });
  }, [isOpen]);
  const close = () => {
    onToggle?.(false);
    button.current?.focus();
  };
  return (
    <div className={style.answer} role="group" aria-labelledby={id} data-open={isOpen || undefined}>
      <span className={style.label} id={id}>
        {label}
      </span>
      <div className={style.value}>
        <div className={style.is}>{is}</div>
        {says && <span className={style.hint}>{says}</span>}
        {warnings.map((warning) => (
          <span key={warning} className={style.warning}>
            <TriangleAlert size={14} aria-hidden />
            <span>{warning}</span>
          </span>
        ))}
        {error && <FieldError>{error}</FieldError>}
      </div>
      {onToggle && (
        <Button
          ref={button}
          size="small"
          aria-expanded={isOpen}
          aria-label={isOpen ? `Done with ${label.toLowerCase()}` : `Change ${label.toLowerCase()}`}
          onClick={() => (isOpen ? close() : onToggle(true))}
        >
          {isOpen ? "Done" : "Change"}
        </Button>
      )}
      {isOpen && (
        <div
          ref={editor}
          className={style.editor}
          onKeyDown={(event) => {
            if (event.key !== "Escape" || event.defaultPrevented) return;
            event.preventDefault();
            close();
          }}
        >
          {children}
        </div>
      )}
    </div>
  );
}
