// Pictures of every page, in three widths and both themes, of a server with sample data: `cargo xtask shots`.
//
// LOCKSTEP_URL names the server, LOCKSTEP_SHOTS the folder, LOCKSTEP_CHROMIUM the browser. For a shorter round,
// LOCKSTEP_SHOTS_ONLY is a pattern that `name-width-theme` has to match; then the folder keeps its other pictures.
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { newVisitor, openBrowser } from "./browser.mjs";
import { pages, signIn, visit } from "./pages.mjs";

const WIDTHS = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
];
const THEMES = ["light", "dark"];
const PHONE_PX = 640;

const url = process.env.LOCKSTEP_URL;
const folder = process.env.LOCKSTEP_SHOTS;
if (!url || !folder) throw new Error("LOCKSTEP_URL and LOCKSTEP_SHOTS must be set");
const only = process.env.LOCKSTEP_SHOTS_ONLY ? new RegExp(process.env.LOCKSTEP_SHOTS_ONLY) : null;

async function main() {
  if (!only) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const browser = await openBrowser();
  const complaints = [];
  try {
    for (const viewport of WIDTHS) {
      for (const colorScheme of THEMES) {
        complaints.push(...(await shoot(browser, viewport, colorScheme)));
      }
    }
  } finally {
    await browser.close();
  }
  for (const complaint of new Set(complaints)) console.log(`the browser complained: ${complaint}`);
}

async function shoot(browser, viewport, colorScheme) {
  const { context, page, complaints } = await newVisitor(browser, { viewport, colorScheme, reducedMotion: "reduce" });
  const fileOf = (name) => `${name}-${viewport.width}-${colorScheme}.png`;
  const isWanted = (name) => !only || only.test(fileOf(name));
  const take = async (name) => {
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(folder, fileOf(name)) });
  };
  if (isWanted("sign-in")) {
    await visit(page, url, "/");
    await take("sign-in");
  }
  const world = await signIn(context, url);
  for (const { name, path, arrange, act, on } of pages(world)) {
    if (!isWanted(name) || (on && viewport.width <= PHONE_PX)) continue;
    const undo = await arrange?.(page);
    await visit(page, url, path);
    try {
      await act?.(page);
    } catch (error) {
      complaints.push(`${fileOf(name)}: ${String(error).split("\n")[0]}`);
    }
    await take(name);
    await undo?.();
  }
  if (isWanted("simulated-azure-devops")) {
    await page.goto(world.azureDevOps);
    await take("simulated-azure-devops");
  }
  await context.close();
  return complaints;
}

await main();
