import type { Theme } from "../api/types";
import { useMedia } from "../ui/useMedia";

/** Is the page dark now? Follows the person's choice, else the system. */
export function useIsDark(theme: Theme): boolean {
  const isSystemDark = useMedia("(prefers-color-scheme: dark)");
  return theme === "system" ? isSystemDark : theme === "dark";
}
