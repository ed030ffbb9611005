import { Calendar, ChevronDown, Eye, EyeOff, TriangleAlert } from "lucide-react";
import {
  useId,
  useState,
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
} from "react";
import { IconButton } from "./Button";
import style from "./field.module.css";
import { day } from "./time";

interface FieldProps {
  label: string;
  isOptional?: boolean;
  hint?: ReactNode;
  error?: string | null;
  aside?: ReactNode;
}
interface Wiring {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

/** A label, what it labels, and below it the error, else the hint. */
function Field(props: FieldProps & { children: (wiring: Wiring) => ReactNode }) {
  const { label, isOptional, hint, error, aside, children } = props;
  const id = useId();
  const said = error ? `${id}-error` : hint ? `${id}-hint` : undefined;
  return (
    <div className={style.field}>
      <div className={style.labelRow}>
        <label htmlFor={id} className={style.label}>
          {label} {isOptional && <span className={style.optional}>optional</span>}
        </label>
        {aside}
      </div>
      {children({ id, "aria-describedby": said, "aria-invalid": error ? true : undefined })}
      {error ? <FieldError id={said}>{error}</FieldError> : hint && <Hint id={said}>{hint}</Hint>}
    </div>
  );
}

export function FieldError({ id, children }: { id?: string | undefined; children: ReactNode }) {
  return (
    <div className={style.error} id={id} role="alert">
      <TriangleAlert size={14} aria-hidden />
      <span>{children}</span>
    </div>
  );
}

export function Hint({ id, children }: { id?: string | undefined; children: ReactNode }) {
  return (
    <div className={style.hint} id={id}>
      {children}
    </div>
  );
}

function boxClass(error: string | null | undefined, isReadOnly = false): string {
  return [style.box, error && style.bad, isReadOnly && style.readOnly].filter(Boolean).join(" ");
}

type Text = FieldProps &
  Omit<InputHTMLAttributes<HTMLInputElement>, "onChange" | "value"> & {
    value: string;
    onChange: (value: string) => void;
    icon?: ReactNode;
    isMono?: boolean;
  };

export function TextField({ label, isOptional, hint, error, aside, icon, isMono, onChange, ...rest }: Text) {
  return (
    <Field {...{ label, isOptional, hint, error, aside }}>
      {(wiring) => (
        <div className={boxClass(error, rest.readOnly)}>
          {icon}
          <input
            type="text"
            {...rest}
            {...wiring}
            className={isMono ? style.mono : undefined}
            onChange={(event) => onChange(event.target.value)}
          />
        </div>
      )}
    </Field>
  );
}

/** For what must not be read over a shoulder: hidden until shown. Its value is kept nowhere but in the form. */
export function SecretField({ label, hint, error, aside, onChange, noun, ...rest }: Text & { noun: string }) {
  const [isShown, setShown] = useState(false);
  return (
    <Field {...{ label, hint, error, aside }}>
      {(wiring) => (
        <div className={boxClass(error)}>
          <input
            autoComplete="off"
            spellCheck={false}
            {...rest}
            {...wiring}
            type={isShown ? "text" : "password"}
            className={isShown ? style.mono : undefined}
            onChange={(event) => onChange(event.target.value)}
          />
          <IconButton
            size="small"
            label={isShown ? `Hide ${noun}` : `Show ${noun}`}
            icon={isShown ? <EyeOff size={16} /> : <Eye size={16} />}
            onClick={() => setShown(!isShown)}
          />
        </div>
      )}
    </Field>
  );
}

type Area = FieldProps &
  Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "onChange" | "value"> & {
    value: string;
    onChange: (value: string) => void;
  };

export function TextAreaField({ label, isOptional, hint, error, onChange, ...rest }: Area) {
  return (
    <Field {...{ label, isOptional, hint, error }}>
      {(wiring) => (
        <div className={boxClass(error)}>
          <textarea {...rest} {...wiring} onChange={(event) => onChange(event.target.value)} />
        </div>
      )}
    </Field>
  );
}

type Select = FieldProps &
  Omit<SelectHTMLAttributes<HTMLSelectElement>, "onChange" | "value"> & {
    value: string;
    onChange: (value: string) => void;
    icon?: ReactNode;
  };

export function SelectField({ label, isOptional, hint, error, icon, onChange, children, ...rest }: Select) {
  return (
    <Field {...{ label, isOptional, hint, error }}>
      {(wiring) => (
        <div className={boxClass(error)}>
          {icon}
          <select {...rest} {...wiring} onChange={(event) => onChange(event.target.value)}>
            {children}
          </select>
          <ChevronDown size={16} className={style.chevron} aria-hidden />
        </div>
      )}
    </Field>
  );
}

interface DateProps extends FieldProps {
  value: string;
  onChange: (value: string) => void;
  min?: string;
  now_ms: number;
}

/** A calendar date, shown in the product's own words while nobody types. */
export function DateField({ label, isOptional, hint, error, value, onChange, min, now_ms }: DateProps) {
  return (
    <Field {...{ label, isOptional, hint, error }}>
      {(wiring) => (
        <div className={boxClass(error)}>
          <Calendar size={16} aria-hidden />
          <input
            {...wiring}
            type="date"
            min={min}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
          <span className={[style.date, !value && style.empty].filter(Boolean).join(" ")} aria-hidden>
            {value ? day(value, now_ms) : "Pick a date"}
          </span>
        </div>
      )}
    </Field>
  );
}

interface SwitchProps {
  label: ReactNode;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  isDisabled?: boolean;
}

export function Switch({ label, isOn, onChange, isDisabled }: SwitchProps) {
  return (
    <label className={style.switchRow}>
      <input
        type="checkbox"
        role="switch"
        className={style.switch}
        checked={isOn}
        disabled={isDisabled}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>{label}</span>
    </label>
  );
}

export function Checkbox({ label, isOn, onChange, isDisabled }: SwitchProps) {
  return (
    <label className={style.checkRow}>
      <input
        type="checkbox"
        className={style.check}
        checked={isOn}
        disabled={isDisabled}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>{label}</span>
    </label>
  );
}

interface CardsProps<V extends string> {
  legend: string;
  name: string;
  /** `null`: nobody has chosen yet, and nothing is chosen for them. */
  value: V | null;
  onChange: (value: V) => void;
  options: { value: V; title: ReactNode; says: ReactNode }[];
  error?: string | null;
}

/** A choice that deserves a sentence each. */
export function RadioCards<V extends string>({
  legend,
  name,
  value,
  onChange,
  options,
  error,
}: CardsProps<V>) {
  return (
    <fieldset>
      <legend className={`${style.label} ${style.legend}`}>{legend}</legend>
      <div className={style.cards}>
        {options.map((option) => (
          <label key={option.value} className={style.card}>
            <input
              type="radio"
              name={name}
              className={style.radio}
              checked={value === option.value}
              onChange={() => onChange(option.value)}
            />
            <span>
              <b>{option.title}</b>
              <small>{option.says}</small>
            </span>
          </label>
        ))}
      </div>
      {error && <FieldError>{error}</FieldError>}
    </fieldset>
  );
}
