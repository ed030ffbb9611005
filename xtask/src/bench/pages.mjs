// What is measured inside a page, of Lockstep and of the reference alike.

/** Runs before the page's own scripts: notes when the first card was painted, and when marked titles were. */
export function watch(selector) {
  const painted = (note) => requestAnimationFrame(() => requestAnimationFrame(() => note(performance.now())));
  const seen = {};
  /** Those that a card in view came to bear, as against a card that came into view. */
  const inPlace = {};
  globalThis.bench = { shown_ms: null, seen, inPlace };
  let isNoted = false;
  const look = (records) => {
    if (!isNoted && document.querySelector(selector)) {
      isNoted = true;
      painted((ms) => (globalThis.bench.shown_ms = ms));
    }
    for (const record of records) {
      for (const node of record.type === 'characterData' ? [record.target] : record.addedNodes) {
        for (const [mark] of node.textContent?.matchAll(/~[0-9a-z]+~/g) ?? []) {
          if (mark in seen) continue;
          seen[mark] = null;
          if (record.type === 'characterData') inPlace[mark] = true;
          painted((ms) => (seen[mark] = performance.timeOrigin + ms));
        }
      }
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
}

/** Scrolls the board down and up again, a step each frame; gives the time between frames and the most nodes there were. */
export async function scroll({ selector, n_frames, step }) {
  let scroller = document.querySelector(selector);
  while (scroller && !(scroller.scrollHeight > scroller.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(scroller).overflowY))) scroller = scroller.parentElement;
  const frames = [];
  let n_nodes = 0;
  let last = await new Promise(requestAnimationFrame);
  for (let i = 0; i < n_frames; i += 1) {
    if (scroller) scroller.scrollTop += i < n_frames / 2 ? step : -step;
    const next = await new Promise(requestAnimationFrame);
    frames.push(next - last);
    last = next;
    if (i % 20 === 0) n_nodes = Math.max(n_nodes, document.querySelectorAll('*').length);
  }
  return { frames, n_nodes, scrolls: scroller !== null };
}

/** Begins to note the time between frames; `framesNoted` ends it. */
export function noteFrames() {
  const frames = [];
  let last = null;
  let isOver = false;
  const tick = (ms) => {
    if (last !== null) frames.push(ms - last);
    last = ms;
    if (!isOver) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
  globalThis.benchFrames = () => {
    isOver = true;
    return frames;
  };
}

/** Ids of cards that can be seen whole, the uppermost first. */
export function visible({ selector, name }) {
  const whole = [...document.querySelectorAll(selector)].filter((element) => {
    const box = element.getBoundingClientRect();
    if (box.top < 0 || box.bottom > innerHeight || box.left < 0 || box.right > innerWidth || box.height === 0) return false;
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return top !== null && (element === top || element.contains(top));
  });
  return whole.map((element) => element.dataset[name]);
}

/** Packed bytes of scripts and styles: those that were asked for before the first card was painted, and those for later. */
export function assets() {
  const files = performance.getEntriesByType('resource').filter((file) => /\.(js|css)(\?|$)/.test(new URL(file.name).pathname));
  const sum = (part) => part.reduce((sum, file) => sum + file.encodedBodySize, 0);
  const isFirst = (file) => file.startTime < globalThis.bench.shown_ms;
  return { bytes: sum(files.filter(isFirst)), later: sum(files.filter((file) => !isFirst(file))), n: files.filter(isFirst).length };
}
