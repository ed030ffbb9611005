// Moves the focus to where the desk says, and keeps what has it in view when the board is laid out anew.
import { useLayoutEffect, useRef, type RefObject } from "react";
import type { Desk } from "./desk";
import { scrollTo, type Layout } from "./layout";
import { domId } from "./tiles";

export function useFocus(
  scroller: RefObject<HTMLElement | null>,
  layout: Layout,
  desk: Desk,
  zoom: number,
): void {
  const { focus, n_refocus } = desk;
  const done = useRef(n_refocus);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || focus === null || n_refocus === 0) return;
    const box = layout.byKey.get(focus);
    if (done.current !== n_refocus) {
      const tile = document.getElementById(domId(focus));
      if (tile) done.current = n_refocus;
      tile?.focus({ preventScroll: box !== undefined });
    }
    if (!box) return;
    const view = {
      x: element.scrollLeft / zoom,
      y: element.scrollTop / zoom,
      w: element.clientWidth / zoom,
      h: element.clientHeight / zoom,
    };
    const to = scrollTo(layout, box, view);
    if (to.x !== view.x || to.y !== view.y)
      element.scrollTo({ left: to.x * zoom, top: to.y * zoom, behavior: "instant" });
  }, [scroller, layout, focus, n_refocus, zoom]);
}
