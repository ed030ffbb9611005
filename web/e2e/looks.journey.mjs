// What every page looks like to somebody who sees little, uses no mouse, or holds a phone: the demo's pages, judged.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { newVisitor, openBrowser } from "./browser.mjs";
import { axe, crossings, fit, hiddenFocus, motions, smallText } from "./looks.mjs";
import { isDrawn, isSettled, pages, signIn, visit } from "./pages.mjs";
import { Program } from "./programs.mjs";

const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 1024, height: 768 };
const PHONE = { width: 390, height: 844 };
const FINGER_PX = 32;
const N_TEAMS = 8;
const N_ITERATIONS = 5;
const N_FEATURES_MIN = 60;
const FIT_TEXT_PX = 11;

let browser, demo, url;
before(async () => {
  browser = await openBrowser();
  demo = new Program(["demo", "--no-open", "--port", "0"]);
  [, url] = await demo.says(/Lockstep\s+(http:\/\/[^/\s]+)/);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** A visitor who is signed in; `bypassCSP` lets axe into the page. */
async function visitor(options) {
  const { context, page, complaints } = await newVisitor(browser, { bypassCSP: true, reducedMotion: "reduce", ...options });
  return { context, page, complaints, world: await signIn(context, url) };
}

/** No word at all when all is well, else one line for each finding. */
function nothing(found) {
  assert.equal([...found].join("\n"), "");
}

describe("every page, in both themes", { concurrency: 2 }, () => {
  for (const sizes of [[WIDE, NARROW], [PHONE]]) {
    const isPhone = sizes[0] === PHONE;
    const widths = sizes.map(({ width }) => width).join(" and ");
    test(`at ${widths} px nothing grave for axe, nothing cut, nothing sideways`, async () => {
      const [first] = sizes;
      const { context, page, complaints, world } = await visitor({ viewport: first, hasTouch: isPhone });
      const { page: stranger, context: outside } = await newVisitor(browser, { bypassCSP: true, reducedMotion: "reduce", viewport: first });
      await visit(stranger, url, "/");
      const found = named("sign-in", await judge(stranger, sizes));
      await outside.close();
      for (const { name, path, arrange, act, part, on } of pages(world)) {
        if (on && isPhone) continue;
        await page.setViewportSize(first);
        const undo = await arrange?.(page);
        await visit(page, url, path);
        const failed = await act?.(page).then(() => null, String);
        // One visit is judged in every width: what is open stays open.
        const said = failed ? [failed.split("\n")[0]] : await judge(page, on === "once" ? [first] : sizes, part);
        found.push(...named(name, said));
        await undo?.();
      }
      await context.close();
      nothing(found);
      nothing(complaints);
    });
  }
});

const named = (name, said) => said.map((one) => `${name}: ${one}`);

async function judge(page, sizes, part) {
  const found = [];
  for (const size of sizes) {
    await page.setViewportSize(size);
    await isSettled(page);
    const said = await axe(page, { part });
    // What else is dark than its colours is as light as day.
    await page.emulateMedia({ colorScheme: "dark" });
    said.push(...(await axe(page, { part, rules: ["color-contrast"] })).map((one) => `dark: ${one}`));
    await page.emulateMedia({ colorScheme: "light" });
    said.push(...(await fit(page, { part, target_px: size === PHONE ? FINGER_PX : 0 })));
    found.push(...named(size.width, said));
  }
  return found;
}

describe("the program board", () => {
  test("in density fit shows 8 teams by 5 iterations of 60 features at 1440 x 900, unscrolled, in text of 11 px or more", async () => {
    const { context, page, world } = await visitor();
    await visit(page, url, `/boards/${world.live}?density=fit`);
    await isDrawn(page);
    const grid = page.getByRole("grid");
    assert.equal(await grid.getByRole("rowheader").count(), N_TEAMS);
    assert.equal((await grid.getByRole("columnheader").count()) - 1, N_ITERATIONS);
    const features = await page.locator('main [data-key][aria-label^="Feature"]').count();
    assert.ok(features >= N_FEATURES_MIN, `${features} features`);
    const size = await grid.evaluate((board) => [board.scrollWidth - board.clientWidth, board.scrollHeight - board.clientHeight]);
    assert.deepEqual(size, [0, 0]);
    nothing(await smallText(page, "[role=grid]", FIT_TEXT_PX));
    await context.close();
  });

  for (const density of ["comfortable", "compact", "fit"]) {
    test(`in density ${density} draws no curve over a card`, async () => {
      const { context, page, world } = await visitor();
      await visit(page, url, `/boards/${world.live}?density=${density}`);
      await isDrawn(page);
      const found = new Set(await crossings(page));
      const keys = () => page.locator("[data-curve]").evaluateAll((all) => all.map((one) => one.dataset.curve));
      const drawn = new Set(await keys());
      const n_at_rest = drawn.size;
      // Those on track are drawn for the card under the hand alone.
      for (const card of await page.locator("main [data-key]").all()) {
        const box = await card.boundingBox();
        if (!box || box.y < 150 || box.y + box.height > 860) continue;
        await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        for (const one of await crossings(page)) found.add(one);
        for (const key of await keys()) drawn.add(key);
      }
      assert.ok(n_at_rest > 0 && drawn.size > n_at_rest, `${n_at_rest} curves at rest, ${drawn.size} in all`);
      nothing(found);
      await context.close();
    });
  }
});

describe("for somebody without a mouse", () => {
  // What opens by keys alone: the keys, with the focus on a card, and what then is there.
  const OPENED = [
    ["Move to…", ["m"], (page) => page.getByRole("dialog", { name: /^Move 4118/ })],
    ["the list of keys", ["Shift+?"], (page) => page.getByRole("dialog", { name: "Keys" })],
    ["the palette", ["Control+k"], (page) => page.getByRole("dialog")],
    ["State", ["s"], (page) => page.getByRole("dialog").or(page.getByRole("listbox"))],
    ["Points", ["p"], (page) => page.getByRole("dialog").or(page.getByRole("spinbutton")).or(page.getByRole("textbox", { name: /points/i }))],
    ["the panel", ["Enter"], (page) => page.getByRole("complementary", { name: /Slot calendar/ })],
    ["the card's menu", ["Shift+F10"], (page) => page.getByRole("menu")],
    ["a link", ["l"], (page) => page.getByText("Which card waits for 4118?")],
    ["a card in hand", ["Space"], (page) => page.getByText(/^Moving 4118/)],
    ["a new card", ["c"], (page) => page.getByPlaceholder("Title")],
  ];

  test("whatever opens on a board closes with Escape and gives the focus back to its card", async () => {
    const { context, page, world } = await visitor();
    await visit(page, url, `/boards/${world.live}`);
    await isDrawn(page);
    const card = page.locator('[data-key][aria-label^="User Story 4118"]');
    for (const [what, keys, shown] of OPENED) {
      await card.focus();
      for (const key of keys) await page.keyboard.press(key);
      await shown(page).first().waitFor().catch(() => assert.fail(`${what} does not open by ${keys}`));
      await page.keyboard.press("Escape");
      await shown(page).first().waitFor({ state: "hidden" }).catch(() => assert.fail(`${what} stays after Escape`));
      await page
        .waitForFunction(() => document.activeElement?.getAttribute("aria-label")?.startsWith("User Story 4118"))
        .catch(async () => assert.fail(`${what} gives the focus to ${await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 120))}`));
    }
    await context.close();
  });

  test("the focus is seen and lies under nothing that sticks, wherever arrows and Tab lead", async () => {
    const { context, page, world } = await visitor();
    const found = new Set();
    await visit(page, url, `/boards/${world.live}`);
    await isDrawn(page);
    await page.locator("[data-key]").first().focus();
    for (const key of [...Array(14).fill("ArrowDown"), ...Array(4).fill("ArrowRight"), ...Array(14).fill("ArrowUp"), ...Array(4).fill("ArrowLeft")]) {
      await page.keyboard.press(key);
      for (const one of await hiddenFocus(page)) found.add(`board, ${key}: ${one}`);
    }
    for (const path of [`/boards/${world.hold}/publish`, "/boards/new", "/sync", `/connections/${world.connection}`, "/action-items"]) {
      await visit(page, url, path);
      for (let n = 0; n < 25; n += 1) {
        await page.keyboard.press("Tab");
        for (const one of await hiddenFocus(page)) found.add(`${path}: ${one}`);
      }
    }
    await context.close();
    nothing(found);
  });
});

describe("for somebody who asked their system", () => {
  test("for less motion, nothing moves", async () => {
    const { context, page, world } = await visitor();
    for (const path of ["/boards", `/boards/${world.live}`, `/boards/${world.live}/timeline`, "/action-items?create=one"]) {
      await visit(page, url, path);
      nothing(await motions(page));
    }
    await context.close();
  });

  test("for colours of their own, cards, loads, marks and the focus keep their edges", async () => {
    const { context, page, world } = await visitor({ forcedColors: "active" });
    await visit(page, url, `/boards/${world.live}`);
    await isDrawn(page);
    const edges = (locator) =>
      locator.evaluate((element) => {
        const style = getComputedStyle(element);
        return [style.borderTopStyle, style.outlineStyle].filter((one) => one !== "none");
      });
    const card = page.locator('[data-key][aria-label*="Conflict"]').first();
    assert.ok((await edges(card)).length > 0, "a card has no edge");
    assert.ok((await edges(card.locator("[data-sync]").first())).length > 0, "a mark has no edge");
    assert.ok((await edges(page.locator("[data-load] > span").first())).length > 0, "a load has no edge");
    await card.focus();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowDown");
    assert.deepEqual(await hiddenFocus(page), []);
    // The curves say by colour and dash what the legend says, so their colours are kept.
    const strokes = await page.locator("[data-curve]").evaluateAll((all) => all.map((one) => getComputedStyle(one).stroke));
    assert.ok(new Set(strokes).size > 1, `all curves are ${strokes[0]}`);
    await context.close();
  });
});
