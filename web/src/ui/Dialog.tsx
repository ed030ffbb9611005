import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { useRef, type FormEvent, type ReactNode } from "react";
import { IconButton } from "./Button";
import style from "./float.module.css";

interface DialogProps {
  title: string;
  says?: ReactNode;
  isOpen: boolean;
  onClose: () => void;
  width?: "normal" | "medium" | "large";
  footer?: ReactNode;
  /** With it, Enter submits. */
  onSubmit?: () => void;
  children: ReactNode;
}

/** A page's one dialog: Esc closes, Enter submits, focus returns to where it came from. A sheet on a phone. */
export function Dialog({
  title,
  says,
  isOpen,
  onClose,
  width = "normal",
  footer,
  onSubmit,
  children,
}: DialogProps) {
  const popup = useRef<HTMLDivElement>(null);
  const widths = { normal: "", medium: style.medium, large: style.large };
  const inner = (
    <>
      <header className={style.head}>
        <div>
          <Base.Title>{title}</Base.Title>
          {says && <Base.Description>{says}</Base.Description>}
        </div>
        <IconButton label="Close" size="small" icon={<X size={16} />} onClick={onClose} />
      </header>
      <div className={style.body}>{children}</div>
      {footer && <footer className={style.foot}>{footer}</footer>}
    </>
  );
  return (
    <Base.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={style.scrim} />
        <Base.Viewport className={style.viewport}>
          <Base.Popup
            ref={popup}
            className={[style.dialog, widths[width]].join(" ")}
            initialFocus={() => firstEmpty(popup.current)}
          >
            {onSubmit ? (
              <form noValidate onSubmit={(event) => submit(event, onSubmit)}>
                {inner}
              </form>
            ) : (
              inner
            )}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}

/** What stands at the left of a dialog's buttons. */
export function FootHint({ children }: { children?: ReactNode }) {
  return <span className={style.footHint}>{children}</span>;
}

function submit(event: FormEvent, onSubmit: () => void) {
  event.preventDefault();
  // A dialog may be drawn inside another form of the page; its submit is its own.
  event.stopPropagation();
  onSubmit();
}

function firstEmpty(popup: HTMLElement | null): HTMLElement | true {
  const fields = popup?.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(
    'input:not([type="radio"]):not([type="checkbox"]), textarea',
  );
  return [...(fields ?? [])].find((field) => field.value === "") ?? fields?.[0] ?? true;
}
