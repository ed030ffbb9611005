import type { OpenEdit } from "../api/types";

/** `Priority and title changed in both places.` */
export function conflictTitle(edits: readonly Pick<OpenEdit, "label">[]): string {
  const labels = edits.map((edit) => edit.label);
  const last = labels.pop() ?? "";
  const names = labels.length > 0 ? `${labels.join(", ")} and ${lowerFirst(last)}` : last;
  return `${names} changed in both places.`;
}

/** What happened to one edit, as a sentence. */
export function editTitle(edit: Pick<OpenEdit, "state" | "label" | "to" | "field">): string {
  const what = phrase(edit);
  switch (edit.state) {
    case "refused":
      return `Azure DevOps refused ${what}.`;
    case "needs_token":
      return `${capital(what)} is held: it needs a token.`;
    case "unknown":
      return `It is unknown whether Azure DevOps took ${what}.`;
    case "conflict":
      return `${edit.label} changed in both places.`;
    case "held":
      return `${capital(what)} is held.`;
    case "sending":
      return `${capital(what)} is being written.`;
    case "waiting":
      return `${capital(what)} is waiting.`;
  }
}

function phrase({ field, label, to }: Pick<OpenEdit, "label" | "to" | "field">): string {
  if (field === "create") return "the new work item";
  if (field === "delete") return "the deletion";
  if (field === "restore") return "the restoration";
  if (field === "comment") return "the comment";
  // A description is too long to be named in a sentence.
  if (to === null || to === "" || to.length > 60) return `the change of ${lowerFirst(label)}`;
  return `${lowerFirst(label)} ${to}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
