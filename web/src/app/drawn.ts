// What a page does not show at first is asked for when the rest has been drawn, so that no answer to it comes in between.

/** A page that never says it is drawn is waited for no longer than this. */
const WAIT_MS_MAX = 1_500;

let drawn: Promise<void> = Promise.resolve();
let tell: () => void = () => undefined;

/** Whoever asks from now on waits for the first drawing. */
export function awaitDrawing(): void {
  drawn = new Promise((done) => (tell = done));
  setTimeout(tell, WAIT_MS_MAX);
}

/** The drawing is on the screen. */
export function noteDrawn(): void {
  tell();
}

export function whenDrawn(): Promise<void> {
  return drawn;
}
