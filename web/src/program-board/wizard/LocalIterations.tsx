// The columns of a local board: a rhythm that lays them out, then each by its name and days.
import { X } from "lucide-react";
import { useState } from "react";
import { IconButton } from "../../ui/Button";
import { DateField, Hint } from "../../ui/Field";
import { day } from "../../ui/time";
import type { Column, SetUp } from "../list/shapes";
import { removeColumn, withColumn } from "./answers";
import { N_ITERATIONS_MAX, N_WEEKS_MAX, iterations, rhythmOf, type Rhythm } from "./local";
import style from "./editors.module.css";

interface IterationsProps {
  set_up: SetUp;
  now_ms: number;
  onChange: (set_up: SetUp) => void;
}

export function LocalIterations({ set_up, now_ms, onChange }: IterationsProps) {
  const { columns } = set_up;
  const rhythm = rhythmOf(columns, new Date(now_ms).toISOString().slice(0, 10));
  const lay = (changes: Partial<Rhythm>) => {
    const next = iterations({ ...rhythm, ...changes }, columns);
    const kept = new Set(next.map((column) => column.id));
    const overrides = set_up.capacity.overrides.filter((one) => kept.has(one.column_id));
    onChange({ ...set_up, columns: next, capacity: { ...set_up.capacity, overrides } });
  };
  return (
    <>
      <div className={style.rhythm}>
        <DateField
          label="First day"
          value={rhythm.first_on}
          now_ms={now_ms}
          onChange={(first_on) => {
            if (first_on !== "") lay({ first_on });
          }}
        />
        <Count
          label="Weeks each"
          value={rhythm.n_weeks}
          max={N_WEEKS_MAX}
          onType={(n_weeks) => lay({ n_weeks })}
        />
        <Count label="Iterations" value={rhythm.n} max={N_ITERATIONS_MAX} onType={(n) => lay({ n })} />
      </div>
      <ul className={style.rows}>
        {columns.map((column) => (
          <li key={column.id} className={style.typed}>
            <input
              className={style.input}
              aria-label={`Name of ${column.name || "iteration"}`}
              value={column.name}
              maxLength={60}
              onChange={(event) =>
                onChange(withColumn(set_up, column.id, (old) => ({ ...old, name: event.target.value })))
              }
            />
            <span className={style.days}>{span(column, now_ms)}</span>
            <IconButton
              size="small"
              label={`Leave out ${column.name || "iteration"}`}
              icon={<X size={14} />}
              aria-disabled={columns.length === 1}
              onClick={() => columns.length > 1 && onChange(removeColumn(set_up, column.id))}
            />
          </li>
        ))}
      </ul>
      <Hint>Cards of an iteration that is left out go to the parking lot.</Hint>
    </>
  );
}

interface CountProps {
  label: string;
  value: number;
  max: number;
  onType: (value: number) => void;
}

/** A whole number of at least one; what is none stays in the field, marked, and changes nothing. */
function Count({ label, value, max, onType }: CountProps) {
  const [text, setText] = useState<string | null>(null);
  const shown = text ?? String(value);
  const valid = (typed: string) => {
    const n = Number(typed);
    return Number.isInteger(n) && n >= 1 && n <= max ? n : null;
  };
  return (
    <label className={style.count}>
      <span>{label}</span>
      <input
        className={style.number}
        inputMode="numeric"
        aria-invalid={valid(shown) === null || undefined}
        value={shown}
        onChange={(event) => {
          setText(event.target.value);
          const typed = valid(event.target.value);
          if (typed !== null) onType(typed);
        }}
        onBlur={() => setText(null)}
      />
    </label>
  );
}

function span({ start_on, finish_on }: Pick<Column, "start_on" | "finish_on">, now_ms: number): string {
  return start_on && finish_on ? `${day(start_on, now_ms)} – ${day(finish_on, now_ms)}` : "No dates";
}
