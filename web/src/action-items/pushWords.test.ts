import { expect, test } from "vitest";
import { connection, myToken } from "../../dev/samples";
import { writtenAs } from "./pushWords";

test("with an own token I write as myself", () =>
  expect(writtenAs(connection())).toBe("Written as Mara Lindqvist, own token."));
test("without one the rule hold is named", () =>
  expect(writtenAs(connection({ my_token: myToken({ state: "none", owner: null }) }))).toContain(
    "Held until",
  ));
test("without one the account is named where it writes", () =>
  expect(
    writtenAs(
      connection({ my_token: myToken({ state: "expired" }), without_own_token: "write_as_connection" }),
    ),
  ).toBe("Written as svc-lockstep; the history here names you."));
