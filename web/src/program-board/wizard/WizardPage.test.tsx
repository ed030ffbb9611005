// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test } from "vitest";
import { CHOICES, setUp } from "../../../dev/harbour";
import { connection } from "../../../dev/samples";
import type { Preview, Proposal, SetUp } from "../list/shapes";
import { Refusal, serve, show, type Asked } from "../list/testing";
import { WizardPage } from "./WizardPage";

const proposal: Proposal = {
  name: "PI 26.4 Harbour platform",
  set_up: setUp(5),
  choices: CHOICES,
  warnings: [],
};
const preview = (asked: Asked): Preview => {
  const { teams } = asked.body["set_up"] as SetUp;
  return {
    n_items: teams.filter((team) => team.is_shown).length * 10,
    n_dependencies: 3,
    read_us: 1,
    cells: [{ team_id: "t-quay", column_id: "c-1", n: 1, cards: [{ id: 4102, type: "Feature" }] }],
    left_out: [],
    without_iteration: { n: 0, samples: [] },
    refused: { n_tried: 50, samples: [] },
    writes: { to_sprint: "a", to_team: "b", feature: "c" },
    warnings: [],
  };
};

let asked: Asked[] = [];
const answers = {
  "GET /api/connections": [connection()],
  "POST /api/boards/proposal": proposal,
  "POST /api/boards/preview": preview,
  "POST /api/boards": { id: "b-1", name: "PI 26.4 Harbour platform" },
};
const open = () => show(WizardPage, "/boards/new", "/boards/new");
const button = (name: string | RegExp) => screen.findByRole<HTMLButtonElement>("button", { name });
const sent = (path: string) => asked.filter((one) => one.method === "POST" && one.path === path);

beforeEach(() => {
  asked = serve(answers);
});

describe("a new board", () => {
  test("with one connection is one click away", async () => {
    const { user, router } = open();
    await user.click(await button("Create board with 50 items"));
    await waitFor(() => expect(router.state.location.pathname).toBe("/boards/b-1"));
    expect(sent("/api/boards")[0]?.body).toMatchObject({
      name: "PI 26.4 Harbour platform",
      connection_id: "c-cloud",
      write_mode: "hold",
      set_up: proposal.set_up,
    });
  });

  test("has an id of its own, so that a second click makes no second board", async () => {
    const { user } = open();
    const create = await button("Create board with 50 items");
    await user.dblClick(create);
    await waitFor(() => expect(sent("/api/boards").length).toBeGreaterThan(0));
    expect(new Set(sent("/api/boards").map((one) => one.body["id"])).size).toBe(1);
  });

  test("shows another preview when an answer changes", async () => {
    const { user } = open();
    await button("Create board with 50 items");
    await user.click(await button("Change rows"));
    await user.click(screen.getByRole("checkbox", { name: "Quay" }));
    await button("Create board with 40 items");
    expect(screen.getByText("Area paths of 4 teams, in 26.4")).toBeTruthy();
  });

  test("closes an answer with escape and gives the focus back", async () => {
    const { user } = open();
    await user.click(await button("Change name"));
    const field = screen.getByLabelText<HTMLInputElement>("Name of the board");
    expect(document.activeElement).toBe(field);
    await user.keyboard("{Escape}");
    expect(screen.queryByLabelText("Name of the board")).toBeNull();
    expect(document.activeElement?.textContent).toBe("Change");
  });

  test("without a name is not made, and says so at the name", async () => {
    const { user } = open();
    await user.click(await button("Change name"));
    await user.clear(screen.getByLabelText("Name of the board"));
    expect(
      within(screen.getByRole("group", { name: "Name" })).getByText("Give the board a name."),
    ).toBeTruthy();
    expect((await button(/^Create board/)).disabled).toBe(true);
  });

  test("tells a wrong query in the server's own words and keeps what it had", async () => {
    asked = serve({
      ...answers,
      "POST /api/connections/c-cloud/wiql": new Refusal(422, {
        title: "Refused",
        detail: "TF51006: The query statement is missing a FROM clause.",
      }),
    });
    const { user } = open();
    await user.click(await button("Change cards from"));
    await user.click(await button("WIQL"));
    expect(await screen.findByText(/TF51006: The query statement is missing a FROM clause/)).toBeTruthy();
    expect(screen.getByText("Area paths of 5 teams, in 26.4")).toBeTruthy();
  });

  test("takes a query that holds as its scope", async () => {
    asked = serve({ ...answers, "POST /api/connections/c-cloud/wiql": { n: 52 } });
    const { user } = open();
    await user.click(await button("Change cards from"));
    await user.click(await button("WIQL"));
    expect(await screen.findByText("52 work items")).toBeTruthy();
    expect(await screen.findByText("A query in WIQL")).toBeTruthy();
  });

  test("shows what the server says of an answer at that answer", async () => {
    asked = serve({
      ...answers,
      "POST /api/boards": new Refusal(422, {
        title: "Not valid",
        fields: [{ field: "set_up.teams.1.areas", message: "a team has at least one area" }],
      }),
    });
    const { user } = open();
    await user.click(await button("Create board with 50 items"));
    const rows = screen.getByRole("group", { name: "Rows" });
    expect(await within(rows).findByText("Manifest: a team has at least one area.")).toBeTruthy();
  });

  test("of a connection that cannot be asked says why and offers another try", async () => {
    asked = serve({
      ...answers,
      "POST /api/boards/proposal": new Refusal(409, {
        title: "The token is refused",
        next_step: "Replace it on the connection’s page.",
      }),
    });
    open();
    expect(await screen.findByText(/Replace it on the connection’s page/)).toBeTruthy();
    expect(await button("Try again")).toBeTruthy();
  });

  test("needs a connection first", async () => {
    asked = serve({ ...answers, "GET /api/connections": [] });
    open();
    expect(await screen.findByRole("link", { name: "Add connection" })).toBeTruthy();
  });

  test("needs no connection to be a local one, and is two clicks away", async () => {
    asked = serve({ ...answers, "GET /api/connections": [] });
    const { user, router } = open();
    await user.click(await button("Make a local board"));
    await user.click(await button("Create board"));
    await waitFor(() => expect(router.state.location.pathname).toBe("/boards/b-1"));
    const body = sent("/api/boards")[0]?.body;
    expect(body).toMatchObject({ name: "Program board", connection_id: null });
    const { scope, teams, columns } = body?.["set_up"] as SetUp;
    expect([scope, teams.length, columns.length]).toEqual([{ kind: "local" }, 3, 5]);
    expect(sent("/api/boards/proposal")).toEqual([]);
  });

  test("can be a local one beside connections, with teams and iterations typed in", async () => {
    const { user } = open();
    await button("Create board with 50 items");
    await user.click(await button("Change connection"));
    await user.click(screen.getByRole("radio", { name: /a local board/ }));
    await user.click(await button("Change rows"));
    await user.click(await button("Take Team C away"));
    await user.clear(screen.getByLabelText("Name of team 1"));
    await user.type(screen.getByLabelText("Name of team 1"), "Quay");
    await user.click(await button("Done with rows"));
    await user.click(await button("Change columns"));
    await user.clear(screen.getByLabelText("Iterations"));
    await user.type(screen.getByLabelText("Iterations"), "3");
    await user.click(await button("Create board"));
    await waitFor(() => expect(sent("/api/boards")).toHaveLength(1));
    const { teams, columns } = sent("/api/boards")[0]?.body["set_up"] as SetUp;
    expect(teams.map((team) => team.name)).toEqual(["Quay", "Team B"]);
    expect(columns.map((column) => column.name)).toEqual(["Iteration 1", "Iteration 2", "Iteration 3"]);
  });

  test("is made by those who may", async () => {
    show(WizardPage, "/boards/new", "/boards/new", ["boards.view"]);
    expect(await screen.findByText("Boards are made by board admins")).toBeTruthy();
    expect(sent("/api/boards/proposal")).toEqual([]);
  });
});
