import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { LIGHT, plainColour } from "./light";

it("has the colours of the light theme", () => {
  const css = readFileSync(new URL("../../styles/tokens.css", import.meta.url), "utf8");
  const light = css.slice(0, css.indexOf("@media (prefers-color-scheme: dark)"));
  for (const [name, colour] of Object.entries(LIGHT)) expect(light).toContain(`--${name}: ${colour};`);
});

it("says colours in the one way that every viewer knows", () => {
  expect(plainColour("rgb(119 59 147)")).toBe("#773b93");
  expect(plainColour("var(--wit-bug)")).toBe(LIGHT["wit-bug"]);
  expect(plainColour("var(--nobody-knows)")).toBe(LIGHT["text-2"]);
  expect(plainColour("#123456")).toBe("#123456");
});
