// Where a new work item goes: connection and project, type, area, iteration. Shared by creating and pushing.
import { useQuery } from "@tanstack/react-query";
import { Plug } from "lucide-react";
import { useEffect, useMemo } from "react";
import { api, ask } from "../api/client";
import type { Connection, Project, Push } from "../api/types";
import { connectionsQuery } from "../app/queries";
import { Hint, SelectField } from "../ui/Field";
import layout from "../ui/layout.module.css";
import { Skeleton } from "../ui/marks";
import { writtenAs } from "./pushWords";

export function useProjects(connection_id: string | undefined) {
  return useQuery({
    queryKey: ["connections", connection_id, "projects"],
    queryFn: () =>
      ask(api.GET("/api/connections/{id}/projects", { params: { path: { id: connection_id ?? "" } } })),
    enabled: connection_id !== undefined && connection_id !== "",
    staleTime: 300_000,
  });
}

export function useTargets(connection_id: string | undefined, project_id: string | undefined) {
  return useQuery({
    queryKey: ["connections", connection_id, "projects", project_id],
    queryFn: () =>
      ask(
        api.GET("/api/connections/{id}/projects/{project_id}/targets", {
          params: { path: { id: connection_id ?? "", project_id: project_id ?? "" } },
        }),
      ),
    enabled: Boolean(connection_id && project_id),
    staleTime: 300_000,
  });
}

/** Connections a work item can be created with now. */
export function useUsableConnections(): Connection[] {
  const { data } = useQuery(connectionsQuery);
  return useMemo(() => (data ?? []).filter((connection) => connection.is_enabled), [data]);
}

/** What the form starts with: the connection's defaults, as far as there are any. */
export function firstPush(connections: readonly Connection[]): Partial<Push> {
  const first = connections.find((connection) => connection.defaults) ?? connections[0];
  return first ? pushTo(first) : {};
}

function pushTo(connection: Connection): Partial<Push> {
  const { defaults } = connection;
  return {
    connection_id: connection.id,
    project_id: defaults?.project_id,
    work_item_type: defaults?.work_item_type,
    area_path: defaults?.area_path ?? undefined,
    iteration_path: defaults?.iteration_path ?? undefined,
  };
}

/** Is everything named that the server needs? */
export function isWhole(push: Partial<Push>): push is Push {
  return Boolean(push.connection_id && push.project_id && push.work_item_type);
}

interface PushFieldsProps {
  connections: Connection[];
  value: Partial<Push>;
  onChange: (value: Partial<Push>) => void;
  hasPlace?: boolean;
}

export function PushFields({ connections, value, onChange, hasPlace = true }: PushFieldsProps) {
  const connection = connections.find((one) => one.id === value.connection_id);
  const projects = useProjects(value.connection_id);
  const targets = useTargets(value.connection_id, value.project_id);
  const types = targets.data?.work_item_types;

  // A single project, or a type that this project does not have, is settled without a question.
  useEffect(() => {
    const only = projects.data?.length === 1 ? projects.data[0] : undefined;
    if (only && !value.project_id) onChange({ ...value, project_id: only.id });
  }, [projects.data, value, onChange]);
  useEffect(() => {
    if (!types || types.some((type) => type.name === value.work_item_type)) return;
    const guess = types.find((type) => type.name === "Task") ?? types[0];
    if (guess) onChange({ ...value, work_item_type: guess.name });
  }, [types, value, onChange]);

  return (
    <>
      <div className={layout.two} style={{ gap: 12 }}>
        <SelectField
          label="Connection"
          icon={<Plug size={16} aria-hidden />}
          value={value.connection_id ?? ""}
          onChange={(id) => {
            const chosen = connections.find((one) => one.id === id);
            if (chosen) onChange(pushTo(chosen));
          }}
        >
          {connections.map((one) => (
            <option key={one.id} value={one.id}>
              {one.label}
            </option>
          ))}
        </SelectField>
        <SelectField
          label="Project"
          value={value.project_id ?? ""}
          error={projects.isError ? "The projects could not be read." : null}
          onChange={(project_id) => onChange({ connection_id: value.connection_id, project_id })}
        >
          {!value.project_id && (
            <option value="">{projects.isLoading ? "Reading projects…" : "Choose a project"}</option>
          )}
          {withKnown(projects.data, value.project_id, connection?.defaults?.project).map((project) => (
            <option key={project.id} value={project.id}>
              {project.name}
            </option>
          ))}
        </SelectField>
      </div>
      {value.project_id && !types && !targets.isError && <Skeleton height={34} />}
      {targets.isError && <Hint>The types and paths of this project could not be read.</Hint>}
      {types && (
        <div className={layout.two} style={{ gap: 12 }}>
          <SelectField
            label="Type"
            value={value.work_item_type ?? ""}
            onChange={(work_item_type) => onChange({ ...value, work_item_type })}
          >
            {types.map((type) => (
              <option key={type.name}>{type.name}</option>
            ))}
          </SelectField>
          {hasPlace && (
            <SelectField
              label="Area"
              isOptional
              value={value.area_path ?? ""}
              onChange={(area_path) => onChange({ ...value, area_path: area_path || undefined })}
            >
              <option value="">As the project says</option>
              {targets.data?.areas.map((area) => (
                <option key={area}>{area}</option>
              ))}
            </SelectField>
          )}
          {hasPlace && (
            <SelectField
              label="Iteration"
              isOptional
              value={value.iteration_path ?? ""}
              onChange={(iteration_path) =>
                onChange({ ...value, iteration_path: iteration_path || undefined })
              }
            >
              <option value="">As the project says</option>
              {targets.data?.iterations.map((iteration) => (
                <option key={iteration.path}>{iteration.path}</option>
              ))}
            </SelectField>
          )}
        </div>
      )}
      {connection && <Hint>{writtenAs(connection)} Edits then flow both ways.</Hint>}
    </>
  );
}

/** The default project is offered even before the list has come. */
function withKnown(
  projects: Project[] | undefined,
  id: string | undefined,
  name: string | undefined,
): Project[] {
  if (!id || !name || projects?.some((project) => project.id === id)) return projects ?? [];
  return [{ id, name }, ...(projects ?? [])];
}
