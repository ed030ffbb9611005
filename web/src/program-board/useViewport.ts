// The part of the board that is in view. Scrolling tells React only every 80 px: what is drawn reaches further than that.
import { useEffect, useState, type RefObject } from "react";
import type { View } from "./layout";

const STEP = 80;
/** What is drawn beyond the view on each side. */
export const MARGIN = 260;

/** In px of the plane, whatever its zoom. Nothing is in view (all zero) until the page has given the board its size. */
export function useViewport(scroller: RefObject<HTMLElement | null>, zoom: number, onHand: () => void): View {
  const [view, setView] = useState<View>({ x: 0, y: 0, w: 0, h: 0 });
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => {
      const x = Math.floor(element.scrollLeft / zoom / STEP) * STEP;
      const y = Math.floor(element.scrollTop / zoom / STEP) * STEP;
      const [w, h] = [Math.floor(element.clientWidth / zoom), Math.floor(element.clientHeight / zoom)];
      setView((old) => (old.x === x && old.y === y && old.w === w && old.h === h ? old : { x, y, w, h }));
    };
    const scrolled = () => {
      onHand();
      measure();
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", scrolled, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", scrolled);
    };
  }, [scroller, zoom, onHand]);
  return view;
}
