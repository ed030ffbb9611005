// What can be judged of a page's looks without an eye: each function runs inside the page and gives sentences; none is good.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const GRAVE = ["serious", "critical"];

/** What axe finds serious or critical, in `part` of the page and by `rules` alone where they are given. */
export async function axe(page, { part = null, rules = null } = {}) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  return page.evaluate(
    async ([tags, grave, only, part]) => {
      const runOnly = only ? { type: "rule", values: only } : { type: "tag", values: tags };
      const where = part ? [...document.querySelectorAll(part)].at(-1) : document;
      const { violations } = await window.axe.run(where, { runOnly, resultTypes: ["violations"] });
      return violations
        .filter(({ impact }) => grave.includes(impact))
        .flatMap(({ id, nodes }) =>
          nodes.slice(0, 4).map(({ html, failureSummary }) => `axe ${id}: ${html.slice(0, 160)} (${failureSummary?.split("\n")[1]?.trim()})`),
        );
    },
    [AXE_TAGS, GRAVE, rules, part],
  );
}

/** Scrolling sideways, text cut where nobody meant to, and targets too small for a finger or a hand that shakes. */
export function fit(page, { target_px, part = null }) {
  return page.evaluate(
    ({ target_px, part }) => {
      const whole = part ? [...document.querySelectorAll(part)].at(-1) : document.body;
      const found = new Set();
      const named = (element) => {
        const words = (element.getAttribute("aria-label") ?? element.textContent ?? "").trim().replace(/\s+/g, " ");
        return `<${element.tagName.toLowerCase()} class="${element.getAttribute("class") ?? ""}"> “${words.slice(0, 50)}”`;
      };
      const SLACK = 1.5;
      for (const element of [document.documentElement, document.body, document.querySelector("main")]) {
        if (element && element.scrollWidth > element.clientWidth + 1)
          found.add(`scrolls sideways: ${named(element).slice(0, 60)} ${element.scrollWidth} > ${element.clientWidth}`);
      }

      for (const table of whole.querySelectorAll("table")) {
        const frame = table.parentElement;
        if (frame.clientWidth > 0 && frame.scrollWidth > frame.clientWidth + 1)
          found.add(`table runs out of its frame: ${named(table)} ${frame.scrollWidth} > ${frame.clientWidth}`);
      }

      // ---- text ----
      const isSeen = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
      const cuts = (style, axis) => ["hidden", "clip"].includes(axis === "x" ? style.overflowX : style.overflowY);
      const scrolls = (style, axis) => ["auto", "scroll"].includes(axis === "x" ? style.overflowX : style.overflowY);
      const isMeant = (style) => style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none";
      const isHiddenText = (style, box) => box.width <= 1 || box.height <= 1 || style.clipPath.startsWith("inset(50%");
      const walker = document.createTreeWalker(whole, NodeFilter.SHOW_TEXT);
      const range = document.createRange();
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const owner = node.parentElement;
        if (!node.data.trim() || !owner || owner.closest("svg, script, style, [aria-hidden='true'][inert]") || !isSeen(owner)) continue;
        range.selectNodeContents(node);
        for (const text of range.getClientRects()) {
          if (text.width === 0 || text.height === 0) continue;
          const open = { x: true, y: true };
          for (let element = owner; element && element !== document.body && (open.x || open.y); element = element.parentElement) {
            const style = getComputedStyle(element);
            const box = element.getBoundingClientRect();
            if (style.display === "inline" || style.display === "contents") continue;
            if (isHiddenText(style, box)) break;
            if (isMeant(style)) break;
            const isOut = text.right <= box.left || text.left >= box.right || text.bottom <= box.top || text.top >= box.bottom;
            if (open.x && cuts(style, "x") && !isOut && (text.right > box.right + SLACK || text.left < box.left - SLACK))
              found.add(`text cut at the side: ${named(owner)} by ${named(element).slice(0, 60)}`);
            // A line's own box is a little higher than its letters.
            if (open.y && cuts(style, "y") && !isOut && (text.bottom > box.bottom + 3 || text.top < box.top - 3))
              found.add(`text cut above or below: ${named(owner)} by ${named(element).slice(0, 60)}`);
            if (element === owner && !cuts(style, "x") && !scrolls(style, "x") && text.width > box.width + SLACK && style.position !== "absolute")
              found.add(`text wider than its box: ${named(owner)} ${Math.round(text.width)} > ${Math.round(box.width)}`);
            if (scrolls(style, "x")) open.x = false;
            if (scrolls(style, "y")) open.y = false;
            if (style.position === "fixed") break;
          }
        }
      }

      // ---- targets ----
      // Links in a text, and the bar of a load, have room around them instead, which axe looks after (WCAG 2.5.8).
      const targets = "button, select, textarea, input, summary, [role=button], [role=menuitem], [role=tab], [role=option]";
      for (const element of whole.querySelectorAll(`:is(${targets}):not([data-load], :disabled)`)) {
        if (!isSeen(element) || element.closest("[inert]") || isHiddenText(getComputedStyle(element), element.getBoundingClientRect())) continue;
        const height = element.getBoundingClientRect().height;
        if (height >= target_px - 0.5) continue;
        // It may be larger than it looks: a label, or room that a style gives to the hand.
        element.scrollIntoView({ block: "center" });
        const box = element.getBoundingClientRect();
        const takes = (y) => {
          const hit = document.elementFromPoint(box.left + Math.min(box.width / 2, 20), y);
          return hit !== null && (element.contains(hit) || hit.contains(element) || hit.closest("label")?.contains(element));
        };
        const middle = box.top + box.height / 2;
        const isCovered = !takes(middle);
        if (isCovered) continue;
        if (!takes(middle - target_px / 2 + 1.5) || !takes(middle + target_px / 2 - 1.5))
          found.add(`small target: ${named(element)} ${Math.round(box.width)} x ${Math.round(box.height)}`);
      }
      return [...found];
    },
    { target_px, part },
  );
}

/** Curves that lead over a card, of all that are drawn now. */
export function crossings(page) {
  return page.evaluate(() => {
    const found = new Set();
    const cards = [...document.querySelectorAll("[data-key]:not([data-mode])")].map((card) => {
      const box = card.getBoundingClientRect();
      // An arrow ends at a card's very edge.
      return { name: card.getAttribute("aria-label")?.slice(0, 40), left: box.left + 3, right: box.right - 3, top: box.top + 2, bottom: box.bottom - 2 };
    });
    for (const path of document.querySelectorAll("svg[data-curves] path[data-curve]")) {
      const toScreen = path.getScreenCTM();
      const length = path.getTotalLength();
      for (let at = 0; at <= length; at += 3) {
        const { x, y } = path.getPointAtLength(at).matrixTransform(toScreen);
        const card = cards.find((one) => x > one.left && x < one.right && y > one.top && y < one.bottom);
        if (card) {
          found.add(`curve ${path.dataset.curve} crosses ${card.name} at ${Math.round(x)}, ${Math.round(y)}`);
          break;
        }
      }
    }
    return [...found];
  });
}

/** Text below `least_px` inside `within`. */
export function smallText(page, within, least_px) {
  return page.evaluate(
    ([within, least]) => {
      const found = new Set();
      for (const element of document.querySelectorAll(`${within} *`)) {
        const hasText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
        const px = parseFloat(getComputedStyle(element).fontSize);
        if (hasText && px < least && element.checkVisibility()) found.add(`${px} px: ${element.className} “${element.textContent.slice(0, 30)}”`);
      }
      return [...found];
    },
    [within, least_px],
  );
}

/** Whatever would still move for somebody who asked for no motion. */
export function motions(page) {
  return page.evaluate(() => {
    const found = new Set();
    const ms = (list) => Math.max(...list.split(",").map((one) => parseFloat(one) * (one.trim().endsWith("ms") ? 1 : 1000)));
    for (const element of document.querySelectorAll("*")) {
      for (const part of ["", "::before", "::after"]) {
        const style = getComputedStyle(element, part);
        if (ms(style.transitionDuration) > 1) found.add(`transition: ${element.tagName} ${element.getAttribute("class")}${part}`);
        if (style.animationName !== "none" && ms(style.animationDuration) > 1)
          found.add(`animation ${style.animationName}: ${element.tagName} ${element.getAttribute("class")}${part}`);
      }
    }
    return [...found];
  });
}

/** What is wrong with where the focus is: not to be seen, or under something else. */
export function hiddenFocus(page) {
  return page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const element = document.activeElement;
    if (!element || element === document.body) return [];
    const name = `<${element.tagName.toLowerCase()}> “${(element.getAttribute("aria-label") ?? element.textContent ?? "").trim().slice(0, 40)}”`;
    const found = [];
    // A field of its own look may draw the ring around a box that holds it.
    let ringed = element;
    while (ringed && ringed !== document.body && !(getComputedStyle(ringed).outlineStyle !== "none" && parseFloat(getComputedStyle(ringed).outlineWidth) >= 1.5)) ringed = ringed.parentElement;
    if (!ringed || ringed === document.body) found.push(`no ring around ${name}`);
    const box = (element.matches("input") ? (element.closest("label") ?? element) : element).getBoundingClientRect();
    // A scroller or a page takes the focus as a whole.
    if (box.height > innerHeight / 2) return found;
    const points = [
      [box.left + box.width / 2, box.top + box.height / 2],
      [box.left + 3, box.top + 3],
      [box.right - 3, box.bottom - 3],
    ];
    const isHit = ([x, y]) => {
      const hit = document.elementFromPoint(x, y);
      return hit !== null && (element.contains(hit) || hit.contains(element));
    };
    if (!points.some(isHit)) found.push(`covered: ${name} at ${Math.round(box.left)}, ${Math.round(box.top)}`);
    return found;
  });
}
