// @vitest-environment happy-dom
import { renderHook } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import * as spoken from "../ui/announce";
import * as messages from "../ui/toast";
import { place } from "./placement";
import type { BoardStore } from "./store";
import { modelOf, story } from "./testing";
import { useActs } from "./useActs";

test("an own act is told once: its message is read aloud by itself", () => {
  const announce = vi.spyOn(spoken, "announce");
  const toast = vi.spyOn(messages, "toast");
  const model = modelOf([story("a", { team: 0, column: 0 })]);
  const { frame, board, cards } = model;
  const store = {
    act: vi.fn(() => Promise.resolve(true)),
    state: { replica: { frame, board, confirmed: cards, pending: [] } },
  } as unknown as BoardStore;
  const { result } = renderHook(() => useActs(store));
  const tile = place(model).tileOf.get("a");
  expect(tile && result.current.move([tile], { team: 0, column: 1 })).toBe(true);
  expect(toast).toHaveBeenCalledOnce();
  expect(announce).not.toHaveBeenCalled();
});
