// What is printed of a board: all of it, whatever is in view, in light colours, page by page with the header on each.
// It is there only while the browser prints. The screen draws what is in view; paper has no scroll bar.
import { useEffect, useState } from "react";
import { createPortal, flushSync } from "react-dom";
import type { Pictured } from "./board";
import { Drawn } from "./Drawn";
import { pagesOf } from "./pages";
import style from "./print.module.css";

/** Ready for the browser's own *Print* as much as for the menu's. */
export function PrintSheet({ pictured }: { pictured: Pictured }) {
  const [isPrinting, setPrinting] = useState(false);
  useEffect(() => {
    // The browser takes what is there when this event ends.
    const before = () => flushSync(() => setPrinting(true));
    const after = () => setPrinting(false);
    addEventListener("beforeprint", before);
    addEventListener("afterprint", after);
    return () => {
      removeEventListener("beforeprint", before);
      removeEventListener("afterprint", after);
    };
  }, []);
  if (!isPrinting) return null;
  return createPortal(
    <div className={style.sheet} data-print>
      {pagesOf(pictured).map((page, i) => (
        <Drawn key={i} className={style.page} drawing={page} />
      ))}
    </div>,
    document.body,
  );
}
