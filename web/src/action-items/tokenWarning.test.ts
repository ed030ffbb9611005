import { describe, expect, test } from "vitest";
import { myToken } from "../../dev/samples";
import { tokenWarning } from "./tokenWarning";

describe("the own-token line", () => {
  test("is gone once every token is stored", () => expect(tokenWarning([myToken()])).toBeNull());
  test("is gone where there is no connection", () => expect(tokenWarning([])).toBeNull());
  test("stays while one is missing", () =>
    expect(tokenWarning([myToken(), myToken({ connection_label: "Yard TFS", state: "none" })])?.title).toBe(
      "You have no token of your own for “Yard TFS”.",
    ));
  test("says what happens without one", () => {
    expect(tokenWarning([myToken({ state: "none" })])?.says).toContain("waits here");
    expect(
      tokenWarning([myToken({ state: "none", without_own_token: "write_as_connection" })])?.says,
    ).toContain("the connection’s account");
  });
  test("held edits come first", () =>
    expect(
      tokenWarning([
        myToken({ connection_label: "A", state: "expired" }),
        myToken({ connection_label: "B", state: "none", held_edits: 4 }),
      ])?.title,
    ).toBe("4 of your changes on “B” wait for your token."));
  test("a token that stopped working comes before one never stored", () =>
    expect(
      tokenWarning([
        myToken({ connection_label: "A", state: "none" }),
        myToken({ connection_label: "B", state: "refused" }),
      ])?.title,
    ).toBe("Your token for “B” no longer works."));
});
