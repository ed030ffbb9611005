// How many lines a title takes, by arithmetic: measuring ten thousand titles would lay the page out ten thousand times.

// Advance widths of Inter at weight 540, in hundredths of the font's size, for the characters 32 to 126.
// Source: measured in a browser from the font of the package @fontsource-variable/inter.
const FIRST = 32;
const WIDTHS = [
  26, 31, 51, 64, 65, 100, 66, 32, 37, 37, 53, 67, 31, 46, 31, 37, 65, 42, 62, 63, 66, 61, 63, 57, 63, 63, 31,
  32, 67, 67, 67, 53, 99, 72, 66, 73, 72, 60, 59, 75, 75, 27, 58, 69, 57, 92, 76, 77, 64, 77, 65, 65, 66, 74,
  72, 101, 71, 70, 65, 37, 37, 37, 48, 47, 34, 57, 62, 58, 62, 59, 38, 62, 61, 26, 26, 56, 26, 89, 61, 61, 62,
  62, 39, 54, 35, 61, 58, 83, 56, 58, 56, 45, 35, 45, 67,
];
const OTHER = 66;
// Where ideographs begin: each as wide as it is high.
const WIDE_FROM = 0x2e80;
const WIDE = 102;

const LOW_SURROGATE_FIRST = 0xdc00;
const LOW_SURROGATE_LAST = 0xdfff;

/** The width of a text in px, a little more rather than less. */
export function textWidth(text: string, size_px: number): number {
  return (hundredths(text, Infinity) * size_px) / 100;
}

/** Does the text need a second line in this width? Breaks at spaces and hyphens, and within a word too long for a line. */
export function needsTwoLines(text: string, size_px: number, width_px: number): boolean {
  const max = (width_px * 100) / size_px;
  return hundredths(text, max) > max;
}

/** Adds up until there is more than `max`. By code units: taking a text apart by characters costs several times as much. */
function hundredths(text: string, max: number): number {
  let sum = 0;
  for (let i = 0; i < text.length && sum <= max; i += 1) sum += widthOf(text.charCodeAt(i));
  return sum;
}

function widthOf(unit: number): number {
  // The second half of a pair: the first one has counted for both.
  if (unit >= LOW_SURROGATE_FIRST && unit <= LOW_SURROGATE_LAST) return 0;
  return WIDTHS[unit - FIRST] ?? (unit >= WIDE_FROM ? WIDE : OTHER);
}
