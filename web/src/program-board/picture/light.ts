// The colours of a picture: those of the light theme, whatever the page's is. A file has no style sheet to ask.
// A test holds them beside `styles/tokens.css`.

export const LIGHT = {
  bg: "#f4f6f5",
  surface: "#ffffff",
  sunken: "#ebefed",
  line: "#dde3e0",
  "line-2": "#c3ccc8",
  control: "#7d8985",
  text: "#14201d",
  "text-2": "#44514d",
  "text-3": "#5f6c68",
  accent: "#0b6a62",
  "accent-soft": "#dcefec",
  "accent-line": "#8fc4bd",
  info: "#2a63b8",
  "info-text": "#21539d",
  "info-soft": "#e3ecf9",
  warn: "#b86a00",
  "warn-text": "#824a00",
  "warn-soft": "#fcf0da",
  bad: "#c02f26",
  "bad-text": "#a3241c",
  "bad-soft": "#fce8e5",
  "dep-ok": "#64877d",
  "dep-risk": "#b86a00",
  "dep-bad": "#c02f26",
  progress: "#5f8379",
  "wit-epic": "#d15f00",
  "wit-feature": "#773b93",
  "wit-story": "#0086b0",
  "wit-bug": "#cc293d",
  "wit-task": "#937700",
} as const;

export type Light = keyof typeof LIGHT;

/** `rgb(1 2 3)` or `var(--wit-bug)`, as the page has it, in the one way that every viewer knows. */
export function plainColour(colour: string): string {
  const name = /^var\(--([\w-]+)\)$/.exec(colour)?.[1];
  if (name !== undefined) return name in LIGHT ? LIGHT[name as Light] : LIGHT["text-2"];
  const parts = /^rgb\((\d+) (\d+) (\d+)\)$/.exec(colour)?.slice(1).map(Number);
  if (!parts) return colour;
  return `#${parts.map((part) => Math.min(255, part).toString(16).padStart(2, "0")).join("")}`;
}
