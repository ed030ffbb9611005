import { Plus, X } from "lucide-react";
import { newId } from "../../api/client";
import { Button, IconButton } from "../../ui/Button";
import { Checkbox, DateField, Hint, TextField } from "../../ui/Field";
import type { Milestone, SetUp } from "../list/shapes";
import style from "./editors.module.css";

interface MilestonesProps {
  set_up: SetUp;
  now_ms: number;
  onChange: (set_up: SetUp) => void;
}

/** Dates the plan works towards; Lockstep's own, nothing is written for them. */
export function MilestonesEditor({ set_up, now_ms, onChange }: MilestonesProps) {
  const { milestones } = set_up;
  const put = (next: Milestone[]) => onChange({ ...set_up, milestones: next });
  const change = (id: string, changes: Partial<Milestone>) =>
    put(milestones.map((one) => (one.id === id ? { ...one, ...changes } : one)));
  const add = () => {
    const last = set_up.columns[set_up.columns.length - 1];
    const on = last?.finish_on ?? new Date(now_ms).toISOString().slice(0, 10);
    put([...milestones, { id: newId(), name: "", on, is_hard: false }]);
  };
  return (
    <>
      <ul className={style.rows}>
        {milestones.map((one) => (
          <li key={one.id} className={style.milestone}>
            <TextField
              label="Milestone"
              value={one.name}
              maxLength={60}
              onChange={(name) => change(one.id, { name })}
            />
            <DateField
              label="On"
              value={one.on}
              now_ms={now_ms}
              onChange={(on) => on !== "" && change(one.id, { on })}
            />
            <Checkbox
              label="Cannot move"
              isOn={one.is_hard}
              onChange={(is_hard) => change(one.id, { is_hard })}
            />
            <IconButton
              size="small"
              label={`Remove ${one.name || "milestone"}`}
              icon={<X size={14} />}
              onClick={() => put(milestones.filter((other) => other.id !== one.id))}
            />
          </li>
        ))}
      </ul>
      <div className={style.acts}>
        <Button size="small" icon={<Plus size={14} />} onClick={add}>
          Add milestone
        </Button>
        <Hint>Shown as flags above the columns. They stay in Lockstep.</Hint>
      </div>
    </>
  );
}
