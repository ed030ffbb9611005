// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { item } from "../../dev/samples";
import type { ActionItem } from "../api/types";
import { useItemActs, useItems } from "./useItems";

interface Call {
  path: string;
  body: { id?: string; changes?: Partial<ActionItem> };
  answer: (status: number, body: unknown) => void;
  fail: () => void;
}
let calls: Call[] = [];
let n_tests = 0;
let first = item();

beforeEach(() => {
  calls = [];
  // An item of its own for each test: acts on one item wait for each other.
  n_tests += 1;
  first = item({ id: `i-${n_tests}`, title: "Before" });
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname;
    if (request.method === "GET")
      return new Response(JSON.stringify({ items: [first], change: 1 }), {
        headers: { "content-type": "application/json" },
      });
    const text = await request.text();
    return new Promise<Response>((resolve, reject) => {
      calls.push({
        path,
        body: JSON.parse(text),
        answer: (status, body) =>
          resolve(
            new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } }),
          ),
        fail: () => reject(new TypeError("network")),
      });
    });
  });
});

async function start() {
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  const { result } = renderHook(() => ({ ...useItems(), acts: useItemActs() }), { wrapper });
  await waitFor(() => expect(result.current.items).toHaveLength(1));
  const title = () => result.current.items[0]?.title;
  return { result, title };
}

describe("an act on an item", () => {
  test("shows before the server has answered", async () => {
    const { result, title } = await start();
    act(() => void result.current.acts.change(first, { title: "After" }));
    await waitFor(() => expect(title()).toBe("After"));
  });

  test("that is refused is taken back", async () => {
    const { result, title } = await start();
    act(() => void result.current.acts.change(first, { title: "After" }));
    await waitFor(() => expect(calls).toHaveLength(1));
    act(() => calls[0]?.answer(422, { detail: "No." }));
    await waitFor(() => expect(title()).toBe("Before"));
  });

  test("whose answer was lost is sent again under the same id", async () => {
    const { result, title } = await start();
    act(() => void result.current.acts.change(first, { title: "After" }));
    await waitFor(() => expect(calls).toHaveLength(1));
    act(() => calls[0]?.fail());
    await waitFor(() => expect(calls).toHaveLength(2));
    expect(calls[1]?.body.id).toBe(calls[0]?.body.id);
    act(() => calls[1]?.answer(200, item({ id: first.id, title: "After", change: 2 })));
    await waitFor(() => expect(title()).toBe("After"));
  });

  test("waits for the one before it on the same item", async () => {
    const { result, title } = await start();
    act(() => {
      void result.current.acts.change(first, { title: "Second" });
      void result.current.acts.change(first, { title: "Third" });
    });
    await waitFor(() => expect(title()).toBe("Third"));
    await waitFor(() => expect(calls).toHaveLength(1));
    act(() => calls[0]?.answer(200, item({ id: first.id, title: "Second", change: 2 })));
    await waitFor(() => expect(calls).toHaveLength(2));
    expect(title()).toBe("Third");
    expect(calls.map((call) => call.body.changes?.title)).toEqual(["Second", "Third"]);
  });
});
