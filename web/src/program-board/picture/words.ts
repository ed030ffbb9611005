// Texts in a picture: cut or broken by the same arithmetic that the board's layout goes by. Pure.
import { textWidth } from "../textWidth";
import { shape, px, type Attributes, type Shape } from "./shape";

const MORE = "…";

/** As much of a text as fits into a width. */
export function fitted(text: string, size_px: number, width_px: number): string {
  if (textWidth(text, size_px) <= width_px) return text;
  const chars = [...text];
  let n = chars.length;
  while (n > 0 && textWidth(chars.slice(0, n).join("").trimEnd() + MORE, size_px) > width_px) n -= 1;
  return chars.slice(0, n).join("").trimEnd() + MORE;
}

/** A text in at most so many lines: broken at blanks, within a word that is longer than a line, the last line cut. */
export function broken(text: string, size_px: number, width_px: number, n_lines: number): string[] {
  const lines: string[] = [];
  let rest = text.trim().replace(/\s+/g, " ");
  while (rest !== "" && lines.length < n_lines) {
    const isLast = lines.length === n_lines - 1;
    const n = isLast ? rest.length : lineLength(rest, size_px, width_px);
    lines.push(isLast ? fitted(rest, size_px, width_px) : rest.slice(0, n).trimEnd());
    rest = rest.slice(n).trimStart();
  }
  return lines;
}

/** How much of a text, in code units, stands in the first line. */
function lineLength(text: string, size_px: number, width_px: number): number {
  let width = 0;
  let n = 0;
  let blank = 0;
  for (const char of text) {
    width += textWidth(char, size_px);
    if (width > width_px) return blank > 0 ? blank : Math.max(n, char.length);
    n += char.length;
    if (char === " " || char === "-") blank = n;
  }
  return text.length;
}

/** A line of text; `y` is its baseline. */
export function line(
  text: string,
  x: number,
  y: number,
  size: number,
  fill: string,
  more: Attributes = {},
): Shape {
  return shape("text", { x: px(x), y: px(y), "font-size": size, fill, ...more }, text);
}
