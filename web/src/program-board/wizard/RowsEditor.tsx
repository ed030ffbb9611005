// Which teams are rows, in which order, and the area a card gets when it comes to one.
import { ArrowDown, ArrowUp } from "lucide-react";
import { Button, IconButton } from "../../ui/Button";
import { Checkbox, Hint } from "../../ui/Field";
import { TeamMark } from "../../ui/marks";
import { announce } from "../../ui/announce";
import type { Choices, SetUp, Team } from "../list/shapes";
import { addTeam, moved, otherTeams, showTeam, shownTeams, withTeam } from "./answers";
import style from "./editors.module.css";

interface RowsProps {
  set_up: SetUp;
  choices: Choices | null;
  onChange: (set_up: SetUp) => void;
}

export function RowsEditor({ set_up, choices, onChange }: RowsProps) {
  const { teams } = set_up;
  const n_shown = shownTeams(set_up).length;
  const showAll = (is_shown: boolean) =>
    onChange({ ...set_up, teams: teams.map((team) => ({ ...team, is_shown })) });
  const move = (at: number, step: -1 | 1) => {
    if (teams[at + step] === undefined) return;
    onChange({ ...set_up, teams: moved(teams, at, step) });
    announce(`${teams[at]?.name ?? "Team"}, row ${at + step + 1} of ${teams.length}`);
  };
  const others = otherTeams(set_up, choices);
  if (teams.length + others.length === 0) return <Hint>The connection sees no team in these projects.</Hint>;
  return (
    <>
      <ul className={style.rows}>
        {teams.map((team, at) => (
          <li key={team.id} className={style.row} data-off={!team.is_shown || undefined}>
            <Checkbox
              isOn={team.is_shown}
              onChange={(isOn) => onChange(showTeam(set_up, team.id, isOn))}
              label={
                <span className={style.team}>
                  <TeamMark name={team.name} />
                  {team.name}
                </span>
              }
            />
            <AreaChoice
              team={team}
              choices={choices}
              onPick={(area_id) => onChange(withTeam(set_up, team.id, (old) => ({ ...old, area_id })))}
            />
            <span className={style.arrows}>
              <IconButton
                size="small"
                label={`${team.name} up`}
                icon={<ArrowUp size={14} />}
                aria-disabled={at === 0}
                onClick={() => move(at, -1)}
              />
              <IconButton
                size="small"
                label={`${team.name} down`}
                icon={<ArrowDown size={14} />}
                aria-disabled={at === teams.length - 1}
                onClick={() => move(at, 1)}
              />
            </span>
          </li>
        ))}
        {others.map((team) => (
          <li key={team.id} className={style.row} data-off>
            <Checkbox
              isOn={false}
              onChange={() => onChange(addTeam(set_up, team))}
              label={
                <span className={style.team}>
                  <TeamMark name={team.name} />
                  {team.name}
                </span>
              }
            />
            <span className={style.area}>Not on this board yet</span>
          </li>
        ))}
      </ul>
      <div className={style.acts}>
        <Button size="small" disabled={n_shown === teams.length} onClick={() => showAll(true)}>
          Show all
        </Button>
        <Button size="small" disabled={n_shown === 0} onClick={() => showAll(false)}>
          Show none
        </Button>
        <Hint>A card that comes to a team gets the area beside its name.</Hint>
      </div>
    </>
  );
}

interface AreaProps {
  team: Team;
  choices: Choices | null;
  onPick: (area_id: number) => void;
}

/** Areas are told by name, or not at all. */
function AreaChoice({ team, choices, onPick }: AreaProps) {
  const areas = (choices?.areas ?? []).filter((area) => area.project_id === team.project_id);
  const own = areas.find((area) => area.id === team.area_id);
  const roots = team.areas.flatMap((area) => areas.find((one) => one.id === area.id)?.path ?? []);
  const inside = areas.filter((area) =>
    roots.some((root) => area.path === root || area.path.startsWith(`${root}\\`)),
  );
  const offered = own && !inside.includes(own) ? [own, ...inside] : inside;
  if (offered.length === 0) return <span className={style.area}>{team.sub}</span>;
  if (offered.length === 1) return <span className={style.area}>{offered[0]?.path}</span>;
  return (
    <select
      className={style.select}
      aria-label={`Area written for ${team.name}`}
      value={team.area_id}
      onChange={(event) => onPick(Number(event.target.value))}
    >
      {offered.map((area) => (
        <option key={area.id} value={area.id}>
          {area.path}
        </option>
      ))}
    </select>
  );
}
