import { describe, expect, test } from "vitest";
import { connection, myToken } from "../../dev/samples";
import type { Checklist, CheckStep } from "../api/types";
import {
  expiryOf,
  globalTokenWords,
  hooksWord,
  isPlainHttp,
  optionalWords,
  ownTokenPill,
  pollWords,
  requiredWords,
  stateOf,
  stateSays,
  stepWord,
  tokenPage,
  writesWith,
} from "./words";

const now = new Date(2026, 9, 22, 12, 0, 0).getTime();

describe("tokens for all organizations", () => {
  test("stop working, until the day", () => expect(globalTokenWords("2026-11-30")).toContain("stop working"));
  test("stopped working, from the day on", () => {
    expect(globalTokenWords("2026-12-01")).toContain("stopped working");
    expect(globalTokenWords("2027-05-01")).toContain("stopped working");
  });
});

describe("the page where a token is made", () => {
  test("is found from an organization's name", () =>
    expect(tokenPage("northquay")).toEqual({
      host: "dev.azure.com/northquay",
      url: "https://dev.azure.com/northquay/_usersSettings/tokens",
    }));
  test("is found from either address of Azure DevOps Services", () => {
    expect(tokenPage("https://dev.azure.com/northquay/Harbour")?.host).toBe("dev.azure.com/northquay");
    expect(tokenPage("https://northquay.visualstudio.com")?.host).toBe("dev.azure.com/northquay");
  });
  test("is on the server itself for a collection", () =>
    expect(tokenPage("https://tfs.northquay.example/tfs/Yard/")?.url).toBe(
      "https://tfs.northquay.example/tfs/Yard/_details/security/tokens",
    ));
  test("keeps a port", () => expect(tokenPage("http://10.0.0.7:8080/tfs/Yard")?.host).toBe("10.0.0.7:8080"));
  test("is not guessed from half an address", () => {
    expect(tokenPage("")).toBeNull();
    expect(tokenPage("https://dev.azure.com/")).toBeNull();
    expect(tokenPage("two words")).toBeNull();
    expect(tokenPage("https://tfs.northquay.example")).toBeNull();
  });
});

describe("plain http", () => {
  test("is seen", () => expect(isPlainHttp(" http://tfs/Yard")).toBe(true));
  test("https and names are not", () => {
    expect(isPlainHttp("https://tfs/Yard")).toBe(false);
    expect(isPlainHttp("northquay")).toBe(false);
  });
});

describe("the token's date", () => {
  const token = connection().token;
  test("far away is quiet", () =>
    expect(expiryOf({ ...token, expires_on: "2027-02-14" }, now)).toEqual({
      text: "14 Feb 2027",
      tone: "plain",
    }));
  test("30 days before is a warning", () =>
    expect(expiryOf({ ...token, expires_on: "2026-11-21" }, now)).toEqual({
      text: "21 Nov · 30 days",
      tone: "warn",
    }));
  test("31 days before is not", () =>
    expect(expiryOf({ ...token, expires_on: "2026-11-22" }, now).tone).toBe("plain"));
  test("past is expired", () =>
    expect(expiryOf({ ...token, expires_on: "2026-10-11", state: "expired" }, now)).toEqual({
      text: "Expired 11 Oct",
      tone: "bad",
    }));
  test("a refused token is refused, whatever its date", () =>
    expect(expiryOf({ ...token, state: "refused" }, now).text).toBe("Refused"));
  test("none given is said", () =>
    expect(expiryOf({ ...token, expires_on: null }, now).text).toBe("No date given"));
});

describe("the state of a connection", () => {
  test("disabled comes before anything else", () =>
    expect(stateOf(connection({ is_enabled: false })).word).toBe("Disabled"));
  test("decisions are counted", () =>
    expect(stateOf(connection({ counts: { waiting: 0, needs_decision: 2, paired: 9 } }))).toEqual({
      word: "2 decisions",
      tone: "warn",
    }));
  test("a restored one says that it reads before it writes", () => {
    const health = { ...connection().health, to_reconcile: 12 };
    expect(stateOf(connection({ health })).word).toBe("Restored, reading again");
    expect(stateSays(connection({ health }), now)).toBe(
      "Restored from a backup. 12 work items to read again before anything is written.",
    );
  });
  test("polling is neutral", () =>
    expect(
      pollWords(
        { ...connection().health, last_poll_us: (now - 12_000) * 1000, poll_interval_ms: 60_000 },
        now,
      ),
    ).toBe("Every 60 s, last 12 s ago"));
  test("without hooks it polls", () => expect(hooksWord(connection(), now)).toBe("None, polling"));
  test("says with whose token it writes", () => {
    expect(writesWith(connection())).toBe("Own tokens, else hold");
    expect(writesWith(connection({ without_own_token: "write_as_connection" }))).toBe(
      "Own tokens, else svc-lockstep",
    );
  });
});

describe("the checklist", () => {
  const step = (id: CheckStep["id"], kind: CheckStep["kind"], state: CheckStep["state"]): CheckStep => ({
    id,
    kind,
    state,
    title: id,
    detail: "",
    unlocks: null,
  });
  const checklist = (...steps: CheckStep[]): Checklist => ({
    holds: true,
    server: null,
    owner: null,
    token_page: null,
    steps,
    problem: null,
    warnings: [],
  });
  test("counts the two rights, not the steps before them", () =>
    expect(
      requiredWords(
        checklist(
          step("server", "required", "ok"),
          step("work_items_write", "required", "ok"),
          step("project_read", "required", "missing"),
        ),
      ),
    ).toEqual({ word: "Required 1 of 2", isOk: false }));
  test("a step before the rights is answered, not allowed", () => {
    expect(stepWord(step("token", "required", "missing"))).toBe("No");
    expect(stepWord(step("server", "required", "ok"))).toBe("Yes");
    expect(stepWord(step("project_read", "required", "missing"))).toBe("Lacking");
    expect(stepWord(step("hooks_edit", "optional", "not_tried"))).toBe("Known when tried");
  });
  test("optional rights are never needed", () =>
    expect(
      optionalWords(
        checklist(step("hooks_read", "optional", "missing"), step("hooks_edit", "optional", "ok")),
      ),
    ).toBe("Optional rights: none needed, 1 would unlock more"));
});

describe("an own token", () => {
  test("that works says so", () => expect(ownTokenPill(myToken()).word).toBe("Works"));
  test("that ends soon warns", () =>
    expect(ownTokenPill(myToken({ days_left: 7 })).word).toBe("Expires in 7 days"));
  test("that is missing counts what waits for it", () =>
    expect(ownTokenPill(myToken({ state: "none", held_edits: 4 })).word).toBe("4 edits wait for it"));
});
