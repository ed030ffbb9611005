// A page of boards in a test: signed in, with a router of its own, and a server that answers what the test says.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  Outlet,
  RouterProvider,
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
} from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { vi } from "vitest";
import { ME } from "../../../dev/samples";
import type { Session } from "../../api/types";
import { SessionProvider } from "../../app/session";

export interface Asked {
  method: string;
  path: string;
  query: string;
  body: Record<string, unknown>;
}

type Answer = unknown | ((asked: Asked) => unknown);

/** What the server refuses: a problem with its status. */
export class Refusal {
  constructor(
    readonly status: number,
    readonly body: Record<string, unknown>,
  ) {}
}

/** Answers by `METHOD /path`; what is not listed is an empty list. Everything asked is kept. */
export function serve(answers: Record<string, Answer>): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const text = await request.text();
    const one = {
      method: request.method,
      path: new URL(request.url).pathname,
      query: new URL(request.url).search,
      body: text ? JSON.parse(text) : {},
    };
    asked.push(one);
    const answer = answers[`${one.method} ${one.path}`] ?? [];
    const said = typeof answer === "function" ? (answer as (asked: Asked) => unknown)(one) : answer;
    const [status, body] = said instanceof Refusal ? [said.status, said.body] : [200, said];
    return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
  });
  vi.stubGlobal(
    "EventSource",
    class {
      addEventListener() {}
      close() {}
    },
  );
  vi.stubGlobal("matchMedia", () => ({
    matches: false,
    addEventListener() {},
    removeEventListener() {},
  }));
  return asked;
}

/** Draws `page` at `path`; any other address of the app is an empty page. */
export function show(page: () => React.ReactNode, route: string, path: string, may: string[] = ME.may) {
  const root = createRootRoute({ component: Outlet });
  const other = (name: string) =>
    createRoute({ getParentRoute: () => root, path: name, component: () => null });
  const routes = [
    "/boards",
    "/boards/new",
    "/boards/$id",
    "/boards/$id/settings",
    "/boards/$id/publish",
    "/boards/$id/connect",
    "/boards/$id/lens",
    "/boards/$id/lens/$team",
    "/boards/$id/timeline",
    "/connections",
    "/connections/$id",
    "/profile/credentials",
  ].filter((name) => name !== route);
  const routeTree = root.addChildren([
    createRoute({ getParentRoute: () => root, path: route, component: page }),
    ...routes.map(other),
  ]);
  const router = createRouter({ routeTree, history: createMemoryHistory({ initialEntries: [path] }) });
  const session: Session = {
    phase: "signed_in",
    company: { id: "co", name: "Northquay", change: 0 },
    me: { ...ME, may },
    demo: null,
    version: "0.1.0",
  };
  render(
    <QueryClientProvider client={new QueryClient()}>
      <SessionProvider session={session} me={{ ...ME, may }}>
        {/* The app's own routes are typed; a test has some of them. */}
        <RouterProvider router={router as never} />
      </SessionProvider>
    </QueryClientProvider>,
  );
  return { user: userEvent.setup(), router };
}
