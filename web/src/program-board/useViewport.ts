// The part of the board that is in view. Scrolling tells React only every 80 px: what is drawn reaches further than that.
import { useLayoutEffect, useState, type RefObject } from "react";
import type { View } from "./layout";

const STEP = 80;
/** What is drawn beyond the view on each side. */
export const MARGIN = 260;

// A board in a window as large as last time is taken to be as large as last time: then it is drawn with its cards at once,
// and not first without, to be measured.
const KEPT = "lockstep.board.view";
const windowName = () => `${innerWidth},${innerHeight}`;

function keptSize(): { w: number; h: number } {
  try {
    const [name, w, h] = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]") as [string?, number?, number?];
    if (name === windowName() && w && h) return { w, h };
  } catch {
    // Nothing is kept, or nothing may be.
  }
  return { w: 0, h: 0 };
}

function keepSize(w: number, h: number): void {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify([windowName(), w, h]));
  } catch {
    // It is measured again next time.
  }
}

/** In px of the plane, whatever its zoom. Nothing is in view (all zero) until the page has given the board its size. */
export function useViewport(scroller: RefObject<HTMLElement | null>, zoom: number, onHand: () => void): View {
  const [view, setView] = useState<View>(() => {
    const { w, h } = keptSize();
    return { x: 0, y: 0, w: Math.floor(w / zoom), h: Math.floor(h / zoom) };
  });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => {
      const x = Math.floor(element.scrollLeft / zoom / STEP) * STEP;
      const y = Math.floor(element.scrollTop / zoom / STEP) * STEP;
      const { clientWidth, clientHeight } = element;
      const [w, h] = [Math.floor(clientWidth / zoom), Math.floor(clientHeight / zoom)];
      setView((old) => (old.x === x && old.y === y && old.w === w && old.h === h ? old : { x, y, w, h }));
    };
    const scrolled = () => {
      onHand();
      measure();
    };
    const resized = () => {
      measure();
      if (element.clientWidth > 0) keepSize(element.clientWidth, element.clientHeight);
    };
    // Not after the next frame: what is drawn in this one is drawn with its cards.
    measure();
    const observer = new ResizeObserver(resized);
    observer.observe(element);
    element.addEventListener("scroll", scrolled, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", scrolled);
    };
  }, [scroller, zoom, onHand]);
  return view;
}
