// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test } from "vitest";
import { CHOICES, setUp } from "../../../dev/harbour";
import { connection } from "../../../dev/samples";
import type { BoardDetail, ConnectPreview, SetUp } from "../list/shapes";
import { Refusal, serve, show, type Asked } from "../list/testing";
import { newTeam } from "../wizard/local";
import { ConnectPage } from "./ConnectPage";

const proposed = setUp(5);
const local: SetUp = {
  ...proposed,
  scope: { kind: "local" },
  teams: [
    { ...newTeam("Quay"), id: "a" },
    { ...newTeam("Reds"), id: "b" },
  ],
  columns: proposed.columns
    .slice(0, 2)
    .map((column, at) => ({ ...column, id: `i${at}`, node_ids: [at + 2] })),
  capacity: { kind: "velocity", overrides: [] },
};
const board: BoardDetail = {
  id: "b",
  name: "Autumn",
  connection: null,
  is_local: true,
  write_mode: "live",
  n_cards: 3,
  n_drafts: 0,
  import: { state: "ready", n_found: null, n_read: 0, detail: null, leaving: null },
  may_edit: true,
  may_manage: true,
  change: 1,
  set_up: local,
  created_by: "Mara Lindqvist",
  created_us: 0,
  see: "company",
  people: [],
};
const comes: ConnectPreview = {
  n_items: 3,
  n_links: 1,
  n_comments: 0,
  types: [
    {
      from: "User Story",
      to: "User Story",
      n: 3,
      samples: [{ title: "Gate", area: "Harbour\\Quay", iteration: "Harbour\\26.4\\Sprint 41" }],
    },
  ],
  states: [{ type: "User Story", from: "Active", to: "Active", n: 1 }],
  doubts: [{ what: "Assigned to Tom", why: "Nobody of that name was seen.", n: 1 }],
};

let asked: Asked[] = [];
const answers = {
  "GET /api/boards/b": board,
  "GET /api/connections": [connection()],
  "POST /api/boards/proposal": { name: "x", set_up: proposed, choices: CHOICES, warnings: [] },
  "POST /api/boards/preview": { n_items: 52 },
  "POST /api/boards/b/connect/preview": comes,
  "POST /api/boards/b/connect": { ...board, is_local: false },
};
const open = () => show(ConnectPage, "/boards/$id/connect", "/boards/b/connect");
const button = (name: string | RegExp) => screen.findByRole<HTMLButtonElement>("button", { name });
const sent = (path: string) => asked.filter((one) => one.method === "POST" && one.path === path);

beforeEach(() => {
  asked = serve(answers);
});

describe("a local board is connected", () => {
  test("once everything has its like, and nothing is asked of the server before", async () => {
    const { user, router } = open();
    const rows = await screen.findByRole("group", { name: "Rows" });
    expect(within(rows).getByText("1 of 2 teams found")).toBeTruthy();
    expect(within(rows).getByText("Say which team Reds becomes.")).toBeTruthy();
    expect((await button("Connect")).disabled).toBe(true);
    expect(sent("/api/boards/b/connect/preview")).toEqual([]);
    await user.selectOptions(await screen.findByLabelText("Reds becomes"), "Customs");
    const connect = await button("Connect with 3 cards");
    await waitFor(() => expect(connect.disabled).toBe(false));
    expect(screen.getByText("3 work items · 1 dependency")).toBeTruthy();
    expect(screen.getByText("Assigned to Tom")).toBeTruthy();
    expect(await screen.findByText(/^52 work items are in these teams/)).toBeTruthy();
    await user.click(connect);
    await waitFor(() => expect(router.state.location.pathname).toBe("/boards/b"));
    const [wish] = sent("/api/boards/b/connect");
    const set_up = wish?.body["set_up"] as SetUp;
    expect(set_up.teams.map((team) => [team.id, team.area_id])).toEqual([
      ["a", 100],
      ["b", 102],
    ]);
    expect(set_up.columns.map((column) => [column.id, column.node_ids])).toEqual([
      ["i0", [501]],
      ["i1", [502]],
    ]);
    expect(set_up.scope).toEqual(proposed.scope);
    expect(wish?.body["connection_id"]).toBe("c-cloud");
  });

  test("with a row left out, if the server has nothing against it", async () => {
    asked = serve({
      ...answers,
      "POST /api/boards/b/connect/preview": new Refusal(422, {
        code: "cannot_connect",
        title: "The board can't be connected like this",
        fields: [{ field: "teams", message: "“Reds” has cards; say which team it becomes" }],
      }),
    });
    const { user } = open();
    await user.selectOptions(await screen.findByLabelText("Reds becomes"), "Leave out");
    const rows = screen.getByRole("group", { name: "Rows" });
    expect(await within(rows).findByText("“Reds” has cards; say which team it becomes.")).toBeTruthy();
    expect((await button("Connect")).disabled).toBe(true);
  });

  test("only where it is a local one", async () => {
    asked = serve({ ...answers, "GET /api/boards/b": { ...board, is_local: false } });
    open();
    expect(await screen.findByText("This board is connected")).toBeTruthy();
  });
});
