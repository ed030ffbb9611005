import { Check } from "lucide-react";
import { useId, useState } from "react";
import type { OpenEdit } from "../api/types";
import { Button } from "../ui/Button";
import layout from "../ui/layout.module.css";
import { clock, msOf } from "../ui/time";
import style from "./edits.module.css";

export type Side = "ours" | "theirs";

interface ConflictTableProps {
  edits: OpenEdit[];
  onDecide: (edit: OpenEdit, side: Side) => Promise<boolean>;
  onDone?: () => void;
}

/** Fields changed on both sides, each with what it was, ours and theirs. Nothing is chosen until somebody does. */
export function ConflictTable({ edits, onDecide, onDone }: ConflictTableProps) {
  const [chosen, setChosen] = useState<Record<string, Side>>({});
  const [isBusy, setBusy] = useState(false);
  const group = useId();
  const mine = edits.filter((edit) => edit.may_decide);
  const ready = mine.filter((edit) => chosen[edit.id] !== undefined);
  const first = edits[0];
  const pick = (edit: OpenEdit, side: Side) => setChosen((old) => ({ ...old, [edit.id]: side }));
  const apply = async (choices: [OpenEdit, Side][]) => {
    setBusy(true);
    let isAll = true;
    for (const [edit, side] of choices) isAll = (await onDecide(edit, side)) && isAll;
    setBusy(false);
    if (isAll) onDone?.();
  };
  const all = (side: Side) => void apply(mine.map((edit) => [edit, side]));
  return (
    <div>
      <div className={style.diff}>
        <div className={style.head}>Field</div>
        <div className={style.head}>Before</div>
        <div className={style.head}>
          Lockstep, {first?.author.name}, {first && clock(msOf(first.at_us))}
        </div>
        <div className={style.head}>Azure DevOps{first?.theirs_by && `, ${first.theirs_by}`}</div>
        {edits.map((edit) => (
          <Row
            key={edit.id}
            edit={edit}
            group={group}
            side={chosen[edit.id]}
            onPick={(side) => pick(edit, side)}
          />
        ))}
      </div>
      <div className={style.diffFoot}>
        <span className={`${layout.small} ${layout.faint} ${layout.grow}`}>
          {mine.length === 0
            ? `${first?.author.name ?? "The author"} or a board admin chooses. Other fields stay in step.`
            : "Nothing is written for these fields until you choose. What is not taken stays in the history."}
        </span>
        {mine.length > 0 && (
          <>
            <Button isBusy={isBusy} onClick={() => all("theirs")}>
              {mine.length > 1 ? "All from Azure DevOps" : "Take Azure DevOps’ version"}
            </Button>
            <Button isBusy={isBusy} onClick={() => all("ours")}>
              {mine.length > 1 ? "All from Lockstep" : "Keep Lockstep’s version"}
            </Button>
            {mine.length > 1 && (
              <Button
                look="primary"
                icon={<Check size={16} />}
                isBusy={isBusy}
                disabled={ready.length < mine.length}
                onClick={() => void apply(ready.map((edit) => [edit, chosen[edit.id] ?? "theirs"]))}
              >
                Apply choices
              </Button>
            )}
          </>
        )}
      </div>
    </div>
  );
}

interface RowProps {
  edit: OpenEdit;
  group: string;
  side: Side | undefined;
  onPick: (side: Side) => void;
}

function Row({ edit, group, side, onPick }: RowProps) {
  const option = (value: Side, text: string | null, who: string) => (
    <label className={style.pick} data-on={side === value}>
      <input
        type="radio"
        name={`${group}-${edit.id}`}
        checked={side === value}
        disabled={!edit.may_decide}
        onChange={() => onPick(value)}
        aria-label={`${edit.label}: ${text ?? "empty"}, from ${who}`}
      />
      <span>
        <small className={style.onlyPhone}>{who}</small>
        <Value text={text} />
      </span>
    </label>
  );
  return (
    <>
      <div className={style.name}>{edit.label}</div>
      <div className={style.before}>
        <small className={style.onlyPhone}>Before</small>
        <Value text={edit.was} />
      </div>
      {option("ours", edit.to, "Lockstep")}
      {option("theirs", edit.theirs, "Azure DevOps")}
    </>
  );
}

function Value({ text }: { text: string | null }) {
  return text === null || text === "" ? (
    <em className={style.none}>empty</em>
  ) : (
    <b className={style.value}>{text}</b>
  );
}
