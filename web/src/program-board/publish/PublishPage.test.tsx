// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import { setUp } from "../../../dev/harbour";
import type { BoardDetail } from "../list/shapes";
import { serve, show, type Asked } from "../list/testing";
import { PublishPage } from "./PublishPage";
import type { Review, ReviewItem } from "./shapes";

const MARA = { member_id: "m-mara", name: "Mara Lindqvist", initials: "ML" };
const board: BoardDetail = {
  id: "b",
  name: "PI 26.4",
  connection: { id: "c-cloud", label: "Northquay cloud" },
  write_mode: "hold",
  n_cards: 3,
  n_drafts: 3,
  import: { state: "ready", n_found: 3, n_read: 3, detail: null, leaving: null },
  may_edit: true,
  is_local: false,
  may_manage: true,
  change: 1,
  set_up: setUp(5),
  created_by: "Mara Lindqvist",
  created_us: 0,
  see: "company",
  people: [],
};
const item = (id: string, changes: Partial<ReviewItem> = {}): ReviewItem => ({
  item: id,
  number: Number(id),
  type: "Feature",
  type_color: null,
  title: `Feature ${id}`,
  team: 0,
  column: 0,
  changes: [{ edit: `e${id}`, field: "state", label: "State", from: "New", to: "Active", by: MARA }],
  writes: [{ ...MARA, with: "own_token" }],
  result: "taken",
  answer: null,
  merged: null,
  conflict: null,
  fix: null,
  ...changes,
});
const refused = item("2", {
  result: "refused",
  answer: "TF401320: Root cause is required.",
  fix: { field: "Custom.RootCause", name: "Root cause", values: ["Design error"] },
});
const review = (changes: Partial<Review> = {}): Review => ({
  since_us: 1,
  tried_us: Date.now() * 1000,
  is_stale: false,
  items: [item("1"), refused, item("3")],
  run: null,
  ...changes,
});

let asked: Asked[] = [];
function open(answers: Record<string, unknown> = {}) {
  asked = serve({
    "GET /api/boards/b": board,
    "GET /api/boards/b/publish": review(),
    "POST /api/boards/b/publish/try": review(),
    "POST /api/boards/b/publish": {},
    ...answers,
  });
  return show(PublishPage, "/boards/$id/publish", "/boards/b/publish");
}
const button = (name: string | RegExp) => screen.findByRole<HTMLButtonElement>("button", { name });
const tick = (n: number) => screen.findByRole<HTMLInputElement>("checkbox", { name: `Publish ${n}` });
const sent = (path: string) =>
  asked.filter((one) => one.method === "POST" && one.path === `/api/boards/b/${path}`);

describe("the review before publishing", () => {
  test("chooses everything that would be taken, and nothing that is refused", async () => {
    open();
    expect((await tick(1)).checked).toBe(true);
    expect((await tick(2)).checked).toBe(false);
    expect((await tick(2)).disabled).toBe(true);
    expect(await button("Publish 2 changes")).toBeTruthy();
  });

  test("publishes what is chosen", async () => {
    const { user } = open();
    await user.click(await tick(3));
    await user.click(await button("Publish 1 change"));
    await waitFor(() => expect(sent("publish")).toHaveLength(1));
    expect(sent("publish")[0]?.body["items"]).toEqual(["1"]);
    expect(sent("publish/try")).toEqual([]);
  });

  test("is tried at once when it never was", async () => {
    open({ "GET /api/boards/b/publish": review({ tried_us: null }) });
    await waitFor(() => expect(sent("publish/try")).toHaveLength(1));
  });

  test("is tried again first when the board went on, and stops at what is refused now", async () => {
    const later = review({ items: [item("1", { result: "refused", answer: "No." }), refused, item("3")] });
    // Somebody moves a card right after the first try.
    const tries = [review({ is_stale: true }), later];
    let last: Review | undefined = review();
    const { user } = open({
      "GET /api/boards/b/publish": () => last,
      "POST /api/boards/b/publish/try": () => (last = tries.shift()),
    });
    await user.click(await button("Try all again"));
    await screen.findByText(/so it is tried again first/);
    await user.click(await button("Publish 2 changes"));
    expect(await screen.findByText("Nothing was published.")).toBeTruthy();
    expect(sent("publish")).toEqual([]);
  });

  test("shows what others do meanwhile without being asked", async () => {
    let last = review();
    serve({ "GET /api/boards/b": board, "GET /api/boards/b/publish": () => last });
    const heard: Record<string, (event: { data: string }) => void> = {};
    vi.stubGlobal(
      "EventSource",
      class {
        addEventListener(name: string, listener: (event: { data: string }) => void) {
          heard[name] = listener;
        }
        close() {}
      },
    );
    show(PublishPage, "/boards/$id/publish", "/boards/b/publish");
    await tick(1);
    const conflict = { edit: "e1", label: "State", ours: "Active", theirs: "Closed", theirs_by: "Ines" };
    last = review({ items: [item("1", { result: "conflict", conflict }), refused, item("3")] });
    heard["change"]?.({ data: JSON.stringify({ change: 2, noun: "card", id: "b" }) });
    expect(await screen.findByText(/Ines/)).toBeTruthy();
  });

  test("fills in the field that a rule asked for and tries again", async () => {
    const { user } = open();
    await user.selectOptions(await screen.findByLabelText("Root cause of 2"), "Design error");
    await user.click(await button("Fill in and try again"));
    await waitFor(() => expect(sent("publish/try")).toHaveLength(1));
    expect(sent("acts")[0]?.body["acts"]).toEqual([
      { kind: "set", item: "2", field: "other", to: { name: "Custom.RootCause", value: "Design error" } },
    ]);
  });

  test("leads to Azure DevOps for what cannot be filled in here", async () => {
    const url = "https://dev.azure.com/northquay/Harbour/_workitems/edit/2";
    open({
      "GET /api/boards/b/publish": review({ items: [item("2", { result: "refused", answer: "No.", url })] }),
    });
    const link = await screen.findByRole("link", { name: "Open in Azure DevOps" });
    expect(link.getAttribute("href")).toBe(url);
    expect(screen.queryByRole("button", { name: "Fill in and try again" })).toBeNull();
  });

  test("puts one back by giving it up", async () => {
    const { user } = open();
    await user.click(await button("Put 1 back"));
    await waitFor(() => expect(sent("discard")).toHaveLength(1));
    expect(sent("discard")[0]?.body["items"]).toEqual(["1"]);
  });

  test("discards all only after it was said what goes", async () => {
    const { user } = open();
    await user.click(await button("Discard all…"));
    const dialog = await screen.findByRole("dialog");
    expect(within(dialog).getByText(/3 changes on 3 work items, made by Mara Lindqvist/)).toBeTruthy();
    expect(sent("discard")).toEqual([]);
    await user.click(within(dialog).getByRole("button", { name: "Discard 3 changes" }));
    await waitFor(() => expect(sent("discard")[0]?.body["items"]).toBeNull());
  });

  test("shows a publish that runs, and stops it", async () => {
    const run = { state: "running" as const, n_all: 2, started_us: 0, ended_us: null, results: [] };
    const { user } = open({ "GET /api/boards/b/publish": review({ run }) });
    expect(await screen.findByText("Publishing, 0 of 2 done")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /^Publish/ })).toBeNull();
    await user.click(await button("Stop after this one"));
    await waitFor(() => expect(sent("publish/stop")).toHaveLength(1));
  });

  test("groups by person", async () => {
    const { user } = open();
    expect(await screen.findByRole("region", { name: "Quay" })).toBeTruthy();
    await user.click(await button("By person"));
    expect(screen.getByRole("region", { name: "Mara Lindqvist" })).toBeTruthy();
  });

  test("lets a conflict be decided where it is", async () => {
    const conflict = { edit: "e9", label: "Title", ours: "A", theirs: "B", theirs_by: "Elena" };
    const { user } = open({
      "GET /api/boards/b/publish": review({ items: [item("9", { result: "conflict", conflict })] }),
    });
    expect((await tick(9)).disabled).toBe(true);
    await user.click(await button("Take Azure DevOps’ version"));
    await waitFor(() =>
      expect(asked.find((one) => one.path === "/api/edits/e9/decide")?.body).toMatchObject({
        choice: "theirs",
        seen: "B",
      }),
    );
  });

  test("with nothing to publish says so", async () => {
    open({ "GET /api/boards/b/publish": review({ items: [] }) });
    expect(await screen.findByText("Nothing waits to be published")).toBeTruthy();
  });

  test("is only looked at by who may not edit", async () => {
    open({ "GET /api/boards/b": { ...board, may_edit: false, may_manage: false } });
    expect((await tick(1)).disabled).toBe(true);
    expect(screen.queryByRole("button", { name: /Publish|Discard|Try/ })).toBeNull();
  });
});
