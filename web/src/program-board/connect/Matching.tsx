// What each row, column and type of a local board becomes, each with *Change* in place.
import { Plug } from "lucide-react";
import { useState } from "react";
import type { Connection } from "../../api/types";
import { stateOf, stateSays } from "../../connections/words";
import { Hint, RadioCards, SelectField } from "../../ui/Field";
import layout from "../../ui/layout.module.css";
import { useNow } from "../../ui/useNow";
import { day } from "../../ui/time";
import type { BoardDetail, Iteration, Proposal } from "../list/shapes";
import { Answer } from "../wizard/Answer";
import wizard from "../wizard/wizard.module.css";
import {
  WHY_WORDS,
  iterationChoices,
  matchedWords,
  teamChoices,
  typeChoices,
  type Match,
  type Matches,
} from "./matching";
import type { Wish } from "./ConnectPage";
import style from "./connect.module.css";

export type Key = "connection" | "teams" | "columns" | "types";

interface MatchingProps {
  board: BoardDetail;
  connection: Connection;
  connections: Connection[];
  onConnection: (id: string) => void;
  proposal: Proposal;
  matches: Matches;
  onMatches: (matches: Matches) => void;
  onWish: (wish: Wish) => void;
  errors: Partial<Record<Key, string>>;
}

/** Nothing there: the row or column is left out. */
const LEFT_OUT = "-";

export function Matching(props: MatchingProps) {
  const { board, connection, connections, proposal, matches, onMatches, errors } = props;
  const { set_up } = board;
  const { choices } = proposal;
  const now_ms = useNow(60_000);
  const [open, setOpen] = useState<Key | null>(() => firstLack(errors));
  const row = (key: Key) => ({
    isOpen: open === key,
    onToggle: (isOpen: boolean) => setOpen(isOpen ? key : null),
    error: errors[key],
  });
  const teams = teamChoices(proposal);
  const iterations = iterationChoices(proposal);
  const project = proposal.set_up.scope.kind === "areas" ? proposal.set_up.scope.projects[0] : undefined;
  const put = <K extends "teams" | "columns" | "types">(key: K, id: string, to: Matches[K][string]["to"]) =>
    onMatches({ ...matches, [key]: { ...matches[key], [id]: { to, why: "chosen" } } });
  return (
    <div className={wizard.answers}>
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
        says={[project && `Project ${project.name}`, proposal.set_up.pi && `in ${proposal.set_up.pi.name}`]
          .filter(Boolean)
          .join(", ")}
        {...row("connection")}
      >
        {connections.length > 1 && (
          <RadioCards
            legend="Connection"
            name="connection"
            value={connection.id}
            onChange={props.onConnection}
            options={connections.map((one) => ({
              value: one.id,
              title: one.label,
              says: `${one.host}. ${stateSays(one, now_ms)}`,
            }))}
          />
        )}
        <SelectField
          label="Project"
          value={project?.id ?? ""}
          onChange={(id) => props.onWish({ project_ids: [id] })}
        >
          {choices.projects.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </SelectField>
        <SelectField
          label="PI"
          hint="What is parked gets this node."
          value={String(proposal.set_up.pi?.node_id ?? "")}
          onChange={(id) =>
            props.onWish({ pi_node_id: Number(id), ...(project && { project_ids: [project.id] }) })
          }
        >
          {proposal.set_up.pi === null && <option value="">None</option>}
          {choices.pis.map((one) => (
            <option key={one.node_id} value={one.node_id}>
              {one.path}
            </option>
          ))}
        </SelectField>
      </Answer>
      <Answer
        label="Rows"
        is={<b>{matchedWords(matches.teams, "team")}</b>}
        says={pairs(set_up.teams, matches.teams, (id) => teams.find((one) => one.id === id)?.name)}
        {...row("teams")}
      >
        <ul className={style.pairs}>
          {set_up.teams.map((team) => (
            <Pair
              key={team.id}
              name={team.name}
              match={matches.teams[team.id]}
              options={teams.map((one) => ({ value: one.id, label: one.name }))}
              onPick={(to) => put("teams", team.id, to)}
            />
          ))}
        </ul>
        <Hint>A row without cards can be left out.</Hint>
      </Answer>
      <Answer
        label="Columns"
        is={<b>{matchedWords(matches.columns, "iteration")}</b>}
        says={pairs(set_up.columns, matches.columns, (id) => iterations.find((one) => one.id === id)?.name)}
        {...row("columns")}
      >
        <ul className={style.pairs}>
          {set_up.columns.map((column) => (
            <Pair
              key={column.id}
              name={column.name}
              match={matches.columns[column.id]}
              options={iterations.map((one) => ({ value: one.id, label: iterationWords(one, now_ms) }))}
              onPick={(to) => put("columns", column.id, to)}
            />
          ))}
        </ul>
        <Hint>Columns take the name and the dates that the iteration has there.</Hint>
      </Answer>
      <Answer
        label="Types"
        is={<b>{matchedWords(matches.types, "type")}</b>}
        says={Object.entries(matches.types)
          .map(([from, { to }]) => (to === null || to === from ? from : `${from} becomes ${to}`))
          .join(", ")}
        {...row("types")}
      >
        <ul className={style.pairs}>
          {(["feature", "story"] as const).flatMap((level) =>
            (level === "feature" ? set_up.levels.features : set_up.levels.stories).map((type) => (
              <Pair
                key={type}
                name={type}
                match={matches.types[type]}
                options={typeChoices(proposal, level).map((one) => ({ value: one, label: one }))}
                onPick={(to) => put("types", type, to)}
                isNeeded
              />
            )),
          )}
        </ul>
      </Answer>
    </div>
  );
}

function firstLack(errors: Partial<Record<Key, string>>): Key | null {
  return (["teams", "columns", "types"] as const).find((key) => errors[key] !== undefined) ?? null;
}

interface PairProps<T extends string | number> {
  name: string;
  match: Match<T> | undefined;
  options: { value: T; label: string }[];
  onPick: (to: T | null) => void;
  /** It can't be left out. */
  isNeeded?: boolean;
}

function Pair<T extends string | number>({ name, match, options, onPick, isNeeded }: PairProps<T>) {
  const value = match?.to ?? (match?.why === "chosen" ? LEFT_OUT : "");
  return (
    <li>
      <span>{name}</span>
      <select
        className={style.select}
        aria-label={`${name} becomes`}
        aria-invalid={value === "" || undefined}
        value={String(value)}
        onChange={(event) =>
          onPick(options.find((one) => String(one.value) === event.target.value)?.value ?? null)
        }
      >
        {value === "" && <option value="">Choose…</option>}
        {options.map((one) => (
          <option key={one.value} value={String(one.value)}>
            {one.label}
          </option>
        ))}
        {!isNeeded && <option value={LEFT_OUT}>Leave out</option>}
      </select>
      <small>{match?.why ? WHY_WORDS[match.why] : "Not found"}</small>
    </li>
  );
}

/** `Red becomes Quay, Blue becomes Customs`; what keeps its name is not told twice. */
function pairs<T>(
  all: readonly { id: string; name: string }[],
  of: Record<string, Match<T>>,
  nameOf: (to: T) => string | undefined,
): string {
  const told = all.flatMap(({ id, name }) => {
    const to = of[id]?.to ?? null;
    const there = to === null ? undefined : nameOf(to);
    return there === undefined || there === name ? [] : [`${name} becomes ${there}`];
  });
  return told.length === 0 ? "" : `${told.join(", ")}.`;
}

function iterationWords(one: Iteration, now_ms: number): string {
  const dates =
    one.start_on && one.finish_on ? ` · ${day(one.start_on, now_ms)} – ${day(one.finish_on, now_ms)}` : "";
  return `${one.path}${dates}`;
}
