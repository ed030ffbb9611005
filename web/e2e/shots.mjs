// Pictures of every page, in three widths and both themes, of a server with sample data: `cargo xtask shots`.
//
// LOCKSTEP_URL names the server, LOCKSTEP_SHOTS the folder, LOCKSTEP_CHROMIUM the browser.
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { newVisitor, openBrowser } from "./browser.mjs";

const WIDTHS = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
];
const THEMES = ["light", "dark"];

const url = process.env.LOCKSTEP_URL;
const folder = process.env.LOCKSTEP_SHOTS;
if (!url || !folder) throw new Error("LOCKSTEP_URL and LOCKSTEP_SHOTS must be set");

/** One picture each: its name, its address, and what is done there first. */
function pages({ connection, item, decision }) {
  const dialog = (page) => page.getByRole("dialog").waitFor();
  const all = [
    { name: "action-items", path: "/action-items" },
    { name: "action-items-board", path: "/action-items?view=board" },
    { name: "action-items-create", path: "/action-items?create=one", act: dialog },
    { name: "action-items-lines", path: "/action-items?create=lines", act: dialog },
    { name: "action-items-bin", path: "/action-items/bin" },
    { name: "sync-health", path: "/sync" },
    { name: "connections", path: "/connections" },
    { name: "connection-add", path: "/connections?add=true", act: dialog },
    { name: "people", path: "/people" },
    { name: "profile", path: "/profile" },
    { name: "profile-credentials", path: "/profile/credentials" },
    { name: "profile-sessions", path: "/profile/sessions" },
    { name: "profile-display", path: "/profile/display" },
    { name: "not-found", path: "/there-is-no-such-page" },
  ];
  if (connection) all.push({ name: "connection", path: `/connections/${connection}` });
  if (item) all.push({ name: "action-item", path: `/action-items?item=${item}` });
  if (decision) all.push({ name: "action-item-decision", path: `/action-items?item=${decision}` });
  return all;
}

async function main() {
  await rm(folder, { recursive: true, force: true });
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
  const take = async (name) => {
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(folder, `${name}-${viewport.width}-${colorScheme}.png`) });
  };
  await visit(page, "/");
  await take("sign-in");
  const data = await signIn(context);
  for (const { name, path, act } of pages(data)) {
    await visit(page, path);
    if (act) await act(page);
    await take(name);
  }
  await page.goto(data.azureDevOps);
  await take("simulated-azure-devops");
  await context.close();
  return complaints;
}

/** A page is drawn when nothing more is asked of the server; its stream of changes never ends and does not count. */
async function visit(page, path) {
  await page.goto(new URL(path, url).href);
  await page.locator("main, [role=main]").first().waitFor();
  await page.locator("[aria-busy=true], [data-skeleton]").waitFor({ state: "detached" }).catch(() => {});
  await page.waitForTimeout(300);
}

/** Becomes the demo's admin; says which of its things to look at. */
async function signIn(context) {
  const ask = async (path) => (await context.request.get(new URL(path, url).href)).json();
  const { demo } = await ask("/api/session");
  const admin = demo.people.find((person) => person.role === "company_admin") ?? demo.people[0];
  await context.request.post(new URL("/api/demo/person", url).href, { data: { member_id: admin.id } });
  const { items } = await ask("/api/action-items?bin=false");
  const connections = await ask("/api/connections");
  return {
    azureDevOps: demo.azure_devops_url,
    connection: connections[0]?.id,
    item: items.find((item) => item.work_item && item.sync.state === "in_lockstep")?.id ?? items[0]?.id,
    decision: items.find((item) => ["conflict", "refused"].includes(item.sync.state))?.id,
  };
}

await main();
