// Where cards come from: the areas of the teams, a saved query, or a WIQL text that the server checks while it is typed.
import { useQuery } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { sentence } from "../../api/client";
import { Checkbox, FieldError, Hint, SelectField, TextAreaField, TextField } from "../../ui/Field";
import { Fold, Segments } from "../../ui/surface";
import { plural } from "../../ui/time";
import { TypeIcon } from "../../action-items/marks";
import { checkWiql } from "../list/calls";
import type { Choices, Named, Scope, SetUp, TypeChoice } from "../list/shapes";
import { levelOfType, setLevel, wiqlOf } from "./answers";
import { foldersOf } from "./queryTree";
import { useLater } from "./useLater";
import style from "./editors.module.css";

interface ScopeProps {
  connection_id: string;
  set_up: SetUp;
  choices: Choices;
  onChange: (set_up: SetUp) => void;
  /** Other projects: teams, iterations and types are proposed anew. */
  onProjects: (project_ids: string[]) => void;
}

export function ScopeEditor({ connection_id, set_up, choices, onChange, onProjects }: ScopeProps) {
  const [kind, setKind] = useState(set_up.scope.kind);
  const setScope = (scope: Scope) => onChange({ ...set_up, scope });
  const chosen = projectsOf(set_up);
  const pick = (next: Scope["kind"]) => {
    setKind(next);
    // The other two say something only once a query is chosen or a text holds.
    if (next === "areas" && set_up.scope.kind !== "areas")
      setScope({
        kind: "areas",
        projects: choices.projects.filter((one) => chosen.includes(one.id)).map(named),
      });
  };
  return (
    <>
      <Segments
        label="Cards from"
        value={kind}
        onChange={pick}
        options={[
          { value: "areas", label: "Areas of the teams" },
          { value: "query", label: "Saved query" },
          { value: "wiql", label: "WIQL" },
        ]}
      />
      {kind === "areas" && (
        <>
          <Hint>
            Everything of the types below in the areas of the teams shown
            {set_up.pi ? `, in ${set_up.pi.name} and its iterations` : ""}. What has no iteration comes too
            and waits in the parking lot.
          </Hint>
          {choices.projects.length > 1 && (
            <fieldset className={style.set}>
              <legend>Projects</legend>
              {choices.projects.map((project) => (
                <Checkbox
                  key={project.id}
                  label={project.name}
                  isOn={chosen.includes(project.id)}
                  isDisabled={chosen.length === 1 && chosen[0] === project.id}
                  onChange={(isOn) =>
                    onProjects(
                      choices.projects
                        .map((one) => one.id)
                        .filter((id) => (id === project.id ? isOn : chosen.includes(id))),
                    )
                  }
                />
              ))}
            </fieldset>
          )}
        </>
      )}
      {kind === "query" && <QueryPicker set_up={set_up} choices={choices} onPick={setScope} />}
      {kind === "wiql" && (
        <WiqlEditor connection_id={connection_id} set_up={set_up} choices={choices} onHold={setScope} />
      )}
      <Levels set_up={set_up} choices={choices} onChange={onChange} />
    </>
  );
}

function projectsOf({ scope }: SetUp): string[] {
  if (scope.kind === "areas") return scope.projects.map((one) => one.id);
  return scope.kind !== "local" && scope.project ? [scope.project.id] : [];
}

interface PickerProps {
  set_up: SetUp;
  choices: Choices;
  onPick: (scope: Scope) => void;
}

function QueryPicker({ set_up, choices, onPick }: PickerProps) {
  const [search, setSearch] = useState("");
  const name = useId();
  const folders = foldersOf(choices.queries, search);
  const current = set_up.scope.kind === "query" ? set_up.scope.query.id : null;
  const projectOf = (id: string) => choices.projects.find((one) => one.id === id);
  if (choices.queries.length === 0)
    return <Hint>The connection sees no saved query. Shared queries are seen by everybody.</Hint>;
  return (
    <>
      <TextField label="Find a query" value={search} onChange={setSearch} spellCheck={false} />
      <div className={style.tree} role="radiogroup" aria-label="Saved query">
        {folders.map((folder) => (
          <div key={folder.path}>
            <span className={style.folder}>{folder.path || "Queries"}</span>
            {folder.queries.map((query) => (
              <label key={query.id} className={style.query}>
                <input
                  type="radio"
                  name={name}
                  checked={query.id === current}
                  onChange={() => {
                    const project = projectOf(query.project_id);
                    if (project) onPick({ kind: "query", project: named(project), query: saved(query) });
                  }}
                />
                <span>{query.name}</span>
              </label>
            ))}
          </div>
        ))}
        {folders.length === 0 && <Hint>No query has “{search}” in its name or folder.</Hint>}
      </div>
      <Hint>A query is run again whole, slowly; areas follow each change at once.</Hint>
    </>
  );
}

// The server takes a set-up's own fields and no other.
const named = ({ id, name }: Named): Named => ({ id, name });
const saved = ({ id, path, name }: Choices["queries"][number]) => ({ id, path, name });

const TYPING_MS = 500;

interface WiqlProps {
  connection_id: string;
  set_up: SetUp;
  choices: Choices;
  /** The text holds: it is the scope from now on. */
  onHold: (scope: Scope) => void;
}

function WiqlEditor({ connection_id, set_up, choices, onHold }: WiqlProps) {
  const pi = choices.pis.find((one) => one.node_id === set_up.pi?.node_id);
  const [text, setText] = useState(() =>
    set_up.scope.kind === "wiql" ? set_up.scope.wiql : wiqlOf(set_up, pi?.path ?? null),
  );
  const [project, setProject] = useState(() =>
    set_up.scope.kind === "wiql" ? (set_up.scope.project?.id ?? "") : (projectsOf(set_up)[0] ?? ""),
  );
  const asked = useLater(text, TYPING_MS);
  const check = useQuery({
    queryKey: ["wiql", connection_id, project, asked],
    queryFn: () => checkWiql(connection_id, project || null, asked),
    enabled: asked.trim() !== "",
    retry: false,
    refetchOnWindowFocus: false,
  });
  const isBehind = asked !== text || check.isFetching;
  const holds = check.isSuccess && !isBehind;
  const scope = set_up.scope;
  const isKept = scope.kind === "wiql" && scope.wiql === asked && (scope.project?.id ?? "") === project;
  useEffect(() => {
    if (!holds || isKept) return;
    const chosen = choices.projects.find((one) => one.id === project);
    onHold({ kind: "wiql", project: chosen ? named(chosen) : null, wiql: asked });
  }, [holds, isKept, asked, project, choices.projects, onHold]);
  return (
    <>
      {choices.projects.length > 1 && (
        <SelectField label="Project" value={project} onChange={setProject}>
          <option value="">All projects of the connection</option>
          {choices.projects.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </SelectField>
      )}
      <div className={style.wiql}>
        <TextAreaField
          label="WIQL"
          value={text}
          onChange={setText}
          rows={6}
          spellCheck={false}
          autoCapitalize="none"
          autoCorrect="off"
        />
      </div>
      <div aria-live="polite">
        {text.trim() === "" ? (
          <Hint>Write which work items to show. Only their ids are taken from the query.</Hint>
        ) : isBehind ? (
          <Hint>Asking Azure DevOps…</Hint>
        ) : check.isError ? (
          <FieldError>{sentence(check.error)} The board keeps what it had.</FieldError>
        ) : (
          check.data && (
            <span className={style.holds}>
              <Check size={14} aria-hidden />
              {plural(check.data.n, "work item")}
            </span>
          )
        )}
      </div>
    </>
  );
}

const LEVELS = [
  { value: "feature", label: "Features" },
  { value: "story", label: "Stories" },
  { value: "none", label: "Not shown" },
] as const;

function Levels({ set_up, choices, onChange }: Pick<ScopeProps, "set_up" | "choices" | "onChange">) {
  // Types of no backlog (test cases, reviews) are there for who looks for them.
  const isUsual = (type: TypeChoice) =>
    type.category !== null || type.level !== null || levelOfType(set_up, type.name) !== null;
  const row = (type: TypeChoice) => (
    <div key={type.name} className={style.level}>
      <span>
        <TypeIcon type={type.name} color={type.color} />
        {type.name}
      </span>
      <Segments
        label={`Level of ${type.name}`}
        value={levelOfType(set_up, type.name) ?? "none"}
        options={[...LEVELS]}
        onChange={(level) => onChange(setLevel(set_up, type.name, level === "none" ? null : level))}
      />
    </div>
  );
  const others = choices.types.filter((type) => !isUsual(type));
  return (
    <fieldset className={style.set}>
      <legend>Levels</legend>
      {choices.types.filter(isUsual).map(row)}
      {others.length > 0 && <Fold title={`${plural(others.length, "other type")}`}>{others.map(row)}</Fold>}
      <Hint>Load counts one level only: stories, and features that have none.</Hint>
    </fieldset>
  );
}
