// Whether the board stands: its cards are on the screen, and there is time for what is around and beside them.
import { useEffect, useState } from "react";
import { noteDrawn } from "../app/drawn";

export function useSettled(isDrawn: boolean): boolean {
  const [isSettled, setSettled] = useState(false);
  useEffect(() => {
    if (!isDrawn || isSettled) return;
    // A frame that is asked for here is the one with the cards; in the next one they have been seen.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => {
        setSettled(true);
        noteDrawn();
      });
    });
    return () => cancelAnimationFrame(frame);
  }, [isDrawn, isSettled]);
  return isSettled;
}
