import type { WriteMode } from "../list/shapes";
import { WRITE_MODES, WRITE_MODE_SAYS, WRITE_MODE_WORDS } from "../list/words";
import field from "../../ui/field.module.css";
import style from "./wizard.module.css";

interface ModesProps {
  value: WriteMode;
  onChange: (value: WriteMode) => void;
  isDisabled?: boolean;
}

/** The three write modes, a sentence each. */
export function WriteModes({ value, onChange, isDisabled }: ModesProps) {
  return (
    <div className={style.modes} role="radiogroup" aria-label="Write mode">
      {WRITE_MODES.map((mode) => (
        <label key={mode} className={field.card}>
          <input
            type="radio"
            name="write_mode"
            className={field.radio}
            checked={value === mode}
            disabled={isDisabled}
            onChange={() => onChange(mode)}
          />
          <span>
            <b>{WRITE_MODE_WORDS[mode]}</b>
            <small>{WRITE_MODE_SAYS[mode]}</small>
          </span>
        </label>
      ))}
    </div>
  );
}
