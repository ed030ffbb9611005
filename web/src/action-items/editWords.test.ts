import { describe, expect, test } from "vitest";
import { edit } from "../../dev/samples";
import { conflictTitle, editTitle } from "./editWords";

describe("what happened to an edit", () => {
  test("a refusal names field and value", () =>
    expect(editTitle(edit({ state: "refused", label: "Status", to: "Blocked" }))).toBe(
      "Azure DevOps refused status Blocked.",
    ));
  test("a long value is not repeated", () =>
    expect(editTitle(edit({ state: "refused", label: "Description", to: "x".repeat(80) }))).toBe(
      "Azure DevOps refused the change of description.",
    ));
  test("a cleared value is a change", () =>
    expect(editTitle(edit({ state: "held", label: "Due date", to: null }))).toBe(
      "The change of due date is held.",
    ));
  test("a creation whose answer was lost", () =>
    expect(editTitle(edit({ state: "unknown", field: "create", label: "Create" }))).toBe(
      "It is unknown whether Azure DevOps took the new work item.",
    ));
  test("one that needs a token", () =>
    expect(editTitle(edit({ state: "needs_token", label: "Status", to: "Done" }))).toBe(
      "Status Done is held: it needs a token.",
    ));
});

describe("a conflict", () => {
  test("names its one field", () =>
    expect(conflictTitle([{ label: "Priority" }])).toBe("Priority changed in both places."));
  test("names all its fields", () =>
    expect(conflictTitle([{ label: "Priority" }, { label: "Due date" }, { label: "Title" }])).toBe(
      "Priority, Due date and title changed in both places.",
    ));
});
