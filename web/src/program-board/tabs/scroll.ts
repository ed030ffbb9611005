// Where a scrolled place was left, kept while the tab is open: going back lands on the same spot.
import { useEffect, useLayoutEffect, type RefObject } from "react";

interface Spot {
  left: number;
  top: number;
}
const spots = new Map<string, Spot>();

/** Restores where `name` was left and remembers where it is left next. */
export function useKeptScroll(name: string, place: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return;
    const spot = spots.get(name);
    if (spot) element.scrollTo({ ...spot, behavior: "instant" });
    const keep = () => spots.set(name, { left: element.scrollLeft, top: element.scrollTop });
    element.addEventListener("scroll", keep, { passive: true });
    return () => element.removeEventListener("scroll", keep);
  }, [name, place]);
}

const N_FRAMES = 12;

/** The same for the grid of a board, wherever it is drawn on the page; it has its size some frames after the page. */
export function useKeptGridScroll(board: string, isHere: boolean): void {
  useEffect(() => {
    if (!isHere) return;
    const wanted = spots.get(board);
    let frame = 0;
    let n_tries = 0;
    const restore = () => {
      const place = scrollerOf(document.querySelector("main [role='grid']"));
      place?.scrollTo({ ...wanted, behavior: "instant" });
      n_tries += 1;
      const isThere = place !== null && place.scrollTop === wanted?.top && place.scrollLeft === wanted.left;
      if (!isThere && n_tries < N_FRAMES) frame = requestAnimationFrame(restore);
    };
    if (wanted) restore();
    const keep = ({ target }: Event) => {
      if (target instanceof HTMLElement && target.querySelector("[role='grid']"))
        spots.set(board, { left: target.scrollLeft, top: target.scrollTop });
    };
    // Scrolling does not bubble; on its way down it is heard.
    document.addEventListener("scroll", keep, { passive: true, capture: true });
    return () => {
      cancelAnimationFrame(frame);
      document.removeEventListener("scroll", keep, { capture: true });
    };
  }, [board, isHere]);
}

/** The closest element around `inner` that scrolls. */
function scrollerOf(inner: Element | null): HTMLElement | null {
  for (let element = inner?.parentElement; element; element = element.parentElement)
    if (/auto|scroll/.test(getComputedStyle(element).overflowY)) return element;
  return null;
}
