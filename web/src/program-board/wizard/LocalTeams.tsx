// The rows of a local board: names, typed or pasted, one a line.
import { ArrowDown, ArrowUp, Plus, X } from "lucide-react";
import { announce } from "../../ui/announce";
import { Button, IconButton } from "../../ui/Button";
import { Hint } from "../../ui/Field";
import type { SetUp } from "../list/shapes";
import { moved, withTeam } from "./answers";
import { newTeam, withPastedTeams, withoutTeam } from "./local";
import style from "./editors.module.css";

interface TeamsProps {
  set_up: SetUp;
  onChange: (set_up: SetUp) => void;
}

export function LocalTeams({ set_up, onChange }: TeamsProps) {
  const { teams } = set_up;
  const move = (at: number, step: -1 | 1) => {
    if (teams[at + step] === undefined) return;
    onChange({ ...set_up, teams: moved(teams, at, step) });
    announce(`${teams[at]?.name || "Team"}, row ${at + step + 1} of ${teams.length}`);
  };
  return (
    <>
      <ul className={style.rows}>
        {teams.map((team, at) => {
          const label = team.name.trim() || `team ${at + 1}`;
          return (
            <li key={team.id} className={style.typed}>
              <input
                className={style.input}
                aria-label={`Name of team ${at + 1}`}
                value={team.name}
                maxLength={60}
                onChange={(event) =>
                  onChange(withTeam(set_up, team.id, (old) => ({ ...old, name: event.target.value })))
                }
                onPaste={(event) => {
                  const text = event.clipboardData.getData("text");
                  if (!text.includes("\n")) return;
                  event.preventDefault();
                  // Lines are teams; an empty field takes the first of them.
                  const others = team.name.trim() === "" ? teams.filter((one) => one.id !== team.id) : teams;
                  onChange({ ...set_up, teams: withPastedTeams(others, text) });
                }}
              />
              <span className={style.arrows}>
                <IconButton
                  size="small"
                  label={`${label} up`}
                  icon={<ArrowUp size={14} />}
                  aria-disabled={at === 0}
                  onClick={() => move(at, -1)}
                />
                <IconButton
                  size="small"
                  label={`${label} down`}
                  icon={<ArrowDown size={14} />}
                  aria-disabled={at === teams.length - 1}
                  onClick={() => move(at, 1)}
                />
                <IconButton
                  size="small"
                  label={`Take ${label} away`}
                  icon={<X size={14} />}
                  aria-disabled={teams.length === 1}
                  onClick={() => teams.length > 1 && onChange(withoutTeam(set_up, team.id))}
                />
              </span>
            </li>
          );
        })}
      </ul>
      <div className={style.acts}>
        <Button
          size="small"
          icon={<Plus size={14} />}
          onClick={() => onChange({ ...set_up, teams: [...teams, newTeam("")] })}
        >
          Add a team
        </Button>
        <Hint>Pasted lines become teams.</Hint>
      </div>
    </>
  );
}
