import layout from "../../ui/layout.module.css";
import { day } from "../../ui/time";
import type { SetUp } from "../list/shapes";
import { Answer } from "./Answer";
import { MilestonesEditor } from "./MilestonesEditor";
import type { AnswerRow } from "./useOpenAnswer";

interface MilestonesProps {
  set_up: SetUp;
  row: AnswerRow;
  now_ms: number;
  onChange: (set_up: SetUp) => void;
}

export function MilestonesAnswer({ set_up, row, now_ms, onChange }: MilestonesProps) {
  const named = set_up.milestones.map((one) => `${one.name} ${day(one.on, now_ms)}`);
  return (
    <Answer
      label="Milestones"
      is={named.length === 0 ? <span className={layout.muted}>None</span> : <b>{named.join(", ")}</b>}
      {...row}
    >
      <MilestonesEditor set_up={set_up} now_ms={now_ms} onChange={onChange} />
    </Answer>
  );
}
