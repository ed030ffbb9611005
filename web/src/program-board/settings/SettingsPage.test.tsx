// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { CHOICES, setUp } from "../../../dev/harbour";
import { connection } from "../../../dev/samples";
import type { BoardDetail, Preview, SetUp } from "../list/shapes";
import { serve, show, type Asked } from "../list/testing";
import { SettingsPage } from "./SettingsPage";

const board: BoardDetail = {
  id: "b",
  name: "PI 26.4",
  connection: { id: "c-cloud", label: "Northquay cloud" },
  write_mode: "live",
  n_cards: 50,
  n_drafts: 0,
  import: { state: "ready", n_found: 50, n_read: 50, detail: null, leaving: null },
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
const members = ["ravi", "ines"].map((id) => ({
  id,
  name: id,
  email: "",
  role: "member",
  initials: "RS",
  avatar: 1,
  is_active: true,
  created_us: 0,
}));
const preview = (one: Asked): Preview => ({
  n_items: (one.body["set_up"] as SetUp).teams.filter((team) => team.is_shown).length * 10,
  n_dependencies: 0,
  read_us: 1,
  cells: [],
  left_out: [],
  without_iteration: { n: 0, samples: [] },
  refused: { n_tried: 0, samples: [] },
  writes: { to_sprint: "a", to_team: "b", feature: "c" },
  warnings: [],
});
let asked: Asked[] = [];
function open(changes: Partial<BoardDetail> = {}) {
  asked = serve({
    "GET /api/boards/b": { ...board, ...changes },
    "PATCH /api/boards/b": (one: Asked) => ({ ...board, ...changes, ...one.body }),
    "GET /api/connections": [connection()],
    "GET /api/members": members,
    "POST /api/boards/proposal": { name: "x", set_up: setUp(5), choices: CHOICES, warnings: [] },
    "POST /api/boards/preview": preview,
  });
  return show(SettingsPage, "/boards/$id/settings", "/boards/b/settings");
}
const button = (name: string | RegExp) => screen.findByRole<HTMLButtonElement>("button", { name });
const patches = () => asked.filter((one) => one.method === "PATCH").map((one) => one.body);

describe("a board's settings", () => {
  test("show what another answer brings, and change nothing until it is applied", async () => {
    const { user } = open();
    await user.click(await button("Change rows"));
    await user.click(screen.getByRole("checkbox", { name: "Quay" }));
    const changes = await screen.findByRole("region", { name: "What changes" });
    expect(within(changes).getByText("Quay hidden")).toBeTruthy();
    expect(await within(changes).findByText("10 items fewer: 50 become 40.")).toBeTruthy();
    expect(patches()).toEqual([]);
    await user.click(await button("Apply 1 change"));
    await waitFor(() => expect(patches()).toHaveLength(1));
    expect(Object.keys(patches()[0] ?? {})).toEqual(["set_up"]);
  });

  test("go back to what is with one click", async () => {
    const { user } = open();
    await user.click(await button("Change name"));
    await user.type(screen.getByLabelText("Name of the board"), " Harbour");
    await user.click(await button("Leave as it is"));
    expect(screen.queryByRole("region", { name: "What changes" })).toBeNull();
    expect(patches()).toEqual([]);
  });

  test("offer teams that are not on the board yet", async () => {
    const { user } = open();
    await screen.findByText(/New/);
    await user.click(await button("Change rows"));
    await user.click(await screen.findByRole("checkbox", { name: "Ledger" }));
    expect(await screen.findByText("Ledger added")).toBeTruthy();
  });

  test("change the write mode at once", async () => {
    const { user } = open();
    await user.click(await screen.findByRole("radio", { name: /Hold, then publish/ }));
    await waitFor(() => expect(patches()).toEqual([{ write_mode: "hold" }]));
  });

  test("keep a board on hold while something waits to be published", async () => {
    open({ write_mode: "hold", n_drafts: 12 });
    const live = await screen.findByRole<HTMLInputElement>("radio", { name: /^Live/ });
    expect(live.disabled).toBe(true);
    expect(screen.getByText(/12 unpublished changes wait: publish or discard them/)).toBeTruthy();
  });

  test("say who only looks on", async () => {
    const { user } = open();
    await user.selectOptions(await screen.findByLabelText("Access of ravi"), "sees");
    await user.click(await button("Save people"));
    await waitFor(() =>
      expect(patches()).toEqual([{ see: "company", people: [{ member_id: "ravi", may_edit: false }] }]),
    );
  });

  test("ask before many cards leave at once", async () => {
    const { user } = open({ import: { ...board.import, leaving: { n: 31, since_us: 1 } } });
    await user.click(await button("Keep 31 cards"));
    await waitFor(() =>
      expect(asked.find((one) => one.path === "/api/boards/b/leaving")?.body).toEqual({ choice: "keep" }),
    );
  });

  test("of a local board lead to Azure DevOps and have no write mode", async () => {
    const { user } = open({
      connection: null,
      is_local: true,
      set_up: { ...setUp(2), scope: { kind: "local" } },
    });
    const link = await screen.findByRole("link", { name: "Connect to Azure DevOps…" });
    expect(link.getAttribute("href")).toBe("/boards/b/connect");
    expect(screen.queryByRole("radio", { name: /^Live/ })).toBeNull();
    await user.click(await button("Change rows"));
    await user.clear(screen.getByLabelText("Name of team 1"));
    expect(screen.getByText("A team has no name.")).toBeTruthy();
    expect((await button(/^Apply/)).disabled).toBe(true);
    await user.type(screen.getByLabelText("Name of team 1"), "Red");
    await user.click(await button(/^Apply/));
    await waitFor(() => expect(patches()).toHaveLength(1));
    const sent = patches()[0]?.["set_up"] as SetUp;
    expect(sent.teams.map((team) => team.name)).toEqual(["Red", "Manifest"]);
  });

  test("are not changed by who may not", async () => {
    open({ may_manage: false });
    expect(await screen.findByText("Settings are changed by board admins")).toBeTruthy();
  });
});
