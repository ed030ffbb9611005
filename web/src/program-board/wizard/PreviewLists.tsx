// What would not be on the board as expected: left out, without an iteration, refused when it was tried.
import type { ReactNode } from "react";
import layout from "../../ui/layout.module.css";
import { Card } from "../../ui/surface";
import { count } from "../../ui/time";
import type { Preview } from "../list/shapes";
import { leftOutCount, leftOutRows, triedWords, withoutIterationRows, type ListRow } from "./preview";
import style from "./wizard.module.css";

export function PreviewLists({ preview, isOld }: { preview: Preview; isOld: boolean }) {
  const { refused, without_iteration } = preview;
  return (
    <div className={style.three} data-old={isOld || undefined}>
      <List
        title="Left out"
        n={leftOutCount(preview)}
        rows={leftOutRows(preview)}
        none="Everything that was found is shown."
      />
      <List
        title="Without an iteration"
        n={without_iteration.n}
        rows={withoutIterationRows(preview)}
        none="All have one. The parking lot begins empty."
      />
      <List
        title="Refused in the dry run"
        n={refused.samples.length}
        isBad={refused.samples.length > 0}
        rows={refused.samples.map((one) => ({
          key: String(one.id),
          is: `${one.id} ${one.title}`,
          says: `“${one.answer}” Can be read, not moved, until that is settled.`,
          n: "",
        }))}
        none={null}
        foot={triedWords(preview)}
      />
    </div>
  );
}

interface ListProps {
  title: string;
  n: number;
  rows: ListRow[];
  none: string | null;
  isBad?: boolean;
  foot?: ReactNode;
}

function List({ title, n, rows, none, isBad, foot }: ListProps) {
  return (
    <Card
      title={title}
      isFlush
      acts={
        <span className={`${layout.num} ${isBad ? `${layout.bad} ${layout.med}` : layout.muted}`}>
          {count(n)}
        </span>
      }
    >
      <ul className={style.list}>
        {rows.map((row) => (
          <li key={row.key}>
            <span>
              {row.is}
              <small>{row.says}</small>
            </span>
            {row.n && <b>{row.n}</b>}
          </li>
        ))}
        {rows.length === 0 && none && <li className={style.foot}>{none}</li>}
        {foot && <li className={style.foot}>{foot}</li>}
      </ul>
    </Card>
  );
}
