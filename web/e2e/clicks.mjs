// Every press of a pointer in a browser, counted by the browser itself: none goes by uncounted, and typing is none.

/** Counts from now on, on every page this visitor opens. */
export async function countClicks({ context, page }) {
  let n = 0;
  await context.exposeBinding("countClick", () => {
    n += 1;
  });
  const listen = () => window.addEventListener("pointerdown", () => void window.countClick(), true);
  await context.addInitScript(listen);
  await page.evaluate(listen);
  return {
    get n() {
      return n;
    },
  };
}
