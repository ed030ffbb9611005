// A day on the program board: what is done here is seen in Azure DevOps under the name of who did it, what is done there is
// seen here without a reload, by mouse and by keyboard alone, by two people at once.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Board } from "./board-pages.mjs";
import { openBrowser } from "./browser.mjs";
import { foundCompany } from "./company.mjs";
import { truthFromNow } from "./ground-truth.mjs";
import { startWorld, walking } from "./world.mjs";

const SPRINT = (name) => `Harbour\\PI 26.4\\${name}`;
const TOM = "Tom Okafor";
const YUKI = "Yuki Tanabe";
const UNIQUE = (name) => `${name.toLowerCase().replace(" ", ".")}@northquay.example`;

let browser, world, board, company, tom, yuki, there;
before(async () => {
  browser = await openBrowser();
  world = await startWorld(browser);
  company = await foundCompany(world);
  board = await company.board();
  tom = await company.person(TOM);
  yuki = await company.person(YUKI);
  there = await world.azureDevOps();
});
after(async () => {
  await world?.stop();
  await browser?.close();
});

/** The whole plan fits on the screen so. */
const FIT = "?density=fit";
const at = (person, search = FIT) => ({
  async open() {
    const page = await new Board(person.page, world.url, board).listens();
    await page.open(search);
    return page;
  },
});

const telling = (walk) => walking(world, walk);

describe("a program board", () => {
  test("by mouse: a card is dragged, and moved back there", () =>
    telling(async () => {
      const here = await at(tom).open();
      await here.seesCard(4135, "Quay", "IP sprint");
      const truth = await truthFromNow(world);

      await here.drag(4135, "Customs", "Sprint 43");
      await here.seesCard(4135, "Customs", "Sprint 43");
      await there.workItem(4135);
      await there.sees("Iteration", SPRINT("Sprint 43"));
      await there.sees("Area", "Harbour\\Customs");
      assert.equal(await there.lastChangedBy(), TOM);
      const [write, ...more] = await truth.written();
      assert.deepEqual(more, []);
      assert.deepEqual([write.work_item, write.by, write.token], [4135, UNIQUE(TOM), TOM]);

      await there.set({ Iteration: SPRINT("Sprint 44") });
      await here.seesCard(4135, "Customs", "Sprint 44");
    }));

  test("by mouse: a dependency is drawn, and deleted there", () =>
    telling(async () => {
      const here = await at(tom).open();
      await here.drawLink(4149, 4181);
      await here.seesOnCard(4181, "Waits for 4149, same sprint");
      await there.workItem(4181);
      await there.seesLink("Predecessor", 4149);
      assert.equal(await there.lastChangedBy(), TOM);
      await there.workItem(4149);
      await there.seesLink("Successor", 4181);

      await there.removeLink("Successor", 4181);
      await here.seesNotOnCard(4181, "Waits for 4149");
      await here.seesNotOnCard(4149, "Needed by 4181");
      await there.workItem(4181);
      await there.seesNoLink("Predecessor", 4149);
    }));

  test("by keyboard alone: a card is carried, stepped and sent to a place, and moved back there", () =>
    telling(async () => {
      const here = await at(yuki).open();
      const { keyboard } = here.page;
      const truth = await truthFromNow(world);
      await here.tabToCards();
      await here.walkTo(4099);

      await keyboard.press("Space");
      await here.hears(/^4099 picked up/);
      await keyboard.press("ArrowLeft");
      assert.match(await here.hears(/^4099, /), /^4099, Manifest, Sprint 44, load .* Enter to drop\.$/);
      await keyboard.press("ArrowDown");
      await here.hears(/^4099, Customs, Sprint 44, load/);
      await keyboard.press("Enter");
      await here.hears(/^4099 moved to Customs, Sprint 44$/);
      await here.seesCard(4099, "Customs", "Sprint 44");
      await here.seesFocusOn(4099);
      await there.workItem(4099);
      await there.sees("Iteration", SPRINT("Sprint 44"));
      await there.sees("Area", "Harbour\\Customs");
      assert.equal(await there.lastChangedBy(), YUKI);

      await keyboard.press("Shift+ArrowLeft");
      await here.hears(/^4099 moved to Customs, Sprint 43$/);
      await there.sees("Iteration", SPRINT("Sprint 43"));

      await keyboard.press("m");
      const dialog = here.page.getByRole("dialog", { name: "Move 4099 to…" });
      await dialog.getByRole("radio", { name: /^Sprint 43/, checked: true }).waitFor();
      await here.seesFocusIn(dialog);
      await keyboard.press("ArrowUp");
      await keyboard.press("Enter");
      await dialog.waitFor({ state: "detached" });
      await here.hears(/^4099 moved to Customs, Sprint 42$/);
      await there.sees("Iteration", SPRINT("Sprint 42"));

      const writes = await truth.written();
      assert.deepEqual(
        writes.map(({ work_item, by, token }) => [work_item, by, token]),
        Array(3).fill([4099, UNIQUE(YUKI), YUKI]),
      );

      // Somebody else moves it while it has the focus here: it stays under the hand until it is let go.
      await there.set({ Iteration: SPRINT("IP sprint") });
      await here.hears(/^4099: Mara Lindqvist moved this to IP sprint$/);
      await here.seesCard(4099, "Customs", "Sprint 42");
      await keyboard.press("ArrowUp");
      await here.seesCard(4099, "Customs", "IP sprint");
    }));

  test("by keyboard alone: a dependency is made, and deleted there", () =>
    telling(async () => {
      const here = await at(yuki).open();
      const { keyboard } = here.page;
      await here.tabToCards();
      await here.walkTo(4166);
      await keyboard.press("l");
      await here.hears(/^Choose the card that waits for this one/);
      await here.walkTo(4304);
      await keyboard.press("Enter");
      await here.hears(/^4304 waits for 4166$/);
      await here.seesOnCard(4304, "Waits for 4166, same sprint");
      await there.workItem(4304);
      await there.seesLink("Predecessor", 4166);
      assert.equal(await there.lastChangedBy(), YUKI);
      await there.workItem(4166);
      await there.seesLink("Successor", 4304);

      await there.removeLink("Successor", 4304);
      await here.seesNotOnCard(4304, "Waits for 4166");
      await here.seesNotOnCard(4166, "Needed by 4304");
    }));

  test("by keyboard alone: acts are taken back and done again", () =>
    telling(async () => {
      const here = await at(tom).open();
      const { keyboard } = here.page;
      await here.tabToCards();
      await here.walkTo(4181);
      await keyboard.press("Shift+ArrowLeft");
      await here.seesCard(4181, "Tideway", "Sprint 44");
      await there.workItem(4181);
      await there.sees("Iteration", SPRINT("Sprint 44"));

      await keyboard.press("Control+z");
      await here.seesCard(4181, "Tideway", "IP sprint");
      await there.sees("Iteration", SPRINT("IP sprint"));
      assert.equal(await there.lastChangedBy(), TOM);

      await keyboard.press("Control+Shift+z");
      await here.seesCard(4181, "Tideway", "Sprint 44");
      await there.sees("Iteration", SPRINT("Sprint 44"));
    }));

  test("two people see each other and each other's moves, and nothing is pulled from under a hand", () =>
    telling(async () => {
      const toms = await at(tom).open();
      const yukis = await at(yuki).open();
      await toms.seesHere(YUKI);
      await yukis.seesHere(TOM);

      await toms.drag(4122, "Quay", "Sprint 43");
      await yukis.seesCard(4122, "Quay", "Sprint 43");

      await yukis.tabToCards();
      await yukis.walkTo(4122);
      await toms.drag(4122, "Quay", "Sprint 44");
      const note = yukis.page.getByText("Tom Okafor moved this to Sprint 44", { exact: true });
      await note.waitFor();
      await yukis.seesCard(4122, "Quay", "Sprint 43");
      await yukis.page.getByRole("button", { name: "Show", exact: true }).click();
      await yukis.seesCard(4122, "Quay", "Sprint 44");
      await note.waitFor({ state: "detached" });

      await yukis.drag(4122, "Quay", "Sprint 42");
      await toms.seesCard(4122, "Quay", "Sprint 42");
    }));

  test("an address shows the same filters, the same density and the same card to whoever opens it", () =>
    telling(async () => {
      const toms = await at(tom).open();
      await toms.filterBy("Team", "Customs");
      await toms.filterBy("State", "In progress");
      await toms.card(4112).click();
      await toms.seesOpen(4112);
      const seesSame = async (board) => {
        await board.seesOpen(4112);
        await board.seesRows(["Customs"]);
        await board.card(4108).waitFor({ state: "detached" });
        assert.equal(await board.density(), "Fit");
      };
      await seesSame(toms);
      await toms.page.reload();
      await seesSame(toms);

      await seesSame(await at(yuki, new URL(toms.page.url()).search).open());
    }));
});
