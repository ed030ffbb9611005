// @vitest-environment happy-dom
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, test, vi } from "vitest";
import { item } from "../../dev/samples";
import type { ActionItem } from "../api/types";
import { Board } from "./Board";

const start: ActionItem[] = [
  item({ id: "a", title: "Order fibre", priority: 1 }),
  item({ id: "b", title: "Book room", priority: 2 }),
  item({ id: "c", title: "Raise quota", status: "blocked" }),
];

/** A board over a list of items, as the page holds them. */
function Held({ canEdit, onStatus }: { canEdit: boolean; onStatus: (id: string, status: string) => void }) {
  const [items, setItems] = useState(start);
  return (
    <Board
      items={items}
      open={undefined}
      canEdit={canEdit}
      now_ms={0}
      isSlow={() => false}
      onOpen={() => undefined}
      onPush={() => undefined}
      onCreate={() => undefined}
      onStatus={(moved, status) => {
        onStatus(moved.id, status);
        setItems((old) => old.map((one) => (one.id === moved.id ? { ...one, status } : one)));
      }}
    />
  );
}

function show(canEdit = true) {
  const onStatus = vi.fn();
  render(<Held canEdit={canEdit} onStatus={onStatus} />);
  card("Order fibre").focus();
  return { onStatus, user: userEvent.setup() };
}
const card = (title: string) => screen.getByRole("button", { name: new RegExp(`^${title}`) });
const columnOf = (title: string) =>
  ["Open", "In progress", "Blocked", "Done", "Won’t do"].find((name) =>
    within(screen.getByRole("region", { name })).queryByRole("button", { name: new RegExp(`^${title}`) }),
  );

describe("the board by keyboard", () => {
  test("has one tab stop", () =>
    expect(
      (show(), screen.getAllByRole("button").filter((one) => one.dataset["card"] && one.tabIndex === 0)),
    ).toHaveLength(1));

  test("arrows lead to the next card", async () => {
    const { user } = show();
    await user.keyboard("{ArrowDown}");
    expect(document.activeElement).toBe(card("Book room"));
    await user.keyboard("{ArrowRight}");
    expect(document.activeElement).toBe(card("Raise quota"));
  });

  test("space, arrow, space moves a card and keeps the focus on it", async () => {
    const { user, onStatus } = show();
    await user.keyboard(" {ArrowRight} ");
    expect(onStatus.mock.calls).toEqual([["a", "in_progress"]]);
    expect(columnOf("Order fibre")).toBe("In progress");
    expect(document.activeElement).toBe(card("Order fibre"));
  });

  test("a carried card shows where it would lie, and is written only when dropped", async () => {
    const { user, onStatus } = show();
    await user.keyboard(" {ArrowRight}{ArrowRight}");
    expect(columnOf("Order fibre")).toBe("Blocked");
    expect(onStatus).not.toHaveBeenCalled();
  });

  test("escape puts a carried card back", async () => {
    const { user, onStatus } = show();
    await user.keyboard(" {ArrowRight}{Escape}");
    expect(columnOf("Order fibre")).toBe("Open");
    expect(onStatus).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(card("Order fibre"));
  });

  test("shift and an arrow move one column at once", async () => {
    const { user, onStatus } = show();
    await user.keyboard("{Shift>}{ArrowRight}{/Shift}");
    expect(onStatus.mock.calls).toEqual([["a", "in_progress"]]);
  });

  test("who may only read can walk and not move", async () => {
    const { user, onStatus } = show(false);
    await user.keyboard(" {ArrowRight} ");
    await user.keyboard("{Shift>}{ArrowRight}{/Shift}");
    expect(onStatus).not.toHaveBeenCalled();
  });
});
