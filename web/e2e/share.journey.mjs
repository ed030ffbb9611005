// What goes out of a board, in a browser: a link for people without an account, files, and paper.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { newVisitor, openBrowser } from "./browser.mjs";
import { Program, freePort } from "./programs.mjs";

let browser;
let demo;
let url;

before(async () => {
  browser = await openBrowser();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  demo = new Program(["demo", "--no-open", "--port", String(port)]);
  await demo.answers(`${url}/readyz`);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** A browser in which a person of the demo is signed in, with its board open. */
async function planner(role) {
  const visitor = await newVisitor(browser, { acceptDownloads: true });
  const { context, page } = visitor;
  const session = await (await context.request.get(`${url}/api/session`)).json();
  const person = session.demo.people.find((one) => one.role === role);
  await context.request.post(`${url}/api/demo/person`, { data: { member_id: person.id } });
  const boards = await (await context.request.get(`${url}/api/boards`)).json();
  await page.goto(`${url}/boards/${boards[0].id}`);
  await page.getByRole("grid").waitFor();
  return { ...visitor, board: boards[0] };
}

async function pick(page, entry) {
  await page.getByRole("button", { name: /^Export/ }).click();
  await page.getByRole("menuitem", { name: entry }).click();
}

describe("a board is shared by a link", () => {
  test("which shows the plan without an account, until somebody ends it", async () => {
    const admin = await planner("company_admin");
    await pick(admin.page, "Share by link");
    const dialog = admin.page.getByRole("dialog");
    await dialog.getByText("No link shows this board").waitFor();
    await dialog.getByRole("button", { name: "Make a link" }).click();
    const address = await dialog.getByLabel("The new link").inputValue();
    assert.match(address, new RegExp(`^${url}/shared#[\\w-]{43}$`));

    const guest = await newVisitor(browser);
    const asked = [];
    guest.page.on("request", (request) => asked.push(request.url()));
    await guest.page.goto(address);
    await guest.page.getByRole("grid", { name: new RegExp(admin.board.name) }).waitFor();
    await guest.page.getByText("read-only", { exact: true }).waitFor();
    const secret = address.split("#").at(-1);
    // The page asks this server alone, and sends its secret in no address: what stands behind # stays in the browser.
    for (const one of asked) {
      assert.equal(new URL(one).origin, url);
      assert.ok(!one.split("#")[0].includes(secret), "the secret is in an address");
    }
    // A card is read and nothing of it can be changed.
    const card = guest.page.locator("[aria-roledescription=card]").first();
    await card.focus();
    await guest.page.keyboard.press("Enter");
    const panel = guest.page.locator("aside");
    await panel.getByText("Assigned to").waitFor();
    assert.equal(await panel.getByRole("button", { name: /Move|Add|Remove/ }).count(), 0);
    assert.equal(await guest.page.getByRole("link").count(), 0);
    await guest.page.keyboard.press("Escape");

    await dialog.getByRole("button", { name: /^End the link/ }).click();
    await dialog.getByText("ended", { exact: true }).waitFor();
    await guest.page.reload();
    await guest.page.getByText("This link has ended").waitFor();
    assert.equal(await guest.page.getByRole("grid").count(), 0);

    await admin.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.deepEqual(admin.complaints, []);
    // The browser itself tells of the answer that said so.
    assert.deepEqual(guest.complaints.filter((one) => !one.includes("410")), []);
    await admin.context.close();
    await guest.context.close();
  });

  test("but not by those who do not manage it", async () => {
    const member = await planner("member");
    await member.page.getByRole("button", { name: "Export", exact: true }).click();
    await member.page.getByRole("menuitem", { name: "Workbook" }).waitFor();
    assert.equal(await member.page.getByRole("menuitem", { name: /Share/ }).count(), 0);
    await member.context.close();
  });
});

describe("a quick filter is kept for everybody", () => {
  test("by one who plans, and seen by the next", async () => {
    const admin = await planner("company_admin");
    const member = await planner("member");
    const pop = async ({ page }) => {
      await page.getByRole("button", { name: /^Filter/ }).click();
      return page.getByRole("dialog", { name: "Filter" });
    };
    const own = await pop(member);
    await own.getByRole("button", { name: /^Bug/ }).click();
    await own.getByRole("button", { name: "Save as quick filter…" }).click();
    await own.getByLabel("Name of the quick filter").fill("Bugs alone");
    await own.getByText("For everybody").click();
    await own.getByRole("button", { name: "Save", exact: true }).click();
    await own.getByRole("button", { name: /Bugs alone$/ }).waitFor();

    const theirs = await pop(admin);
    await theirs.getByRole("button", { name: /Bugs alone$/ }).click();
    await admin.page.waitForURL(/types=/);
    await theirs.getByRole("button", { name: "Remove Bugs alone for everybody" }).click();
    await theirs.getByRole("button", { name: /Bugs alone$/ }).waitFor({ state: "detached" });
    assert.deepEqual([...admin.complaints, ...member.complaints], []);
    await admin.context.close();
    await member.context.close();
  });
});

describe("a board is taken along", () => {
  test("as tables, pictures and paper, with nothing asked of anybody else", async () => {
    const { page, context, complaints, board } = await planner("company_admin");
    const asked = [];
    page.on("request", (request) => asked.push(request.url()));
    const file = async (entry) => {
      const downloads = page.waitForEvent("download");
      await pick(page, entry);
      const download = await downloads;
      assert.ok(download.suggestedFilename().startsWith(board.name.replace(/[^\p{L}\p{N} ._-]+/gu, " ").slice(0, 8)));
      return readFile(await download.path());
    };
    const table = (await file("Table (CSV)")).toString("utf8");
    assert.ok(table.startsWith("\ufeffID,Type,Title,"));
    assert.ok(table.split("\r\n").length > 20);
    assert.equal((await file("Workbook")).subarray(0, 2).toString(), "PK");
    const drawing = (await file("Drawing")).toString("utf8");
    assert.match(drawing, /^<svg xmlns=/);
    assert.ok(drawing.includes("@font-face"), "the font comes inside");
    const picture = await file("Picture");
    assert.deepEqual([...picture.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
    const width = picture.readUInt32BE(16);
    assert.equal(width, Math.round(2 * Number(/width="([\d.]+)"/.exec(drawing)[1])));

    // Whatever is in view, paper holds every card; after printing the page is as before.
    const titles = new Set([...table.matchAll(/\/_workitems\/edit\/(\d+)/g)].map((match) => match[1]));
    // The sheets come a moment after the board.
    await page.waitForFunction(() => {
      dispatchEvent(new Event("beforeprint"));
      return document.querySelector("[data-print]") !== null;
    });
    const printed = await page.locator("[data-print] > svg").evaluateAll((pages) => pages.map((one) => one.textContent));
    assert.ok(printed.length >= 2, "more than one page");
    for (const text of printed) assert.match(text, /Sprint|Iteration|PI/);
    const shown = [...titles].filter((number) => printed.some((text) => text.includes(number)));
    assert.ok(shown.length > 20, `${shown.length} cards`);
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    assert.equal(await page.locator("[data-print]").count(), 0);

    for (const one of asked.filter((address) => address.startsWith("http"))) assert.equal(new URL(one).origin, url);
    assert.deepEqual(complaints, []);
    await context.close();
  });
});
