// Plan together first, publish when you mean it: a board on hold, twenty moves by three people, and in Azure DevOps one
// request for each work item and author.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Board } from "./board-pages.mjs";
import { openBrowser } from "./browser.mjs";
import { foundCompany } from "./company.mjs";
import { truthFromNow } from "./ground-truth.mjs";
import { Publish } from "./publish-pages.mjs";
import { inWorld } from "./world.mjs";

const [LEFT, RIGHT, DOWN] = ["Shift+ArrowLeft", "Shift+ArrowRight", "Shift+ArrowDown"];
/** Who moves which card which way; 4135 is moved by two, each writing another field of it. */
const MOVES = {
  "Mara Lindqvist": { 4149: LEFT, 4166: RIGHT, 4181: LEFT, 4506: RIGHT, 4508: LEFT, 4509: RIGHT },
  "Tom Okafor": { 4122: RIGHT, 4127: RIGHT, 4133: RIGHT, 4135: LEFT, 4163: RIGHT, 4304: RIGHT, 4308: RIGHT },
  "Yuki Tanabe": { 4092: RIGHT, 4099: LEFT, 4135: DOWN, 4146: RIGHT, 4147: RIGHT, 4406: RIGHT, 4407: LEFT },
};
const WITHOUT_ROOT_CAUSE = 4163;
const MOVED_THERE_TOO = 4122;
const RENAMED_THERE = 4181;

let browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser?.close());

test("twenty moves by three people are one request for each work item and author", () =>
  inWorld(browser, {}, async (world) => {
    const company = await foundCompany(world);
    const board = await company.board({ write_mode: "hold" });
    const people = [company.admin, await company.person("Tom Okafor"), await company.person("Yuki Tanabe")];
    const there = await world.azureDevOps();
    const truth = await truthFromNow(world);

    let n_moves = 0;
    let n_drafts = 0;
    for (const person of people) {
      const here = new Board(person.page, world.url, board);
      await here.open("?density=fit");
      for (const [number, keys] of Object.entries(MOVES[person.name])) {
        await here.press(number, keys);
        n_moves += 1;
        n_drafts = await here.draftsBeyond(n_drafts);
      }
    }
    assert.equal(n_moves, 20);
    assert.deepEqual(await truth.read(), [], "nothing is written before it is published");

    // Meanwhile somebody is at work in Azure DevOps: on another field of one, on the same field of another.
    await there.actAs("Ines Duarte");
    await there.workItem(RENAMED_THERE);
    await there.set({ Title: "Restore drill, both halls" });
    await there.workItem(MOVED_THERE_TOO);
    await there.set({ Iteration: "Harbour\\PI 26.4\\Sprint 44" });

    const review = new Publish(people[1].page, world.url, board);
    await review.open();
    await review.sees(MOVED_THERE_TOO, "conflict");
    await review.tryAll();
    await review.sees(WITHOUT_ROOT_CAUSE, "refused");
    await review.sees(MOVED_THERE_TOO, "conflict");
    await review.sees(RENAMED_THERE, "merged");
    await review.fillIn(WITHOUT_ROOT_CAUSE, "Root Cause", "The import ran twice");
    await review.row(MOVED_THERE_TOO).getByRole("button", { name: "Keep Lockstep’s version" }).click();
    await review.row(MOVED_THERE_TOO, "conflict").waitFor({ state: "detached" });
    assert.deepEqual(await truth.written(), [], "trying writes nothing");

    const planned = await review.writes();
    await review.publish();
    await review.seesPublished(new Set(planned.map((one) => one.split(" ")[0])).size);
    const written = (await truth.written()).map(({ work_item, by, token }) => {
      assert.equal(by, `${token.toLowerCase().replace(" ", ".")}@northquay.example`, "everybody writes as themselves");
      return `${work_item} ${token.split(" ")[0]}`;
    });
    assert.deepEqual(written.toSorted(), planned.toSorted());
    assert.equal(new Set(written).size, written.length, "none was written twice by anybody");
    for (const pair of ["4135 Tom", "4135 Yuki", "4163 Tom"]) assert.ok(written.includes(pair), pair);

    await there.workItem(MOVED_THERE_TOO);
    await there.sees("Iteration", "Harbour\\PI 26.4\\Sprint 43");
    await there.workItem(RENAMED_THERE);
    await there.sees("Title", "Restore drill, both halls");
    await there.sees("Iteration", "Harbour\\PI 26.4\\Sprint 44");
  }));
