import { describe, expect, test } from "vitest";
import { accessOf, choicesFor, isAlways, samePeople, withAccess } from "./people";

const ravi = { member_id: "ravi", may_edit: true };
const ines = { member_id: "ines", may_edit: false };
const member = (id: string) => ({ id, role: "member" as const });
const viewer = (id: string) => ({ id, role: "viewer" as const });

describe("who may see and edit a board", () => {
  test("every member plans on a board of the company", () =>
    expect(accessOf("company", [], member("tom"))).toBe("edits"));
  test("but those listed as looking on", () =>
    expect(accessOf("company", [ines], member("ines"))).toBe("sees"));
  test("only those listed see a listed one", () => {
    expect(accessOf("listed", [ravi], member("tom"))).toBe("none");
    expect(accessOf("listed", [ines], member("ines"))).toBe("sees");
    expect(accessOf("listed", [ravi], member("ravi"))).toBe("edits");
  });
  test("a viewer looks on, whatever is listed", () => {
    expect(accessOf("company", [], viewer("aisha"))).toBe("sees");
    expect(accessOf("listed", [ravi], viewer("ravi"))).toBe("sees");
    expect(accessOf("listed", [], viewer("aisha"))).toBe("none");
  });
  test("admins always may", () => {
    expect(isAlways({ role: "company_admin" })).toBe(true);
    expect(isAlways({ role: "board_admin" })).toBe(true);
    expect(isAlways({ role: "member" })).toBe(false);
  });
});

describe("choosing access", () => {
  test("offers what can be", () => {
    expect(choicesFor("company", member("a"))).toEqual(["sees", "edits"]);
    expect(choicesFor("listed", member("a"))).toEqual(["none", "sees", "edits"]);
    expect(choicesFor("listed", viewer("a"))).toEqual(["none", "sees"]);
    expect(choicesFor("company", viewer("a"))).toEqual(["sees"]);
  });
  test("who plans on a board of the company anyway needs no entry", () =>
    expect(withAccess("company", [ravi, ines], "ines", "edits")).toEqual([ravi]));
  test("who only looks on has one", () =>
    expect(withAccess("company", [], "tom", "sees")).toEqual([{ member_id: "tom", may_edit: false }]));
  test("who sees a listed board has one", () =>
    expect(withAccess("listed", [], "tom", "sees")).toEqual([{ member_id: "tom", may_edit: false }]));
  test("another choice replaces the one before", () =>
    expect(withAccess("listed", [ines], "ines", "edits")).toEqual([{ member_id: "ines", may_edit: true }]));
  test("who is taken off has no entry", () =>
    expect(withAccess("listed", [ravi, ines], "ravi", "none")).toEqual([ines]));
  test("the order of a list does not matter", () => {
    expect(samePeople([ravi, ines], [ines, ravi])).toBe(true);
    expect(samePeople([ravi], [{ ...ravi, may_edit: false }])).toBe(false);
  });
});
