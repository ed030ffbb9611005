// Who may see a board and who may plan on it. Pure.
// Whoever manages boards may do everything on each. A board of the company is planned on by every member but those listed
// as looking on; another one by those listed with the right to. A viewer looks on everywhere.
import type { Member } from "../../api/types";
import type { BoardPerson } from "../list/shapes";

export type Access = "none" | "sees" | "edits";
export type See = "company" | "listed";

export function accessOf(
  see: See,
  people: readonly BoardPerson[],
  member: Pick<Member, "id" | "role">,
): Access {
  const own = people.find((one) => one.member_id === member.id);
  if (!own && see === "listed") return "none";
  return (own?.may_edit ?? true) && member.role !== "viewer" ? "edits" : "sees";
}

/** What there is to choose for somebody. */
export function choicesFor(see: See, { role }: Pick<Member, "role">): Access[] {
  const choices: Access[] = see === "listed" ? ["none", "sees", "edits"] : ["sees", "edits"];
  return role === "viewer" ? choices.filter((access) => access !== "edits") : choices;
}

/** The list after somebody's access was chosen: who needs no entry has none. */
export function withAccess(
  see: See,
  people: readonly BoardPerson[],
  member: string,
  access: Access,
): BoardPerson[] {
  const others = people.filter((one) => one.member_id !== member);
  const needsEntry = see === "listed" ? access !== "none" : access === "sees";
  return needsEntry ? [...others, { member_id: member, may_edit: access === "edits" }] : others;
}

/** Admins see and edit every board, whatever is chosen. */
export function isAlways(member: Pick<Member, "role">): boolean {
  return member.role === "company_admin" || member.role === "board_admin";
}

export function samePeople(a: readonly BoardPerson[], b: readonly BoardPerson[]): boolean {
  const key = (people: readonly BoardPerson[]) =>
    people
      .map((one) => `${one.member_id}:${one.may_edit}`)
      .sort()
      .join();
  return key(a) === key(b);
}
