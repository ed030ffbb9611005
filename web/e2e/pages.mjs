// Every page of Lockstep and the states worth looking at, as the demo has them: for the pictures, and for what judges looks.
import { localBoard, othersCome, polling, sharedPath, unreachable } from "./states.mjs";

/** Becomes the demo's admin; says which of the demo's things to look at. `null` stands for what it has none of. */
export async function signIn(context, url) {
  const ask = async (method, path, data) => {
    const answer = await context.request.fetch(new URL(path, url).href, { method, data });
    if (!answer.ok()) throw new Error(`${method} ${path} answered ${answer.status()}: ${await answer.text()}`);
    return answer.status() === 204 ? null : answer.json();
  };
  const { demo } = await ask("GET", "/api/session");
  const admin = demo.people.find((person) => person.role === "company_admin") ?? demo.people[0];
  await context.request.post(new URL("/api/demo/person", url).href, { data: { member_id: admin.id } });
  const { items } = await ask("GET", "/api/action-items?bin=false");
  const connections = await ask("GET", "/api/connections");
  const boards = await ask("GET", "/api/boards");
  const live = boards.find((board) => board.write_mode === "live" && !board.is_local)?.id ?? null;
  return {
    azureDevOps: demo.azure_devops_url,
    connection: connections[0]?.id ?? null,
    item: items.find((item) => item.work_item && item.sync.state === "in_lockstep")?.id ?? items[0]?.id ?? null,
    decision: items.find((item) => ["conflict", "refused"].includes(item.sync.state))?.id ?? null,
    live,
    hold: boards.find((board) => board.write_mode === "hold")?.id ?? null,
    local: await localBoard(ask, boards),
    shared: live && (await sharedPath(ask, live)),
  };
}

/** A page is drawn when nothing is awaited any more; its stream of changes never ends and does not count. */
export async function visit(page, url, path) {
  // Where only what is behind # is another, a browser reads nothing anew.
  if (path.includes("#")) await page.goto("about:blank");
  await page.goto(new URL(path, url).href);
  await page.locator("main, [role=main]").first().waitFor();
  await isSettled(page);
}

/** Nothing on the page says any more that it is being read, and what was said last is painted. */
export async function isSettled(page) {
  await page.waitForFunction(() => !document.querySelector("[aria-busy=true], [data-skeleton]"));
  await page.evaluate(() => document.fonts.ready);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/**
 * One each: its name, its address, and what is done there first. `arrange` comes before the visit and gives what undoes it;
 * `part` is what it is about, where the rest is another page's; `on` says where it is: everywhere, on a `screen` but not a
 * phone, or as one `once` is as good as all.
 */
export function pages(world) {
  return [...plain(world), ...boards(world)];
}

const DIALOG = "[role=dialog]";
const dialog = (page) => page.locator(DIALOG).last().waitFor();

function plain({ connection, item, decision }) {
  const all = [
    { name: "action-items", path: "/action-items" },
    { name: "action-items-board", path: "/action-items?view=board" },
    { name: "action-items-create", path: "/action-items?create=one", act: dialog, part: DIALOG },
    { name: "action-items-lines", path: "/action-items?create=lines", act: dialog, part: DIALOG },
    { name: "action-items-bin", path: "/action-items/bin" },
    { name: "sync-health", path: "/sync" },
    { name: "connections", path: "/connections" },
    { name: "connection-add", path: "/connections?add=true", act: dialog, part: DIALOG },
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

function boards({ live, hold, local, shared }) {
  const all = [
    { name: "boards", path: "/boards" },
    { name: "board-new", path: "/boards/new", act: isProposed },
  ];
  if (live) {
    const board = `/boards/${live}`;
    all.push(
      { name: "board", path: board, act: isDrawn },
      { name: "board-compact", path: `${board}?density=compact`, act: isDrawn, on: "screen" },
      { name: "board-fit", path: `${board}?density=fit`, act: isDrawn, on: "screen" },
      { name: "board-by-type", path: `${board}?group=type`, act: isDrawn, on: "once" },
      { name: "board-panel", path: board, act: openPanel, part: "aside" },
      { name: "board-agreement", path: board, act: openAgreement, part: "aside" },
      { name: "board-move", path: board, act: openMove, part: DIALOG },
      { name: "board-filter", path: board, act: openFilter, part: DIALOG },
      { name: "board-hover", path: board, act: hoverDependency, on: "once" },
      { name: "board-load", path: board, act: openLoad, on: "once" },
      { name: "board-palette", path: board, act: openPalette, part: DIALOG },
      { name: "board-keys", path: board, act: openKeys, part: DIALOG, on: "screen" },
      { name: "board-menu", path: board, act: openMenu, part: "[role=menu]", on: "once" },
      { name: "board-create", path: board, act: openCreate, on: "once" },
      { name: "board-moving", path: board, act: pickUp, on: "once" },
      { name: "board-parking-lot", path: board, act: openTray },
      { name: "board-nothing-found", path: `${board}?tags=%5B%22no-such-tag%22%5D`, act: isEmpty },
      { name: "board-offline", path: board, arrange: unreachable, act: isOffline },
      { name: "board-polling", path: board, arrange: polling, act: isPolling },
      { name: "board-lens", path: `${board}/lens`, act: isLens },
      { name: "board-timeline", path: `${board}/timeline`, act: isTimeline },
      { name: "board-settings", path: `${board}/settings`, act: isSettings },
    );
  }
  if (local) {
    const board = `/boards/${local}`;
    all.push(
      { name: "board-local", path: board, act: openLocal },
      { name: "board-local-new", path: "/boards/new?connection=local", act: isLocalForm },
    );
  }
  if (shared) all.push({ name: "shared", path: shared, act: isDrawn }, { name: "shared-panel", path: shared, act: openShared, part: "aside" });
  if (hold) {
    const board = `/boards/${hold}`;
    all.push(
      { name: "board-hold", path: board, act: isDrawn },
      { name: "board-hold-fit", path: `${board}?density=fit`, act: isDrawn, on: "once" },
      { name: "publish", path: `${board}/publish`, act: isTried },
    );
  }
  return all;
}

// What the demo's board has to show: a feature with dependencies, a story, a card in conflict.
const FEATURE = 4112;
const STORY = 4118;
const CONFLICT = 4122;

/** The card of a work item itself, not what stands for it in another row. */
const card = (page, number) =>
  page.locator(`[data-key]:not([data-shadow])`).filter({ has: page.locator(`text="${number}"`) }).first();

/** That card, on a phone after turning to the iteration it lies in. */
async function reach(page, number) {
  await isDrawn(page);
  const found = card(page, number);
  const sprints = await page.getByRole("radio", { name: /sprint/i }).or(page.getByRole("tab", { name: /sprint/i })).all();
  for (const sprint of sprints) {
    if (await found.isVisible()) break;
    await sprint.click();
  }
  return found;
}

export async function isDrawn(page) {
  await page.locator("main [data-key]").first().waitFor();
  await isSettled(page);
}

async function isOffline(page) {
  await isDrawn(page);
  await page.getByText(/has not answered since/).waitFor();
}

async function isPolling(page) {
  await isDrawn(page);
  await page.getByText("Every 60 s").waitFor();
}

async function openLocal(page) {
  await isDrawn(page);
  await othersCome(page);
}

async function isLocalForm(page) {
  await page.getByText("None: a local board").first().waitFor();
}

async function openShared(page) {
  await (await reach(page, FEATURE)).click();
  await page.locator("aside").waitFor();
  await isSettled(page);
}

async function isEmpty(page) {
  await page.getByText("No card matches these filters").waitFor();
}

async function isLens(page) {
  await page.getByText("Add story").first().waitFor();
}

async function isTimeline(page) {
  await page.getByText(/features?$/).first().waitFor();
}

async function isSettings(page) {
  await page.getByText("What moving a card writes").waitFor();
  await page.getByText(/the iteration path of/).first().waitFor();
}

async function isProposed(page) {
  await page.getByRole("button", { name: /^Create board with/ }).waitFor();
  await page.getByText("Refused in the dry run").waitFor();
}

async function isTried(page) {
  await page.getByRole("button", { name: /^Publish \d+ change/ }).waitFor();
}

async function openPanel(page) {
  await (await reach(page, CONFLICT)).click();
  await page.getByText("History", { exact: true }).waitFor();
  await isSettled(page);
}

async function openAgreement(page) {
  await (await reach(page, FEATURE)).click();
  await page.locator("aside").getByRole("button", { name: /^(on track|same sprint|wrong order)/ }).first().click();
  await page.getByText("Giver", { exact: true }).first().waitFor();
}

async function openMove(page) {
  await (await reach(page, STORY)).focus();
  await page.keyboard.press("m");
  await dialog(page);
}

async function openFilter(page) {
  await isDrawn(page);
  await page.getByRole("button", { name: /^Filter/ }).click();
  await dialog(page);
}

async function hoverDependency(page) {
  await (await reach(page, FEATURE)).hover();
}

async function openLoad(page) {
  await isDrawn(page);
  await page.locator('[data-load][data-tone="over"]').first().focus();
  await page.getByText("Features are not counted, only their stories.").waitFor();
}

async function openPalette(page) {
  await isDrawn(page);
  await page.keyboard.press("Control+k");
  await dialog(page);
}

async function openKeys(page) {
  await isDrawn(page);
  await page.keyboard.press("Shift+?");
  await dialog(page);
}

async function openMenu(page) {
  await (await reach(page, FEATURE)).click({ button: "right" });
  await page.getByRole("menu").waitFor();
}

async function openCreate(page) {
  await (await reach(page, STORY)).focus();
  await page.keyboard.press("c");
  await page.getByPlaceholder("Title").waitFor();
}

async function pickUp(page) {
  await (await reach(page, STORY)).focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowRight");
  await page.getByText(/^Moving/).first().waitFor();
}

async function openTray(page) {
  await isDrawn(page);
  await page.getByRole("button", { name: /Parking lot/ }).click();
  await page.getByRole("group", { name: "Parking lot" }).waitFor();
}
