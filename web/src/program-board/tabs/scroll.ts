// Where a scrolled place was left, kept while the tab is open: going back lands on the same spot.
import { useLayoutEffect, type RefObject } from "react";

interface Spot {
  left: number;
  top: number;
}
const spots = new Map<string, Spot>();

/** Restores where `name` was left and remembers where it is left next. `isReady`: what is scrolled has its size. */
export function useKeptScroll(name: string, place: RefObject<HTMLElement | null>, isReady = true): void {
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null || !isReady) return;
    const spot = spots.get(name);
    if (spot) element.scrollTo({ ...spot, behavior: "instant" });
    const keep = () => spots.set(name, { left: element.scrollLeft, top: element.scrollTop });
    element.addEventListener("scroll", keep, { passive: true });
    return () => element.removeEventListener("scroll", keep);
  }, [name, place, isReady]);
}

/** The name of a board's own scroller. */
export const boardScroll = (board: string) => `board:${board}`;
