// The proposed answers of a board, each with *Change* in place. The wizard and the settings of a board share them.
import { Plug } from "lucide-react";
import type { Connection } from "../../api/types";
import layout from "../../ui/layout.module.css";
import { TeamMark } from "../../ui/marks";

import { stateOf } from "../../connections/words";
import type { Choices, SetUp } from "../list/shapes";
import { StateGlyph } from "../list/StateGlyph";
import { Answer } from "./Answer";
import {
  capacityWords,
  columnWords,
  datesWords,
  levelWords,
  linkChoices,
  placeWarnings,
  scopeWords,
  shownTeams,
  stateGroups,
  type AnswerKey,
} from "./answers";
import { CapacityEditor } from "./CapacityEditor";
import { ColumnsEditor } from "./ColumnsEditor";
import { ConnectionChoice } from "./ConnectionChoice";
import { DependencyEditor } from "./DependencyEditor";
import { MilestonesAnswer } from "./MilestonesAnswer";
import { NameAnswer } from "./NameAnswer";
import { RowsEditor } from "./RowsEditor";
import { ScopeEditor } from "./ScopeEditor";
import { useOpenAnswer } from "./useOpenAnswer";
import style from "./wizard.module.css";

export interface AnswersProps {
  name: string;
  onName: (name: string) => void;
  connection: Connection;
  /** Those to choose from; a board that exists stays with its own. */
  connections?: Connection[];
  onConnection?: (id: string) => void;
  set_up: SetUp;
  onChange: (set_up: SetUp) => void;
  /** `null` until the server has said what there is to choose. */
  choices: Choices | null;
  onProjects: (project_ids: string[]) => void;
  onPi: (node_id: number) => void;
  warnings: readonly string[];
  errors: Partial<Record<AnswerKey, string>>;
  now_ms: number;
}

export function Answers(props: AnswersProps) {
  const { name, connection, connections = [], set_up, choices, errors, now_ms, onChange } = props;
  const row = useOpenAnswer(errors);
  const warnings = placeWarnings(props.warnings, set_up);
  const shown = shownTeams(set_up);
  const capacity = capacityWords(set_up, choices);
  const links = linkChoices(set_up, choices?.dependency_links ?? []);
  const states = stateGroups(set_up, choices?.types ?? []);
  return (
    <div className={style.answers}>
      <NameAnswer name={name} row={row("name")} onName={props.onName} />
      <Answer
        label="Connection"
        is={
          <>
            <Plug size={16} aria-hidden />
            <b>{connection.label}</b>
            <span className={`${layout.faint} ${layout.small}`}>
              {stateOf(connection).word.toLowerCase()}
            </span>
          </>
        }
        says="The board shows what this connection can read, to everybody who may see the board."
        {...row("connection")}
        onToggle={props.onConnection ? row("connection").onToggle : undefined}
      >
        <ConnectionChoice
          value={connection.id}
          connections={connections}
          now_ms={now_ms}
          onPick={(id) => props.onConnection?.(id)}
        />
      </Answer>
      <Answer
        label="Cards from"
        is={<b>{scopeWords(set_up)}</b>}
        says={`${levelWords(set_up)}.`}
        warnings={warnings.scope}
        {...row("scope")}
        onToggle={choices ? row("scope").onToggle : undefined}
      >
        {choices && (
          <ScopeEditor
            connection_id={connection.id}
            set_up={set_up}
            choices={choices}
            onChange={onChange}
            onProjects={props.onProjects}
          />
        )}
      </Answer>
      <Answer
        label="Rows"
        is={shown.slice(0, N_TEAMS_NAMED).map((team) => (
          <span key={team.id} className={style.team}>
            <TeamMark name={team.name} />
            {team.name}
          </span>
        ))}
        says={rowsSay(shown.length, set_up.teams.length)}
        warnings={warnings.rows}
        {...row("rows")}
      >
        <RowsEditor set_up={set_up} choices={choices} onChange={onChange} />
      </Answer>
      <Answer
        label="Columns"
        is={<b>{columnWords(set_up.columns) || "None"}</b>}
        says={datesWords(set_up.columns, now_ms)}
        warnings={warnings.columns}
        {...row("columns")}
        onToggle={choices ? row("columns").onToggle : undefined}
      >
        {choices && (
          <ColumnsEditor
            set_up={set_up}
            choices={choices}
            now_ms={now_ms}
            onChange={onChange}
            onPi={props.onPi}
          />
        )}
      </Answer>
      {states.length > 0 && (
        <Answer
          label="States"
          is={states.map((group) => (
            <span key={group.category} className={style.team}>
              <StateGlyph category={group.category} />
              {group.states.join(", ")}
            </span>
          ))}
          says="By state category, as Azure DevOps has them. A state of the same category is never written back."
          isOpen={false}
        />
      )}
      {links.length > 1 && (
        <Answer
          label="Dependencies"
          is={<b>{set_up.dependency.name}</b>}
          says="Drawn, written and agreed on as links of this type."
          {...row("dependency")}
        >
          <DependencyEditor set_up={set_up} links={links} onChange={onChange} />
        </Answer>
      )}
      <Answer label="Capacity" is={<b>{capacity.is}</b>} says={capacity.says} {...row("capacity")}>
        <CapacityEditor set_up={set_up} choices={choices} onChange={onChange} />
      </Answer>
      <MilestonesAnswer set_up={set_up} row={row("milestones")} now_ms={now_ms} onChange={onChange} />
    </div>
  );
}

const N_TEAMS_NAMED = 12;

function rowsSay(n_shown: number, n_all: number): string {
  if (n_all === 0) return "The connection sees no team here.";
  const more = n_shown > N_TEAMS_NAMED ? `And ${n_shown - N_TEAMS_NAMED} more. ` : "";
  return n_shown === n_all ? `${more}All ${n_all} teams.` : `${more}${n_shown} of ${n_all} teams.`;
}
