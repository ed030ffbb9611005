// The answers of a local board, each with *Change* in place. The wizard and the settings of such a board share them.
import { Unplug } from "lucide-react";
import type { ReactNode } from "react";
import { RadioCards, TextField } from "../../ui/Field";
import { TeamMark } from "../../ui/marks";
import { day, plural } from "../../ui/time";
import type { SetUp } from "../list/shapes";
import { Answer } from "./Answer";
import { capacityWords, columnWords, levelWords, shownTeams, type AnswerKey } from "./answers";
import { CapacityEditor } from "./CapacityEditor";
import { LOCAL_TYPES, lengthWords, localChoices } from "./local";
import { LocalIterations } from "./LocalIterations";
import { LocalTeams } from "./LocalTeams";
import { MilestonesAnswer } from "./MilestonesAnswer";
import { NameAnswer } from "./NameAnswer";
import { useOpenAnswer } from "./useOpenAnswer";
import style from "./wizard.module.css";

interface LocalProps {
  name: string;
  onName: (name: string) => void;
  /** The way to a connection instead, where there is a choice. */
  choice?: ReactNode;
  set_up: SetUp;
  onChange: (set_up: SetUp) => void;
  errors: Partial<Record<AnswerKey, string>>;
  now_ms: number;
}

type Levels = "both" | "stories";

export function LocalAnswers({ name, onName, choice, set_up, onChange, errors, now_ms }: LocalProps) {
  const row = useOpenAnswer(errors);
  const shown = shownTeams(set_up);
  const capacity = capacityWords(set_up, localChoices(set_up));
  const setLevels = (levels: Levels) =>
    onChange({
      ...set_up,
      levels: {
        features: levels === "both" ? [...LOCAL_TYPES.features] : [],
        stories: [...LOCAL_TYPES.stories],
      },
    });
  return (
    <div className={style.answers}>
      <NameAnswer name={name} row={row("name")} onName={onName} />
      <Answer
        label="Connection"
        is={
          <>
            <Unplug size={16} aria-hidden />
            <b>None: a local board</b>
          </>
        }
        says="Cards are made here and stay here. The board can be connected to Azure DevOps later; then they become work items."
        {...row("connection")}
        onToggle={choice ? row("connection").onToggle : undefined}
      >
        {choice}
      </Answer>
      <Answer label="Cards" is={<b>{levelWords(set_up)}</b>} {...row("scope")}>
        <RadioCards<Levels>
          legend="Levels"
          name="levels"
          value={set_up.levels.features.length > 0 ? "both" : "stories"}
          onChange={setLevels}
          options={[
            {
              value: "both",
              title: "Features above stories and bugs",
              says: "A feature stands where its stories are.",
            },
            { value: "stories", title: "Stories and bugs", says: "On one level." },
          ]}
        />
      </Answer>
      <Answer
        label="Rows"
        is={shown.map((team) => (
          <span key={team.id} className={style.team}>
            <TeamMark name={team.name} />
            {team.name || "No name yet"}
          </span>
        ))}
        says={`${plural(shown.length, "team")}.`}
        {...row("rows")}
      >
        <LocalTeams set_up={set_up} onChange={onChange} />
      </Answer>
      <Answer
        label="Columns"
        is={<b>{columnWords(set_up.columns) || "None"}</b>}
        says={`${plural(set_up.columns.length, "iteration")}, ${lengthWords(set_up.columns)}${from(set_up, now_ms)}.`}
        {...row("columns")}
      >
        <LocalIterations set_up={set_up} now_ms={now_ms} onChange={onChange} />
      </Answer>
      <Answer label="Capacity" is={<b>{capacity.is}</b>} says={capacity.says} {...row("capacity")}>
        <TextField
          label="Load is counted in"
          value={set_up.unit.name}
          maxLength={30}
          onChange={(unit) => onChange({ ...set_up, unit: { ...set_up.unit, name: unit } })}
        />
        <CapacityEditor set_up={set_up} choices={null} onChange={onChange} />
      </Answer>
      <MilestonesAnswer set_up={set_up} row={row("milestones")} now_ms={now_ms} onChange={onChange} />
    </div>
  );
}

function from({ columns }: SetUp, now_ms: number): string {
  const first = columns[0]?.start_on;
  return first ? `, from ${day(first, now_ms)} on` : "";
}
