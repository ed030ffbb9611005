// Giving the person a file, and turning a drawing into one. Nothing leaves the browser for it.
import interUrl from "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url";
import { svgText, type Drawing } from "./shape";

/** Puts a file where the browser puts downloads. */
export function giveFile(name: string, file: Blob): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** `PI 26.4 Harbour platform 2026-11-29.png`: a board's name as a file may be called. */
export function fileName(board: string, today: string, ending: string): string {
  const plain = board
    .replace(/[^\p{L}\p{N} ._-]+/gu, " ")
    .replace(/\s+/g, " ")
    .replace(/^[ .]+|[ .]+$/g, "")
    .slice(0, 80);
  return `${plain || "Board"} ${today}.${ending}`;
}

export async function svgFile(drawing: Drawing): Promise<Blob> {
  return new Blob([svgText(drawing, await fontData())], { type: "image/svg+xml" });
}

/** A picture larger than browsers hold. */
export class TooLarge extends Error {
  override readonly name = "TooLarge";
}

const SIDE_MAX = 16_000;
const AREA_MAX = 120_000_000;
const SHARP = 2;
const BLURRED = 0.5;

/** How many px of a picture stand for one of the drawing: two, or as many as a browser can hold; `null` for too few. */
export function scaleFor({ width, height }: Pick<Drawing, "width" | "height">): number | null {
  const scale = Math.min(SHARP, SIDE_MAX / width, SIDE_MAX / height, Math.sqrt(AREA_MAX / (width * height)));
  return scale < BLURRED ? null : scale;
}

/** Throws `TooLarge` where the picture would be too blurred to read. */
export async function pngFile(drawing: Drawing): Promise<Blob> {
  const scale = scaleFor(drawing);
  if (scale === null) throw new TooLarge();
  const image = new Image();
  image.src = `data:image/svg+xml;base64,${base64(new TextEncoder().encode(svgText(drawing, await fontData())))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(drawing.width * scale);
  canvas.height = Math.round(drawing.height * scale);
  const context = canvas.getContext("2d");
  if (!context) throw new TooLarge();
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new TooLarge();
  return blob;
}

let font: Promise<string | null> | null = null;

/** Inter inside the file, so that it looks the same everywhere; without it, another font takes its place. */
function fontData(): Promise<string | null> {
  font ??= fetch(interUrl)
    .then(async (answer) => {
      if (!answer.ok) return null;
      return `data:font/woff2;base64,${base64(new Uint8Array(await answer.arrayBuffer()))}`;
    })
    .catch(() => null);
  return font;
}

const CHUNK = 0x8000;

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += CHUNK) text += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  return btoa(text);
}
