// A project's own colour for a work item type, lightened or darkened until it can be told from the surface (3:1). Pure.

type Rgb = [number, number, number];

const SURFACE: Record<"light" | "dark", Rgb> = { light: [255, 255, 255], dark: [22, 29, 27] };
const NEEDED = 3.1;
const STEP = 0.06;

/** `F2CB1D` as Azure DevOps sends it, with or without `#` or an alpha before it; `null` for what is no colour. */
export function legible(colour: string, isDark: boolean): string | null {
  let rgb = parse(colour);
  if (rgb === null) return null;
  const surface = SURFACE[isDark ? "dark" : "light"];
  const goal: Rgb = isDark ? [255, 255, 255] : [0, 0, 0];
  for (let n = 0; n < 16 && contrast(rgb, surface) < NEEDED; n += 1) rgb = mix(rgb, goal);
  return `rgb(${rgb.map(Math.round).join(" ")})`;
}

export function contrast(a: Rgb, b: Rgb): number {
  const [bright, dim] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (bright + 0.05) / (dim + 0.05);
}

export function parse(colour: string): Rgb | null {
  const hex = colour.replace(/^#/, "");
  if (!/^([0-9a-f]{6}|[0-9a-f]{8})$/i.test(hex)) return null;
  // Eight digits are alpha first, as TFS writes them.
  const digits = hex.slice(-6);
  return [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16)) as Rgb;
}

function mix(rgb: Rgb, goal: Rgb): Rgb {
  return rgb.map((part, i) => part + ((goal[i] ?? 0) - part) * STEP * 1.6) as Rgb;
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((part) => {
    const s = part / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
