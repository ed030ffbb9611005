// @vitest-environment happy-dom
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";
import { edit } from "../../dev/samples";
import type { OpenEdit } from "../api/types";
import { ConflictTable } from "./ConflictTable";

const conflicts: OpenEdit[] = [
  edit({
    id: "e-1",
    label: "Priority",
    state: "conflict",
    was: "2",
    to: "1",
    theirs: "3",
    theirs_by: "Elena",
  }),
  edit({ id: "e-2", label: "Title", state: "conflict", was: "Old", to: "Ours", theirs: "Theirs" }),
];

function show(edits: OpenEdit[] = conflicts) {
  const onDecide = vi.fn(async () => true);
  const onDone = vi.fn();
  render(<ConflictTable edits={edits} onDecide={onDecide} onDone={onDone} />);
  return { onDecide, onDone, user: userEvent.setup() };
}

describe("a conflict", () => {
  test("nothing is chosen until somebody does", () => {
    show();
    expect(screen.getAllByRole("radio").every((radio) => !(radio as HTMLInputElement).checked)).toBe(true);
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Apply choices" }).disabled).toBe(true);
  });

  test("each field is decided by itself", async () => {
    const { onDecide, onDone, user } = show();
    await user.click(screen.getByRole("radio", { name: "Priority: 1, from Lockstep" }));
    await user.click(screen.getByRole("radio", { name: "Title: Theirs, from Azure DevOps" }));
    await user.click(screen.getByRole("button", { name: "Apply choices" }));
    expect(onDecide.mock.calls).toEqual([
      [conflicts[0], "ours"],
      [conflicts[1], "theirs"],
    ]);
    expect(onDone).toHaveBeenCalledOnce();
  });

  test("one field alone is decided with one click", async () => {
    const { onDecide, user } = show(conflicts.slice(0, 1));
    await user.click(screen.getByRole("button", { name: "Take Azure DevOps’ version" }));
    expect(onDecide.mock.calls).toEqual([[conflicts[0], "theirs"]]);
  });

  test("a choice that was not taken keeps the table open", async () => {
    const { onDecide, onDone, user } = show(conflicts.slice(0, 1));
    onDecide.mockResolvedValueOnce(false);
    await user.click(screen.getByRole("button", { name: "Keep Lockstep’s version" }));
    expect(onDone).not.toHaveBeenCalled();
  });

  test("who may not decide reads both values and who decides", () => {
    show(conflicts.map((one) => ({ ...one, may_decide: false })));
    expect(screen.getByText("Theirs")).toBeTruthy();
    expect(screen.queryAllByRole("button")).toEqual([]);
    expect(screen.getByText(/Mara Lindqvist or a board admin chooses/)).toBeTruthy();
  });
});
