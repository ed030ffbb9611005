// Light, dark, or as the system says. The server keeps the choice; this browser remembers it for the first paint.
import type { Theme } from "../api/types";

const KEY = "lockstep.theme";

export function rememberedTheme(): Theme {
  const stored = localStorage.getItem(KEY);
  return stored === "light" || stored === "dark" ? stored : "system";
}

export function applyTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

/** What is on screen now, for work item colours that must stay legible on it. */
export function isDarkNow(): boolean {
  const chosen = document.documentElement.dataset["theme"];
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

export const THEME_WORDS: Record<Theme, string> = { system: "As the system", light: "Light", dark: "Dark" };
