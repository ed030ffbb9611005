// On a phone: which iteration is shown.
import { useEffect, useRef } from "react";
import { dateOf } from "../ui/time";
import { useNow } from "../ui/useNow";
import type { ColumnSetUp } from "./shapes";
import style from "./toolbar.module.css";
import { datesOf } from "./words";

interface SwitchProps {
  columns: readonly ColumnSetUp[];
  at: number;
  onChoose: (column: number) => void;
}

export function SprintSwitch({ columns, at, onChoose }: SwitchProps) {
  const list = useRef<HTMLDivElement>(null);
  const now_ms = useNow(60_000);
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView?.({ inline: "center", block: "nearest" });
  }, [at]);
  return (
    <div ref={list} className={style.sprints} role="tablist" aria-label="Sprint">
      {columns.map((column, index) => (
        <button
          key={column.id}
          type="button"
          role="tab"
          aria-selected={index === at}
          tabIndex={index === at ? 0 : -1}
          onClick={() => onChoose(index)}
          onKeyDown={(event) => {
            const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
            const next = list.current?.children[index + step];
            if (step === 0 || !(next instanceof HTMLElement)) return;
            event.preventDefault();
            next.focus();
            onChoose(index + step);
          }}
        >
          {column.name}
          <small>{datesOf(column, now_ms)}</small>
        </button>
      ))}
    </div>
  );
}

/** The iteration that holds today; the first where none does. */
export function nowColumn(columns: readonly ColumnSetUp[], now_ms: number): number {
  const today = dateOf(now_ms);
  const at = columns.findIndex((one) => one.finish_on !== null && today <= one.finish_on);
  return Math.max(0, at);
}
