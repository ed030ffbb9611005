// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { connection } from "../../../dev/samples";
import { BoardsPage } from "./BoardsPage";
import type { BoardSummary } from "./shapes";
import { serve, show, type Asked } from "./testing";

const board = (changes: Partial<BoardSummary> = {}): BoardSummary => ({
  id: "b",
  name: "PI 26.4",
  connection: { id: "c-cloud", label: "Northquay cloud" },
  write_mode: "hold",
  n_cards: 52,
  n_drafts: 12,
  import: { state: "ready", n_found: 52, n_read: 52, detail: null, leaving: null },
  may_edit: true,
  is_local: false,
  may_manage: true,
  change: 1,
  ...changes,
});
let asked: Asked[] = [];
function open(boards: BoardSummary[], connections: unknown[] = [connection()], may?: string[]) {
  asked = serve({ "GET /api/boards": boards, "GET /api/connections": connections });
  return show(BoardsPage, "/boards", "/boards", may);
}

describe("the list of boards", () => {
  test("leads to the first connection when there is none", async () => {
    open([], []);
    const link = await screen.findByRole("link", { name: "Add connection" });
    expect(link.getAttribute("href")).toBe("/connections?add=true");
  });

  test("leads to a local board where there is no connection", async () => {
    open([], []);
    const link = await screen.findByRole("link", { name: "Local board" });
    expect(link.getAttribute("href")).toBe("/boards/new?connection=local");
  });

  test("tells a local board apart", async () => {
    open([board({ connection: null, is_local: true, write_mode: "live", n_drafts: 0 })]);
    expect(await screen.findByText("Only here")).toBeTruthy();
    expect(screen.getByText("Local")).toBeTruthy();
  });

  test("leads to the first board when there is a connection", async () => {
    open([]);
    expect((await screen.findByRole("link", { name: "New board" })).getAttribute("href")).toBe("/boards/new");
  });

  test("leads nowhere for who may not make one", async () => {
    open([], [connection()], ["boards.view"]);
    expect(await screen.findByText("A board admin makes the first one.")).toBeTruthy();
    expect(screen.queryByRole("link", { name: "New board" })).toBeNull();
  });

  test("shows what waits to be published and how far an import is", async () => {
    open([
      board(),
      board({
        id: "c",
        name: "Yard",
        n_drafts: 0,
        import: { state: "importing", n_found: 100, n_read: 25, detail: null, leaving: null },
      }),
    ]);
    const link = await screen.findByRole("link", { name: "12 changes" });
    expect(link.getAttribute("href")).toBe("/boards/b/publish");
    expect(screen.getByText("25 of 100 read")).toBeTruthy();
  });

  test("deletes only after it was said what goes, and names it on the button", async () => {
    const { user } = open([board()]);
    await user.click(await screen.findByRole("button", { name: "Acts on PI 26.4" }));
    await user.click(await screen.findByRole("menuitem", { name: "Delete…" }));
    const dialog = await screen.findByRole("dialog");
    expect(within(dialog).getByText("Nothing changes in Azure DevOps.")).toBeTruthy();
    await user.click(within(dialog).getByRole("button", { name: "Delete board and discard 12 changes" }));
    await waitFor(() => expect(asked.some((one) => one.method === "DELETE")).toBe(true));
    expect(asked.find((one) => one.method === "DELETE")).toMatchObject({
      path: "/api/boards/b",
      query: "?discard=true",
    });
  });

  test("renames", async () => {
    const { user } = open([board({ n_drafts: 0 })]);
    await user.click(await screen.findByRole("button", { name: "Acts on PI 26.4" }));
    await user.click(await screen.findByRole("menuitem", { name: "Rename…" }));
    const field = await screen.findByLabelText("Name");
    await user.clear(field);
    await user.type(field, "PI 26.4 Harbour{Enter}");
    await waitFor(() =>
      expect(asked.find((one) => one.method === "PATCH")?.body).toEqual({ name: "PI 26.4 Harbour" }),
    );
  });

  test("offers no acts to who may only look", async () => {
    open([board({ may_manage: false })]);
    await screen.findByRole("link", { name: "PI 26.4" });
    expect(screen.queryByRole("button", { name: /^Acts on/ })).toBeNull();
  });
});
