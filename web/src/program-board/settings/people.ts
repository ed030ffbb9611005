// Who may see a board and who may plan on it. Pure.
import type { Member } from "../../api/types";
import type { BoardPerson } from "../list/shapes";

export type Access = "none" | "sees" | "edits";

/** What a person may do here beyond what their role gives everywhere. */
export function accessOf(see: "company" | "listed", people: readonly BoardPerson[], member: string): Access {
  const own = people.find((one) => one.member_id === member);
  if (own) return own.may_edit ? "edits" : "sees";
  return see === "company" ? "sees" : "none";
}

/** The list after somebody's access was chosen: who needs no entry has none. */
export function withAccess(
  see: "company" | "listed",
  people: readonly BoardPerson[],
  member: string,
  access: Access,
): BoardPerson[] {
  const others = people.filter((one) => one.member_id !== member);
  const needsEntry = access === "edits" || (access === "sees" && see === "listed");
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
