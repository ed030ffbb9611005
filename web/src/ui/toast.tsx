// Messages about my own act: one at a time, six seconds; a refusal stays until dismissed.
// Never about what other people did, and never a second message for one event.
import { TriangleAlert, X } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { Button, IconButton } from "./Button";
import layout from "./layout.module.css";
import style from "./toast.module.css";

export interface ToastAct {
  label: string;
  onPick: () => void;
}
interface Message {
  key: number;
  title: string;
  says: string | null;
  acts: ToastAct[];
  isSticky: boolean;
}

const SHOWN_MS = 6_000;
let last = 0;
let messages: Message[] = [];
const listeners = new Set<() => void>();

function set(next: Message[]) {
  messages = next;
  listeners.forEach((listener) => listener());
}

/** A result of my own act. Takes the place of the one before. */
export function toast(title: string, act?: ToastAct): void {
  last += 1;
  const message = { key: last, title, says: null, acts: act ? [act] : [], isSticky: false };
  set([...messages.filter((other) => other.isSticky), message]);
}

/** My act was refused: stays until dismissed. */
export function refusal(title: string, says: string, acts: ToastAct[] = []): void {
  last += 1;
  set([{ key: last, title, says, acts, isSticky: true }]);
}

export function dismiss(key: number): void {
  set(messages.filter((message) => message.key !== key));
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => messages,
  );
  return (
    <div className={style.region}>
      <div role="status" aria-live="polite">
        {shown
          .filter((m) => !m.isSticky)
          .map((message) => (
            <Toast key={message.key} message={message} />
          ))}
      </div>
      <div role="alert">
        {shown
          .filter((m) => m.isSticky)
          .map((message) => (
            <Toast key={message.key} message={message} />
          ))}
      </div>
    </div>
  );
}

function Toast({ message }: { message: Message }) {
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    if (message.isSticky || isHeld) return;
    const timer = setTimeout(() => dismiss(message.key), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [message, isHeld]);
  return (
    <div
      className={[style.toast, message.isSticky && style.stay].filter(Boolean).join(" ")}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      {message.isSticky && <TriangleAlert size={16} aria-hidden />}
      <span>
        <b>{message.title}</b> {message.says && <span className={layout.muted}>{message.says}</span>}
      </span>
      {message.acts.map((act) => (
        <Button key={act.label} size="small" onClick={() => (act.onPick(), dismiss(message.key))}>
          {act.label}
        </Button>
      ))}
      {message.isSticky && (
        <IconButton
          label="Dismiss"
          size="small"
          icon={<X size={16} />}
          onClick={() => dismiss(message.key)}
        />
      )}
    </div>
  );
}
