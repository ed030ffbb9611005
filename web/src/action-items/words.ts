// The words of action items, each once.
import type { HistoryRow, Origin, Status, SyncState } from "../api/types";

export const STATUSES: readonly Status[] = ["open", "in_progress", "blocked", "done", "wont_do"];
export const STATUS_WORDS: Record<Status, string> = {
  open: "Open",
  in_progress: "In progress",
  blocked: "Blocked",
  done: "Done",
  wont_do: "Won’t do",
};
export const ORIGINS: readonly Origin[] = ["retrospective", "inspect_adapt", "assessment", "other"];
export const ORIGIN_WORDS: Record<Origin, string> = {
  retrospective: "Retrospective",
  inspect_adapt: "Inspect & adapt",
  assessment: "Assessment",
  other: "Other",
};
export const PRIORITIES: readonly number[] = [1, 2, 3, 4];

/** States that stand on an item; an item in step carries no mark at all. */
export const SYNC_WORDS: Record<
  Exclude<SyncState, "local" | "in_lockstep">,
  { word: string; says: string }
> = {
  waiting: { word: "Waiting", says: "Waiting to be written to Azure DevOps" },
  needs_token: { word: "Held", says: "Held: needs a token" },
  conflict: { word: "Conflict", says: "Conflict: needs a decision" },
  refused: { word: "Refused", says: "Refused: needs a decision" },
  held: { word: "Held", says: "Held" },
  unknown: { word: "Unknown", says: "Unknown: the answer of Azure DevOps was lost" },
  out_of_sight: {
    word: "Out of sight",
    says: "Out of sight: the connection can no longer read the work item",
  },
};

const ACTS: Record<string, string> = {
  create: "created this",
  delete: "deleted this",
  restore: "restored this",
  push: "created the work item",
  comment: "commented",
};

/** `changed due date from 23 Oct to 30 Oct`: what one line of the history says. */
export function historyPhrase(row: Pick<HistoryRow, "what" | "from" | "to">): string {
  const act = ACTS[row.what];
  if (act) return act;
  const noun = fieldWord(row.what).toLowerCase();
  if (row.what === "description") return "changed the description";
  if (row.from && row.to) return `changed ${noun} from ${row.from} to ${row.to}`;
  if (row.to) return `set ${noun} to ${row.to}`;
  if (row.from) return `cleared ${noun}, was ${row.from}`;
  return `changed ${noun}`;
}

/** `written as Tom Okafor, own token`: where it stands in Azure DevOps, and under whose name. */
export function historyAs(row: HistoryRow): string {
  if (row.where === "azure_devops")
    return row.rev === null ? "came from Azure DevOps" : `came from Azure DevOps, revision ${row.rev}`;
  const states: Partial<Record<HistoryRow["state"], string>> = {
    waiting: "waiting",
    sending: "being written",
    held: "held",
    superseded: "replaced by a later change before it was written",
    lost_conflict: "not kept: Azure DevOps’ version was taken",
    given_up: "given up",
  };
  const state = states[row.state];
  if (state) return row.answer ? `${state} · Answer: “${row.answer}”` : state;
  if (row.written_as === null) return "only here";
  const means = row.written_with === "own_token" ? "own token" : "the connection’s account";
  const revision = row.rev === null ? "" : `, revision ${row.rev}`;
  return `written as ${row.written_as}, ${means}${revision}`;
}

const FIELD_WORDS: Record<string, string> = {
  title: "Title",
  description_html: "Description",
  description: "Description",
  owner: "Owner",
  owner_id: "Owner",
  status: "Status",
  priority: "Priority",
  due_on: "Due date",
  tags: "Tags",
  team: "Team",
  origin: "Came from",
};

export function fieldWord(field: string): string {
  return FIELD_WORDS[field] ?? (field.charAt(0).toUpperCase() + field.slice(1)).replaceAll("_", " ");
}
