import { expect, it } from "vitest";
import { fileName, scaleFor } from "./file";

it("names a file as the board, as any disk allows", () => {
  expect(fileName("PI 26.4 Harbour platform", "2026-11-29", "png")).toBe(
    "PI 26.4 Harbour platform 2026-11-29.png",
  );
  expect(fileName("../../etc: <plan>?", "2026-11-29", "csv")).toBe("etc plan 2026-11-29.csv");
  expect(fileName("???", "2026-11-29", "svg")).toBe("Board 2026-11-29.svg");
  expect(fileName("Käse – Ö", "2026-11-29", "svg")).toBe("Käse Ö 2026-11-29.svg");
});

it("makes a picture as sharp as a browser can hold, and none that is too blurred to read", () => {
  expect(scaleFor({ width: 1_300, height: 900 })).toBe(2);
  const tall = scaleFor({ width: 1_300, height: 20_000 });
  expect(tall).not.toBeNull();
  expect(20_000 * (tall ?? 9)).toBeLessThanOrEqual(16_000);
  expect(scaleFor({ width: 1_300, height: 90_000 })).toBeNull();
});
