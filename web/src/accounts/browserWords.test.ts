import { expect, test } from "vitest";
import { browserWords } from "./browserWords";

const CHROMIUM =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36";

test("Chrome is not taken for Safari", () => expect(browserWords(CHROMIUM).name).toBe("Chrome on Linux"));
test("Edge is not taken for Chrome", () =>
  expect(browserWords(`${CHROMIUM} Edg/156.0`).name).toBe("Edge on Linux"));
test("a phone is one", () =>
  expect(browserWords("Mozilla/5.0 (iPhone; CPU iPhone OS 26_0) Version/26 Safari/605").isPhone).toBe(true));
test("what nobody knows keeps its own name", () => expect(browserWords("curl/8.5").name).toBe("curl/8.5"));
test("nothing is said to be unknown", () => expect(browserWords("").name).toBe("Unknown browser"));
