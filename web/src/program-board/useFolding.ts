// What of the board is folded away: stories inside their features, and the cards of rows. Kept in the address.
import { useCallback, useMemo, useRef, useEffect } from "react";
import { announce } from "../ui/announce";
import { toggled, type Expanded } from "./nesting";
import type { Placement } from "./placement";
import type { BoardSearch } from "./search";
import { ZOOMS } from "./saved";

const NONE: readonly string[] = [];

export function useFolding(search: BoardSearch, patch: (changes: Partial<BoardSearch>) => void) {
  const expanded: Expanded = search.stories ?? NONE;
  const folded = search.folded ?? NONE;
  const now = useRef({ expanded, folded });
  useEffect(() => {
    now.current = { expanded, folded };
  });
  const setStories = useCallback(
    (next: Expanded) => patch({ stories: next === "all" ? "all" : next.length > 0 ? [...next] : undefined }),
    [patch],
  );
  const setFolded = useCallback(
    (next: readonly string[]) => patch({ folded: next.length > 0 ? [...next] : undefined }),
    [patch],
  );
  const acts = useMemo(
    () => ({
      toggleStories: (feature: string, placement: Placement) =>
        setStories(toggled(now.current.expanded, feature, placement)),
      showAllStories: (isAll: boolean) => {
        setStories(isAll ? "all" : NONE);
        announce(isAll ? "Stories are shown below their features" : "Stories are inside their features");
      },
      toggleRow: (row: string) => {
        const { folded } = now.current;
        setFolded(folded.includes(row) ? folded.filter((one) => one !== row) : [...folded, row]);
      },
      foldAll: setFolded,
    }),
    [setStories, setFolded],
  );
  return { expanded, folded, ...acts };
}

/** The next larger or smaller zoom; the last one stays. */
export function stepZoom(zoom: number, step: 1 | -1): number {
  return ZOOMS[ZOOMS.indexOf(zoom) + step] ?? zoom;
}
