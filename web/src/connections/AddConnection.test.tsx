// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { connection } from "../../dev/samples";
import type { Checklist, CheckStep } from "../api/types";
import { AddConnection } from "./AddConnection";

const step = (
  id: CheckStep["id"],
  state: CheckStep["state"],
  kind: CheckStep["kind"] = "required",
): CheckStep => ({
  id,
  kind,
  state,
  title: id,
  detail: "",
  unlocks: null,
});
const good: Checklist = {
  holds: true,
  server: {
    url: "https://dev.azure.com/northquay",
    organization: "northquay",
    flavor: "services",
    api: "7.1",
    instance_id: "x",
  },
  owner: { name: "svc-lockstep", unique_name: null },
  token_page: "https://dev.azure.com/northquay/_usersSettings/tokens",
  steps: [
    step("work_items_write", "ok"),
    step("project_read", "ok"),
    step("hooks_edit", "not_tried", "optional"),
  ],
  problem: null,
  warnings: [],
};
const bad: Checklist = {
  ...good,
  holds: false,
  steps: [step("work_items_write", "missing"), step("project_read", "ok")],
  problem: {
    code: "missing_right",
    title: "A right is missing",
    detail: "The token lacks Work Items.",
    next_step: "Tick it and test again.",
    answer: null,
  },
};

/** What was sent, and what the server says next. */
let sent: { url: string; body: Record<string, unknown> }[] = [];
let answers: { status: number; body: unknown }[] = [];

beforeEach(() => {
  sent = [];
  answers = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const text = await request.text();
    sent.push({ url: new URL(request.url).pathname, body: text ? JSON.parse(text) : {} });
    const { status, body } = answers.shift() ?? { status: 200, body: [] };
    return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
  });
});

async function show(server = "northquay") {
  const onSaved = vi.fn();
  const user = userEvent.setup();
  render(
    <QueryClientProvider client={new QueryClient()}>
      <AddConnection onClose={() => undefined} onSaved={onSaved} />
    </QueryClientProvider>,
  );
  await user.type(screen.getByLabelText("Server URL or organization"), server);
  await user.type(screen.getByLabelText("Personal access token"), "t0ken");
  return { user, onSaved };
}
const button = (name: string) => screen.getByRole<HTMLButtonElement>("button", { name });

describe("adding a connection", () => {
  test("what happens without an own token is not chosen for anybody", async () => {
    const { user } = await show();
    expect(screen.getAllByRole<HTMLInputElement>("radio").map((radio) => radio.checked)).toEqual([
      false,
      false,
    ]);
    await user.click(button("Save and enable"));
    expect(screen.getByText(/Choose one/)).toBeTruthy();
    expect(sent).toEqual([]);
  });

  test("a test that holds says so in one line and folds what is optional", async () => {
    const { user } = await show();
    answers.push({ status: 200, body: good });
    await user.click(button("Test connection"));
    expect(await screen.findByText("Required 2 of 2")).toBeTruthy();
    expect(screen.getByText("Optional rights: none needed, 1 would unlock more")).toBeTruthy();
    expect(sent).toEqual([
      { url: "/api/connections/test", body: { server_url: "northquay", token: "t0ken" } },
    ]);
  });

  test("a lacking right is named with its next step", async () => {
    const { user } = await show();
    answers.push({ status: 200, body: bad });
    await user.click(button("Test connection"));
    expect(await screen.findByText("A right is missing")).toBeTruthy();
    expect(screen.getByText("Tick it and test again.")).toBeTruthy();
    expect(screen.getByText("Lacking")).toBeTruthy();
  });

  test("another token makes the old result void", async () => {
    const { user } = await show();
    answers.push({ status: 200, body: good });
    await user.click(button("Test connection"));
    await screen.findByText("Required 2 of 2");
    await user.type(screen.getByLabelText("Personal access token"), "x");
    expect(screen.queryByText("Required 2 of 2")).toBeNull();
  });

  test("plain http asks first, and says what was agreed to", async () => {
    const { user } = await show("http://10.0.0.7/tfs/Yard");
    expect(button("Test connection").disabled).toBe(true);
    await user.click(screen.getByRole("checkbox"));
    answers.push({ status: 200, body: good });
    await user.click(button("Test connection"));
    await screen.findByText("Required 2 of 2");
    expect(sent[0]?.body["allows_plain_http"]).toBe(true);
  });

  test("saving sends what was chosen and opens the connection", async () => {
    const { user, onSaved } = await show();
    await user.click(screen.getByRole("radio", { name: /Hold the edit/ }));
    answers.push({ status: 201, body: connection() });
    await user.click(button("Save and enable"));
    await vi.waitFor(() => expect(onSaved).toHaveBeenCalled());
    expect(sent[0]).toEqual({
      url: "/api/connections",
      body: { server_url: "northquay", token: "t0ken", label: "northquay", without_own_token: "hold" },
    });
  });

  test("a refused save shows the check it failed", async () => {
    const { user, onSaved } = await show();
    await user.click(screen.getByRole("radio", { name: /Hold the edit/ }));
    answers.push({
      status: 422,
      body: { code: "check_failed", title: "Check failed", detail: "", checklist: bad },
    });
    await user.click(button("Save and enable"));
    expect(await screen.findByText("A right is missing")).toBeTruthy();
    expect(onSaved).not.toHaveBeenCalled();
  });

  test("the typed address is kept when the dialog closes, the token never", async () => {
    await show();
    const kept = JSON.stringify({ ...sessionStorage, ...localStorage });
    expect(kept).toContain("northquay");
    expect(kept).not.toContain("t0ken");
  });

  test("the token is hidden until it is asked for", async () => {
    const { user } = await show();
    const field = () => screen.getByLabelText<HTMLInputElement>("Personal access token");
    expect(field().type).toBe("password");
    await user.click(button("Show token"));
    expect(field().type).toBe("text");
  });
});
