// Cards that somebody else moved glide to where they are now. Only then is anything on the board animated.
import { useLayoutEffect, useRef } from "react";
import type { Layout } from "./layout";
import { domId } from "./tiles";

const GLIDE_MS = 160;
// With more than this many at once the eye follows none.
const N_MAX = 60;

export function useGlide(layout: Layout, glide: number): void {
  const before = useRef({ layout, glide });
  useLayoutEffect(() => {
    const last = before.current;
    before.current = { layout, glide };
    if (last.glide === glide || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    let n = 0;
    for (const [key, box] of layout.byKey) {
      const was = last.layout.byKey.get(key);
      if (!was || (was.x === box.x && was.y === box.y)) continue;
      const element = document.getElementById(domId(key));
      if (!element || (n += 1) > N_MAX) continue;
      element.animate(
        [{ transform: `translate(${was.x - box.x}px,${was.y - box.y}px)`, zIndex: 2 }, { transform: "none" }],
        { duration: GLIDE_MS, easing: "cubic-bezier(0.2, 0.7, 0.2, 1)" },
      );
    }
  }, [layout, glide]);
}
