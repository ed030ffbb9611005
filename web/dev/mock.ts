// A server in memory for work on pages without the real one: `LOCKSTEP_MOCK=1 npm run dev`.
// It answers plausibly and keeps nothing. `?mock=setup` and `?mock=signed_out` show the entrance.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";
import type { ActionItem, Checklist, Session } from "../src/api/types";
import { boardRoutes } from "./board-mock.ts";
import { boardPages } from "./board-pages.ts";
import { ME, item as sampleItem, workItem } from "./samples.ts";
import { PEOPLE, connections, items, now_us, syncHealth, tokens } from "./world.ts";

type Body = Record<string, unknown>;
type Handler = (parts: string[], body: Body) => unknown;
class Refused {
  constructor(
    readonly status: number,
    readonly problem: object,
  ) {}
}

export function mock(): Plugin {
  return { name: "in-memory-server", configureServer: (server) => void server.middlewares.use(serve()) };
}

function serve() {
  let change = 100;
  let phase: Session["phase"] = "signed_in";
  let me = ME;
  const held = items();
  const streams = new Set<ServerResponse>();

  const tell = (noun: string, id: string) => {
    change += 1;
    for (const stream of streams)
      stream.write(`id: ${change}\nevent: change\ndata: ${JSON.stringify({ change, noun, id })}\n\n`);
    return change;
  };
  const session = (): Session => ({
    phase,
    company: phase === "setup" ? null : { id: "co", name: "Northquay", change: 0 },
    me: phase === "signed_in" ? me : null,
    demo: phase === "setup" ? null : { people: PEOPLE, azure_devops_url: "http://127.0.0.1:8585" },
    version: "0.1.0",
  });
  const find = (id: string | undefined): ActionItem => {
    const found = held.find((one) => one.id === id);
    if (!found) throw new Refused(404, { code: "not_found", title: "Not found", detail: "It is not here." });
    return found;
  };
  const put = (next: ActionItem): ActionItem => {
    change += 1;
    const at = held.findIndex((one) => one.id === next.id);
    const kept = { ...next, change, changed_us: now_us() };
    if (at < 0) held.push(kept);
    else held[at] = kept;
    setTimeout(() => tell("action_item", next.id), 50);
    return kept;
  };
  const ownerOf = (id: unknown) => {
    const person = PEOPLE.find((one) => one.id === id);
    return person
      ? { member_id: person.id, name: person.name, initials: person.initials, avatar: person.avatar }
      : null;
  };
  const detail = (one: ActionItem) => ({ item: one, history: HISTORY(), comments: COMMENTS() });
  const patch = (one: ActionItem, { owner_id, ...changes }: Body): ActionItem =>
    ({ ...one, ...changes, ...(owner_id === undefined ? {} : { owner: ownerOf(owner_id) }) }) as ActionItem;

  const routes: Record<string, Handler> = {
    "GET session": session,
    "POST setup": () => ((phase = "signed_in"), session()),
    "POST sign-in": (_, body) => {
      if (body["password"] !== "harbour")
        throw new Refused(401, {
          code: "sign_in_refused",
          title: "Sign-in refused",
          detail: "E-mail and password do not match.",
        });
      phase = "signed_in";
      return session();
    },
    "POST sign-out": () => void (phase = "signed_out"),
    "POST demo person": (_, body) => {
      const person = PEOPLE.find((one) => one.id === body["member_id"]);
      phase = "signed_in";
      if (person)
        me = {
          ...ME,
          ...person,
          may:
            person.role === "viewer" ? [] : person.role === "company_admin" ? ME.may : ["action_items.edit"],
        };
      return session();
    },
    "PATCH me": (_, body) => (me = { ...me, ...body }),
    "POST me password": () => undefined,
    "GET sessions": () => [
      {
        id: "s1",
        created_us: now_us() - 9e9,
        last_seen_us: now_us(),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0",
        is_current: true,
      },
      {
        id: "s2",
        created_us: now_us() - 9e11,
        last_seen_us: now_us() - 9e10,
        user_agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0) Safari/605",
        is_current: false,
      },
    ],
    "DELETE sessions *": () => undefined,
    "GET members": () =>
      PEOPLE.map((one) => ({
        ...one,
        email: `${one.name.toLowerCase().replace(" ", ".")}@northquay.example`,
        is_active: one.id !== "m-jonas",
        created_us: now_us() - 9e12,
      })),
    "POST members": (_, body) => ({ ...PEOPLE[0], ...body, is_active: true, created_us: now_us() }),
    "PATCH members *": (_, body) => ({ ...PEOPLE[0], ...body }),
    "GET connections": connections,
    "POST connections": () => connections()[0],
    "POST connections test": (_, body) => check(body),
    "GET connections *": ([id]) => connections().find((one) => one.id === id) ?? find(undefined),
    "PATCH connections *": ([id], body) => ({ ...connections().find((one) => one.id === id), ...body }),
    "DELETE connections *": () => undefined,
    "POST connections * test": () => check({ token: "good" }),
    "GET connections * webhook": () => ({ url: HOOK.url, user_name: HOOK.user_name }),
    "POST connections * webhook reveal": () => HOOK,
    "POST connections * webhook rotate": () => ({
      ...HOOK,
      secret: "n3w-".repeat(10),
      rotated_us: now_us(),
      previous_valid_until_us: now_us() + 86_400e6,
    }),
    "GET connections * projects": () => [
      { id: "p-harbour", name: "Harbour" },
      { id: "p-yard", name: "Yard" },
    ],
    "GET connections * projects * targets": () => ({
      work_item_types: [
        { name: "Task", color: "F2CB1D" },
        { name: "Product Backlog Item", color: "009CCC" },
      ],
      areas: ["Harbour", "Harbour\\Quay", "Harbour\\Customs"],
      iterations: [
        { path: "Harbour", start_on: null, finish_on: null },
        { path: "Harbour\\Sprint 42", start_on: "2026-10-12", finish_on: "2026-10-23" },
      ],
    }),
    "GET me tokens": tokens,
    "PUT me tokens *": ([id], body) => {
      if (body["token"] === "bad")
        throw new Refused(422, {
          code: "check_failed",
          title: "Check failed",
          detail: "Azure DevOps refused this token.",
          next_step: "Make a new one.",
          checklist: check(body),
        });
      return { ...tokens()[1], connection_id: id };
    },
    "POST me tokens * test": () => check({ token: "good" }),
    "DELETE me tokens *": () => undefined,
    "GET action-items": () => ({ items: held.filter((one) => !one.deleted), change }),
    "GET action-items?bin": () => ({ items: held.filter((one) => one.deleted), change }),
    "POST action-items": (_, body) => {
      const number = 20 + held.length;
      const id = typeof body["id"] === "string" ? body["id"] : `i-${number}`;
      return put(patch(sampleItem({ id, number, priority: null }), body));
    },
    "POST action-items lines": (_, body) =>
      String(body["lines"])
        .split("\n")
        .filter((line) => line.trim() !== "")
        .map((title, index) =>
          put(
            sampleItem({ id: `l-${Date.now()}-${index}`, number: 30 + held.length, title, priority: null }),
          ),
        ),
    "GET action-items *": ([id]) => detail(find(id)),
    "POST action-items * edits": ([id], body) => {
      const changes = body["changes"] as Body;
      if (changes["title"] === "refuse")
        throw new Refused(422, {
          code: "refused",
          title: "Refused",
          detail: "This title is refused by the mock.",
        });
      return put(patch(find(id), changes));
    },
    "POST action-items * push": ([id], body) =>
      put({
        ...find(id),
        sync: { state: "waiting", n_waiting: 1, detail: null },
        work_item: workItem({ id: null, url: null, rev: null, type: String(body["work_item_type"]) }),
      }),
    "POST action-items * comments": ([id], body) => ({
      ...detail(find(id)),
      comments: [
        ...COMMENTS(),
        {
          id: "new",
          at_us: now_us(),
          who: me.name,
          where: "lockstep",
          html: String(body["text"]),
          state: "waiting",
        },
      ],
    }),
    "POST action-items * delete": ([id]) =>
      put({
        ...find(id),
        deleted: { at_us: now_us(), by: me.name, where: "here", until_us: now_us() + 30 * 86_400e6 },
      }),
    "POST action-items * restore": ([id]) => put({ ...find(id), deleted: null }),
    "POST edits * decide": ([id]) => {
      const one = held.find((candidate) => candidate.open_edits.some((open) => open.id === id));
      if (one) {
        const open_edits = one.open_edits.filter((open) => open.id !== id);
        put({
          ...one,
          open_edits,
          sync: open_edits.length ? one.sync : { state: "in_lockstep", n_waiting: 0, detail: null },
        });
      }
    },
    ...boardPages({ tell, Refused }),
    "GET sync": () => syncHealth(held.filter((one) => !one.deleted)),
  };

  const numbered = (noun: string, id: string) => (tell(noun, id), change);
  const refuse = (status: number, code: string, detail: string) =>
    new Refused(status, { code, title: detail, detail });
  Object.assign(routes, boardRoutes({ tell: numbered, change: () => change, refuse, others: { ...routes } }));

  return (request: IncomingMessage, response: ServerResponse, next: () => void) => {
    const url = new URL(request.url ?? "/", "http://mock");
    const wanted = url.searchParams.get("mock");
    if (wanted === "setup" || wanted === "signed_out" || wanted === "signed_in") phase = wanted;
    if (!url.pathname.startsWith("/api/")) return next();
    if (url.pathname === "/api/events") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`event: hello\ndata: ${JSON.stringify({ change })}\n\n`);
      streams.add(response);
      request.on("close", () => streams.delete(response));
      return;
    }
    const path = url.pathname.slice(5) + (url.searchParams.get("bin") === "true" ? "?bin" : "");
    void read(request).then((body) => {
      const [handler, parts] = match(routes, `${request.method} ${path.replaceAll("/", " ")}`);
      setTimeout(() => answer(response, () => handler(parts, body)), 120);
    });
  };
}

function match(routes: Record<string, Handler>, asked: string): [Handler, string[]] {
  const words = asked.split(" ");
  const patterns = Object.keys(routes).sort((a, b) => a.split("*").length - b.split("*").length);
  for (const pattern of patterns) {
    const wanted = pattern.split(" ");
    if (wanted.length !== words.length || !wanted.every((word, i) => word === "*" || word === words[i]))
      continue;
    const handler = routes[pattern];
    if (handler) return [handler, words.filter((_, i) => wanted[i] === "*")];
  }
  return [
    () => {
      throw new Refused(404, { code: "not_found", title: "Not found", detail: `No such address: ${asked}` });
    },
    [],
  ];
}

function answer(response: ServerResponse, make: () => unknown) {
  try {
    const body = make();
    response.writeHead(body === undefined ? 204 : 200, { "content-type": "application/json" });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  } catch (error) {
    const refused = error instanceof Refused ? error : new Refused(500, { title: String(error) });
    response.writeHead(refused.status, { "content-type": "application/problem+json" });
    response.end(JSON.stringify({ status: refused.status, next_step: null, fields: [], ...refused.problem }));
  }
}

async function read(request: IncomingMessage): Promise<Body> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text === "" ? {} : (JSON.parse(text) as Body);
}

const HOOK = {
  url: "https://lockstep.northquay.example/hooks/c7f2k9",
  user_name: "lockstep",
  secret: "Zk3v9QmT1x_Lw0aYb7RcUe5HnJp2sDfGi8oKtVqXzM4",
  steps: [
    "In Azure DevOps, open Project settings, Service hooks, and create a subscription of the kind Web Hooks.",
    "Choose the event Work item created; leave the filters as they are.",
    "Paste the URL, user name lockstep, and the secret as the password.",
    "Do the same for updated, deleted and restored.",
  ],
  rotated_us: null,
  previous_valid_until_us: null,
};

function check(body: Body): Checklist {
  const isBad = body["token"] === "bad";
  const isPlain =
    String(body["server_url"] ?? "").startsWith("http://") && body["allows_plain_http"] !== true;
  const required = (id: "work_items_write" | "project_read", title: string) => ({
    id,
    title,
    kind: "required" as const,
    state: isBad ? ("missing" as const) : ("ok" as const),
    detail: isBad ? "The token may not do this." : "Allowed.",
    unlocks: null,
  });
  return {
    holds: !isBad && !isPlain,
    server: {
      url: "https://dev.azure.com/northquay",
      organization: "northquay",
      flavor: "services",
      api: "7.1",
      instance_id: "x",
    },
    owner: isBad ? null : { name: "svc-lockstep", unique_name: "svc-lockstep@northquay.example" },
    token_page: "https://dev.azure.com/northquay/_usersSettings/tokens",
    steps: [
      {
        id: "server",
        title: "Server answers",
        kind: "required",
        state: "ok",
        detail: "Azure DevOps Services",
        unlocks: null,
      },
      {
        id: "organization",
        title: "Organization exists",
        kind: "required",
        state: "ok",
        detail: "northquay",
        unlocks: null,
      },
      {
        id: "token",
        title: "Token is accepted",
        kind: "required",
        state: isBad ? "missing" : "ok",
        detail: isBad ? "Answer 401." : "svc-lockstep",
        unlocks: null,
      },
      required("work_items_write", "Work Items: read and write"),
      required("project_read", "Project and Team: read"),
      {
        id: "hooks_read",
        title: "Service hooks: read",
        kind: "optional",
        state: "missing",
        detail: "Not allowed.",
        unlocks: "Shows which hooks exist.",
      },
      {
        id: "hooks_edit",
        title: "Service hooks: edit",
        kind: "optional",
        state: "not_tried",
        detail: "Known when tried.",
        unlocks: "Lets Lockstep set up and repair hooks.",
      },
    ],
    problem: isPlain
      ? {
          code: "plain_http_needs_confirmation",
          title: "The token would travel in the clear",
          detail: "This address is plain http.",
          next_step: "Confirm it, or use https.",
          answer: null,
        }
      : isBad
        ? {
            code: "wrong_token",
            title: "Azure DevOps refused the token",
            detail: "It is not known there, or was revoked.",
            next_step: "Make a new one on the token page.",
            answer: "TF400813",
          }
        : null,
    warnings: [],
  };
}

const HISTORY = () => [
  {
    id: "h1",
    at_us: now_us() - 360e6,
    who: "Ravi Shah",
    where: "lockstep",
    what: "due_on",
    from: "23 Oct",
    to: "30 Oct",
    state: "held",
    written_as: null,
    written_with: null,
    rev: null,
    answer: null,
  },
  {
    id: "h2",
    at_us: now_us() - 720e6,
    who: "Tom Okafor",
    where: "lockstep",
    what: "status",
    from: "Open",
    to: "In progress",
    state: "settled",
    written_as: "Tom Okafor",
    written_with: "own_token",
    rev: 17,
    answer: null,
  },
  {
    id: "h3",
    at_us: now_us() - 90_000e6,
    who: "Jonas Weber",
    where: "azure_devops",
    what: "status",
    from: null,
    to: "Open",
    state: "settled",
    written_as: null,
    written_with: null,
    rev: 16,
    answer: null,
  },
  {
    id: "h4",
    at_us: now_us() - 190_000e6,
    who: "Mara Lindqvist",
    where: "lockstep",
    what: "create",
    from: null,
    to: null,
    state: "settled",
    written_as: "svc-lockstep",
    written_with: "connection_token",
    rev: 1,
    answer: null,
  },
];
const COMMENTS = () => [
  {
    id: "k1",
    at_us: now_us() - 5400e6,
    who: "Elena Petrova",
    where: "azure_devops",
    html: "<p>The permit takes <b>two weeks</b>.</p>",
    state: "settled",
  },
];
