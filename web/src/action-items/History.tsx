import type { HistoryRow } from "../api/types";
import { FieldError } from "../ui/Field";
import layout from "../ui/layout.module.css";
import { Avatar, Skeleton } from "../ui/marks";
import { ago } from "../ui/time";
import style from "./panel.module.css";
import { historyAs, historyPhrase } from "./words";

interface HistoryProps {
  rows: HistoryRow[] | undefined;
  error: string | null;
  now_ms: number;
}

/** Who changed what, and as whom it was written. Newest first. */
export function History({ rows, error, now_ms }: HistoryProps) {
  return (
    <section className={style.section}>
      <h3>History</h3>
      {error && rows === undefined && <FieldError>{error}</FieldError>}
      {rows === undefined && !error && <Skeleton width="70%" />}
      {rows?.length === 0 && <span className={`${layout.faint} ${layout.small}`}>Nothing yet</span>}
      <ul className={style.history}>
        {rows?.map((row) => (
          <li key={row.id}>
            <Avatar name={row.who} />
            <span>
              <span className={style.phrase}>
                <b>{row.who}</b> {historyPhrase(row)}
              </span>
              <span className={style.as}>
                {ago(row.at_us, now_ms)} · {historyAs(row)}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
