import inner from "../../action-items/panel.module.css";
import { day } from "../../ui/time";
import style from "./panel.module.css";

interface DateProps {
  label: string;
  value: string | null;
  canEdit: boolean;
  now_ms: number;
  onKeep: (to: string | null) => void;
}

/** A calendar date in the product's own words while nobody types; kept when the field is left. */
export function DateValue({ label, value, canEdit, now_ms, onKeep }: DateProps) {
  return (
    <span className={`${inner.dateBox} ${style.dateBox}`}>
      <input
        type="date"
        className={inner.value}
        aria-label={label}
        disabled={!canEdit}
        defaultValue={value ?? ""}
        onBlur={(event) => {
          const to = event.target.value || null;
          if (to !== value) onKeep(to);
        }}
      />
      <span className={value === null ? style.faint : undefined}>
        {value === null ? "None" : day(value, now_ms)}
      </span>
    </span>
  );
}
