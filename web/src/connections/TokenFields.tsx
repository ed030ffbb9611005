import { Check, ExternalLink } from "lucide-react";
import { DateField, SecretField } from "../ui/Field";
import layout from "../ui/layout.module.css";
import { addDays, dateOf } from "../ui/time";
import style from "./connections.module.css";

/** The two rights a token needs, as they are called on the page where it is made. */
export function RightsToTick({ isInline }: { isInline?: boolean }) {
  const rights = [
    ["Work Items", "Read & write"],
    ["Project and Team", "Read"],
  ] as const;
  return (
    <ul className={isInline ? style.rightsInline : style.rights} aria-label="Rights to tick">
      {rights.map(([name, kind]) => (
        <li key={name} className={isInline ? layout.row : undefined}>
          <span aria-hidden>
            <Check size={12} />
          </span>
          <b>{name}</b> {kind}
        </li>
      ))}
    </ul>
  );
}

export function MintLink({ page }: { page: { host: string; url: string } }) {
  return (
    <a className={style.mintLink} href={page.url} target="_blank" rel="noreferrer">
      Create a token on {page.host}
      <ExternalLink size={14} aria-hidden />
    </a>
  );
}

export interface TokenForm {
  token: string;
  expires_on: string;
}

interface TokenFieldsProps {
  label: string;
  value: TokenForm;
  now_ms: number;
  error?: string | null;
  onChange: (value: TokenForm) => void;
}

/** The token and the day it ends: a token cannot say it itself, so the day is asked for. */
export function TokenFields({ label, value, now_ms, error, onChange }: TokenFieldsProps) {
  return (
    <div className={style.tokenRow}>
      <SecretField
        label={label}
        noun="token"
        placeholder="Paste token"
        value={value.token}
        error={error}
        onChange={(token) => onChange({ ...value, token: token.trim() })}
      />
      <DateField
        label="Expires on"
        value={value.expires_on}
        min={addDays(dateOf(now_ms), 1)}
        now_ms={now_ms}
        onChange={(expires_on) => onChange({ ...value, expires_on })}
      />
    </div>
  );
}
