// Who may look may look and nothing else; who is not listed has no such board; a phone moves cards without dragging.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Board } from "./board-pages.mjs";
import { openBrowser } from "./browser.mjs";
import { foundCompany } from "./company.mjs";
import { truthFromNow } from "./ground-truth.mjs";
import { inWorld } from "./world.mjs";

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

let browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser?.close());

test("a viewer looks, a stranger sees no board, and a phone moves a card", () =>
  inWorld(browser, {}, async (world) => {
    const company = await foundCompany(world);
    const id = await company.board();
    const there = await world.azureDevOps();
    const truth = await truthFromNow(world);

    const viewer = await company.person("Elena Petrova", { role: "viewer", hasToken: false });
    const viewers = await new Board(viewer.page, world.url, id).listens();
    await viewers.open("?density=fit");
    await viewers.tabToCards();
    await viewers.walkTo(4099);
    for (const key of ["Shift+ArrowLeft", "m", "l", "s", "c"]) await viewer.page.keyboard.press(key);
    assert.equal(await viewer.page.getByRole("dialog").count(), 0);
    await viewers.seesCard(4099, "Manifest", "IP sprint");
    await viewer.page.keyboard.press("Enter");
    await viewers.seesOpen(4099);
    assert.equal(await viewer.page.getByRole("button", { name: "Move to…" }).count(), 0);

    const tom = await company.person("Tom Okafor", { browser: PHONE });
    const stranger = await company.person("Ines Duarte");
    await company.admin.ask("PATCH", `/api/boards/${id}`, {
      see: "listed",
      people: [
        { member_id: tom.id, may_edit: true },
        { member_id: viewer.id, may_edit: false },
      ],
    });
    const hidden = "This board cannot be shown";
    await stranger.page.goto(`${world.url}/boards/${id}`);
    await stranger.page.getByText(hidden).waitFor();
    await stranger.page.goto(`${world.url}/boards`);
    await stranger.page.getByText("No board yet").waitFor();
    // The browser itself logs each answer of 404; that they came is what was wanted.
    assert.ok(stranger.complaints.every((one) => one.includes("status of 404")));
    stranger.complaints.length = 0;
    await viewer.page.reload();
    await viewers.seesOpen(4099);

    const toms = new Board(tom.page, world.url, id);
    await toms.open("?sprint=4");
    await toms.card(4099).tap();
    await tom.page.getByRole("button", { name: "Move to…" }).tap();
    const dialog = tom.page.getByRole("dialog", { name: "Move 4099 to…" });
    await dialog.getByText("Sprint 44", { exact: true }).or(dialog.getByText(/^Sprint 44 /)).first().tap();
    await dialog.getByRole("button", { name: "Move 4099" }).tap();
    await dialog.waitFor({ state: "detached" });
    await there.workItem(4099);
    await there.sees("Iteration", "Harbour\\PI 26.4\\Sprint 44");
    assert.equal(await there.lastChangedBy(), "Tom Okafor");
    assert.deepEqual(
      (await truth.written()).map(({ work_item, token }) => [work_item, token]),
      [[4099, "Tom Okafor"]],
    );
  }));
