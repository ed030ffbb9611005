import { describe, expect, test } from "vitest";
import { accessOf, isAlways, samePeople, withAccess } from "./people";

const ravi = { member_id: "ravi", may_edit: true };
const ines = { member_id: "ines", may_edit: false };

describe("who may see and edit a board", () => {
  test("everybody sees a board of the company", () => expect(accessOf("company", [], "tom")).toBe("sees"));
  test("only those listed see a listed one", () => {
    expect(accessOf("listed", [ravi], "tom")).toBe("none");
    expect(accessOf("listed", [ines], "ines")).toBe("sees");
  });
  test("an entry says who edits", () => expect(accessOf("company", [ravi], "ravi")).toBe("edits"));
  test("who sees anyway needs no entry", () =>
    expect(withAccess("company", [ravi, ines], "ravi", "sees")).toEqual([ines]));
  test("who sees a listed board has an entry", () =>
    expect(withAccess("listed", [], "tom", "sees")).toEqual([{ member_id: "tom", may_edit: false }]));
  test("another choice replaces the one before", () =>
    expect(withAccess("listed", [ines], "ines", "edits")).toEqual([{ member_id: "ines", may_edit: true }]));
  test("who is taken off has no entry", () =>
    expect(withAccess("listed", [ravi, ines], "ravi", "none")).toEqual([ines]));
  test("admins always may", () => {
    expect(isAlways({ role: "company_admin" })).toBe(true);
    expect(isAlways({ role: "board_admin" })).toBe(true);
    expect(isAlways({ role: "member" })).toBe(false);
  });
  test("the order of a list does not matter", () => {
    expect(samePeople([ravi, ines], [ines, ravi])).toBe(true);
    expect(samePeople([ravi], [{ ...ravi, may_edit: false }])).toBe(false);
  });
});
