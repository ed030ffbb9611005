// A release train engineer's first ten minutes: from *Add connection* to a board of their own project with real cards on it,
// in at most fifteen clicks. Leaves a picture of every step.
import assert from "node:assert/strict";
import { mkdir, rm } from "node:fs/promises";
import { after, before, test } from "node:test";
import { Board } from "./board-pages.mjs";
import { openBrowser } from "./browser.mjs";
import { countClicks } from "./clicks.mjs";
import { Lockstep } from "./lockstep-pages.mjs";
import { Wizard } from "./wizard-pages.mjs";
import { RESULTS, inWorld } from "./world.mjs";

const CLICKS_MAX = 15;
const TWO_RIGHTS = ["vso.project", "vso.work_write"];
const PICTURES = `${RESULTS}/first-board`;

let browser;
before(async () => {
  browser = await openBrowser();
  await rm(PICTURES, { recursive: true, force: true });
  await mkdir(PICTURES, { recursive: true });
});
after(() => browser?.close());

test("from Add connection to a board with real cards, in fifteen clicks or fewer", () =>
  inWorld(browser, {}, async (world) => {
    const visitor = await world.visitor();
    const { page } = visitor;
    const azureDevOps = await world.azureDevOps();
    const token = await azureDevOps.token("connection");
    assert.deepEqual(token.scopes.toSorted(), TWO_RIGHTS);
    let n_pictures = 0;
    const picture = async (name) => {
      n_pictures += 1;
      await page.screenshot({ path: `${PICTURES}/${String(n_pictures).padStart(2, "0")}-${name}.png` });
    };

    await new Lockstep(page).setUp(world.setUpAddress);
    const addConnection = page.getByRole("link", { name: "Add connection" });
    await addConnection.waitFor();
    await picture("first-run");
    const clicks = await countClicks(visitor);
    const begun_ms = Date.now();

    await addConnection.click();
    const dialog = page.getByRole("dialog", { name: "Add connection" });
    await dialog.getByLabel("Server URL or organization").fill(azureDevOps.address);
    await dialog.getByLabel("Personal access token", { exact: true }).fill(token.text);
    await dialog.getByRole("checkbox", { name: /plain http/ }).check();
    await dialog.getByRole("button", { name: "Test connection" }).click();
    await dialog.getByRole("status").getByText("Required 2 of 2").waitFor();
    await dialog.getByRole("radio", { name: /^Hold the edit/ }).check();
    await picture("connection-tested");
    await dialog.getByRole("button", { name: "Save and enable" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("heading", { level: 1 }).waitFor();
    await picture("connected");

    await page.getByRole("link", { name: "Boards", exact: true }).first().click();
    await page.getByRole("link", { name: "New board" }).waitFor();
    await picture("no-board-yet");
    await page.getByRole("link", { name: "New board" }).click();
    const wizard = new Wizard(page);
    await wizard.seesProposal();
    await picture("proposed");
    await wizard.rename("Harbour train");
    await page.getByRole("radio", { name: /^Hold/ }).waitFor();
    const n_items = await wizard.nToCreate();
    await wizard.create().scrollIntoViewIfNeeded();
    await picture("about-to-create");
    await wizard.create().click();

    // The board is there at once, and fills by itself.
    const board = new Board(page);
    await page.getByRole("grid", { name: /^Harbour train/ }).waitFor();
    await picture("filling");
    await page.getByText("Reading work items").waitFor({ state: "detached" });
    await board.seesCard(4112, "Customs", "Sprint 42");
    await board.seesOnCard(4103, "3 of 3 stories closed");
    await board.drag(4149, "Customs", "Sprint 43");
    await board.seesCard(4149, "Customs", "Sprint 43");
    await page.getByText("On hold: 1 unpublished change", { exact: true }).waitFor();
    await picture("planning");
    await page.getByRole("link", { name: "Boards", exact: true }).first().click();
    await page.getByRole("row", { name: /^Harbour train/ }).getByRole("cell", { name: String(n_items) }).waitFor();
    await picture("boards");

    const s = Math.round((Date.now() - begun_ms) / 1000);
    console.log(`From Add connection to a board with ${n_items} items: ${clicks.n} clicks, ${s} s.`);
    assert.ok(clicks.n <= CLICKS_MAX, `${clicks.n} clicks`);
  }));
