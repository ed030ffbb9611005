// A drawing as a list of plain shapes, and its text as SVG. Pure. One list serves the file, the picture and the print.
// Only attributes that say how something looks are used: no style, no script, no address, whatever a title holds.

export type Attributes = Readonly<Record<string, string | number>>;

export interface Shape {
  tag: "rect" | "path" | "circle" | "polygon" | "text" | "g" | "svg";
  attributes: Attributes;
  text?: string;
  children?: readonly Shape[];
}

export interface Drawing {
  width: number;
  height: number;
  shapes: readonly Shape[];
}

export function shape(tag: Shape["tag"], attributes: Attributes, text?: string): Shape {
  return text === undefined ? { tag, attributes } : { tag, attributes, text };
}

/** Shapes moved to a place; what sticks out of a size is cut off there, where one is given. */
export function group(
  x: number,
  y: number,
  children: readonly Shape[],
  size?: { w: number; h: number },
): Shape {
  if (size === undefined)
    return { tag: "g", attributes: { transform: `translate(${px(x)} ${px(y)})` }, children };
  const attributes = { x: px(x), y: px(y), width: px(size.w), height: px(size.h), overflow: "hidden" };
  return { tag: "svg", attributes, children };
}

/** A tenth of a px is as exact as anybody sees. */
export const px = (value: number): number => Math.round(value * 10) / 10;

export const FONT = "Inter Variable, Inter, Segoe UI, Helvetica Neue, Arial, sans-serif";

/** The drawing as a file of its own; `font` is the address of Inter as data, so that it looks the same everywhere. */
export function svgText({ width, height, shapes }: Drawing, font: string | null): string {
  const face =
    font === null
      ? ""
      : `<style>@font-face{font-family:"Inter Variable";font-weight:100 900;src:url(${font})}</style>`;
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${px(width)}" height="${px(height)}" viewBox="0 0 ${px(width)} ${px(height)}" font-family="${FONT}">`;
  return `${head}${face}${shapes.map(shapeText).join("")}</svg>\n`;
}

function shapeText({ tag, attributes, text, children }: Shape): string {
  const said = Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join("");
  const inner = (text === undefined ? "" : escaped(text)) + (children ?? []).map(shapeText).join("");
  return inner === "" ? `<${tag}${said}/>` : `<${tag}${said}>${inner}</${tag}>`;
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return [...text]
    .filter(isXml)
    .join("")
    .replace(/[&<>"]/g, (char) => ENTITIES[char] ?? char);
}

/** XML holds no control characters and no halves of a pair, however they are written; a file with one would not open. */
function isXml(char: string): boolean {
  const code = char.codePointAt(0) ?? 0;
  if (code < 32) return code === 9 || code === 10 || code === 13;
  return !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
}
