import { describe, expect, test, vi } from "vitest";
import { NoAnswer, Problem, ask, newId, sentence } from "./client";

const answered = (status: number, body: unknown) =>
  Promise.resolve({
    response: new Response(null, { status }),
    ...(status < 300 ? { data: body } : { error: body }),
  });

describe("an answer", () => {
  test("gives its body", async () => expect(await ask(answered(200, { change: 7 }))).toEqual({ change: 7 }));
  test("that says no throws the problem in its words", async () => {
    const problem = {
      code: "check_failed",
      title: "Check failed",
      detail: "It lacks a right.",
      next_step: "Tick it.",
    };
    const error = await ask(answered(422, problem)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Problem);
    expect(error).toMatchObject({ status: 422, code: "check_failed" });
    expect(sentence(error)).toBe("It lacks a right. Tick it.");
  });
  test("that says no without a detail is told by its title", () =>
    expect(
      sentence(new Problem(401, { title: "The password is wrong", detail: "", next_step: "Try again." })),
    ).toBe("The password is wrong. Try again."));
  test("that is a proxy's page still is a problem", async () => {
    const error = await ask(answered(502, "<html>")).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 502, code: "http_502" });
  });
  test("that never came is told apart", async () => {
    const lost = vi.fn(() => Promise.reject(new TypeError("network")));
    await expect(ask(lost())).rejects.toBeInstanceOf(NoAnswer);
  });
  test("names what was wrong with a field", () => {
    const problem = new Problem(422, { fields: [{ field: "email", message: "is taken" }] });
    expect(problem.of("email")).toBe("is taken");
    expect(problem.of("name")).toBeNull();
  });
});

describe("an id made here", () => {
  const dice = new Uint8Array(16).fill(0xff);
  test("is a UUID of version 7", () =>
    expect(newId(0x0192_0000_0001, dice)).toBe("01920000-0001-7fff-bfff-ffffffffffff"));
  test("sorts by time", () => expect(newId(1_000, dice) < newId(2_000, new Uint8Array(16))).toBe(true));
  test("is another each time", () => expect(newId()).not.toBe(newId()));
});
