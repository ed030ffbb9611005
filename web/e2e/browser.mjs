// The browser of the journeys: Chromium, driven by playwright-core. Nothing is downloaded.
import { chromium } from "playwright-core";

const FLAGS = [
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
];

/** How long one condition may take to come true. A bound, not a promise: nothing here asserts a duration. */
export const PATIENCE_MS = Number(process.env.LOCKSTEP_PATIENCE_MS ?? 45_000);

/** Chromium refuses its sandbox to root, and only to root. */
function flags() {
  return process.getuid?.() === 0 ? [...FLAGS, "--no-sandbox"] : FLAGS;
}

export async function openBrowser() {
  const executablePath = process.env.LOCKSTEP_CHROMIUM;
  if (!executablePath) throw new Error("LOCKSTEP_CHROMIUM must name the browser's program");
  return chromium.launch({ executablePath, args: flags() });
}

/** A fresh person's browser: no cookie, no history. What goes wrong in its pages is kept in `complaints`. */
export async function newVisitor(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`${message.text()} ${message.location().url}`.trim());
  });
  return { context, page, complaints };
}
