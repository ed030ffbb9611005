// One polite region for what changes without a click: at most one message in two seconds, the newest wins.
import { useEffect, useState } from "react";
import layout from "./layout.module.css";

const GAP_MS = 2_000;
let say: ((text: string) => void) | null = null;
let waiting: string | null = null;
let isResting = false;

/** Says `text` to a screen reader. */
export function announce(text: string): void {
  if (isResting) {
    waiting = text;
    return;
  }
  say?.(text);
  isResting = true;
  setTimeout(() => {
    isResting = false;
    const next = waiting;
    waiting = null;
    if (next !== null) announce(next);
  }, GAP_MS);
}

export function Announcer() {
  const [text, setText] = useState("");
  useEffect(() => {
    say = setText;
    return () => {
      say = null;
    };
  }, []);
  return (
    <div className={layout.sr} role="status" aria-live="polite">
      {text}
    </div>
  );
}
