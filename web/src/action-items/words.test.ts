import { describe, expect, test } from "vitest";
import type { HistoryRow } from "../api/types";
import { fieldWord, historyAs, historyPhrase } from "./words";

const row: HistoryRow = {
  id: "h",
  at_us: 0,
  who: "Tom Okafor",
  where: "lockstep",
  what: "status",
  from: "Open",
  to: "Done",
  state: "settled",
  written_as: "Tom Okafor",
  written_with: "own_token",
  rev: 17,
  answer: null,
};

describe("a line of the history", () => {
  test("names the field and both values", () =>
    expect(historyPhrase(row)).toBe("changed status from Open to Done"));
  test("a first value is set", () =>
    expect(historyPhrase({ ...row, what: "due_on", from: null, to: "30 Oct" })).toBe(
      "set due date to 30 Oct",
    ));
  test("a value taken away is named", () =>
    expect(historyPhrase({ ...row, what: "owner", from: "Ravi Shah", to: null })).toBe(
      "cleared owner, was Ravi Shah",
    ));
  test("an act has its own words", () =>
    expect(historyPhrase({ ...row, what: "create" })).toBe("created this"));
  test("says as whom it was written", () =>
    expect(historyAs(row)).toBe("written as Tom Okafor, own token, revision 17"));
  test("says when it was the connection's account", () =>
    expect(
      historyAs({ ...row, written_as: "svc-lockstep", written_with: "connection_token", rev: null }),
    ).toBe("written as svc-lockstep, the connection’s account"));
  test("says when it came from Azure DevOps", () =>
    expect(historyAs({ ...row, where: "azure_devops" })).toBe("came from Azure DevOps, revision 17"));
  test("keeps the server's own words of a refusal", () =>
    expect(historyAs({ ...row, state: "given_up", answer: "TF401320: rule" })).toBe(
      "given up · Answer: “TF401320: rule”",
    ));
  test("a change of something only here says so", () =>
    expect(historyAs({ ...row, written_as: null, written_with: null, rev: null })).toBe("only here"));
  test("an unknown field keeps a readable name", () => expect(fieldWord("root_cause")).toBe("Root cause"));
});
