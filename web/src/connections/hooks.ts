// Service hooks as a table of project by event. Pure.
import type { HookRow } from "../api/types";

export const HOOK_EVENTS: readonly HookRow["event"][] = ["created", "updated", "deleted", "restored"];

export interface MatrixRow {
  project: string;
  /** One for each of `HOOK_EVENTS`; `null` where nothing is known. */
  cells: (HookRow | null)[];
}

/** Projects in order of name; what came without a project is last. */
export function hookMatrix(hooks: readonly HookRow[]): MatrixRow[] {
  const projects = new Map<string, HookRow[]>();
  for (const hook of hooks) {
    const project = hook.project ?? hook.project_id ?? "All projects";
    projects.set(project, [...(projects.get(project) ?? []), hook]);
  }
  return [...projects.entries()]
    .sort(([a, rowsA], [b, rowsB]) => rank(rowsA) - rank(rowsB) || a.localeCompare(b))
    .map(([project, rows]) => ({
      project,
      cells: HOOK_EVENTS.map((event) => newest(rows.filter((row) => row.event === event))),
    }));
}

function rank(rows: readonly HookRow[]): number {
  return rows.some((row) => row.project_id !== null || row.project !== null) ? 0 : 1;
}

function newest(rows: readonly HookRow[]): HookRow | null {
  return [...rows].sort((a, b) => (b.last_us ?? 0) - (a.last_us ?? 0))[0] ?? null;
}

/** What to do by hand, until the server has said it in its own words. */
export function manualSteps(): string[] {
  return [
    "In Azure DevOps, open Project settings, Service hooks, and create a subscription of the service Web Hooks.",
    "Choose the event Work item created and leave its filters as they are.",
    "Paste the URL; under basic authentication the user name, and the secret as the password. Send all resource details.",
    "Do the same for updated, deleted and restored. A comment is an update.",
  ];
}
