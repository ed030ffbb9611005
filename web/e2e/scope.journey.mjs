// What belongs on a board is decided in Azure DevOps: what enters appears and what leaves goes without being deleted, names
// follow, features follow their stories, and none of it writes anything. A query that leaves out a third of a board asks.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Board } from "./board-pages.mjs";
import { openBrowser } from "./browser.mjs";
import { foundCompany } from "./company.mjs";
import { truthFromNow } from "./ground-truth.mjs";
import { inWorld } from "./world.mjs";

const QUERY = "Shared Queries/PI/PI 26.4 features and stories";
const ITERATION = (name) => `Harbour\\PI 26.4\\${name}`;
/** Three teams of eight, and more than a third of the board. */
const WITHOUT_THREE_TEAMS = ["Quay", "Manifest", "Customs"]
  .map((team) => ` AND [System.AreaPath] NOT UNDER 'Harbour\\${team}'`)
  .join("");

let browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser?.close());

test("the board follows what Azure DevOps holds and writes nothing", () =>
  inWorld(browser, {}, async (world) => {
    const company = await foundCompany(world);
    const board = new Board(company.admin.page, world.url, await company.board());
    const there = await world.azureDevOps();
    const truth = await truthFromNow(world);
    await board.open("?density=fit");

    // Nobody's area of a team, then one's: it enters. Out of the teams' areas again: it leaves, and is not deleted.
    await board.card(4061).waitFor({ state: "detached" });
    await there.workItem(4061);
    await there.set({ Area: "Harbour\\Quay" });
    await board.seesCard(4061, "Quay", "Sprint 42");
    await there.workItem(4061);
    await there.set({ Area: "Harbour\\Leads" });
    await board.card(4061).waitFor({ state: "detached" });
    await there.workItem(4061);
    await there.sees("Title", "Agree goals with the terminal");

    // The only story of a feature moves: so does the feature.
    await board.seesCard(4147, "Customs", "Sprint 44");
    await there.workItem(4263);
    await there.set({ Iteration: ITERATION("Sprint 43") });
    await board.seesCard(4147, "Customs", "Sprint 43");

    // Another name; nodes are read again at the latest when another board is made.
    await there.renameIteration("Harbour", ITERATION("Sprint 43"), "Sprint 43b");
    const query = await company.board({ name: "By query", setUp: ofQuery });
    await board.seesColumn("Sprint 43b");
    await board.seesCard(4147, "Customs", "Sprint 43b");

    // The query suddenly leaves out three teams: the board stops and asks, and keeps all its cards meanwhile.
    const byQuery = new Board(company.admin.page, world.url, query);
    await byQuery.open("?density=fit");
    await byQuery.seesCard(4135, "Quay", "IP sprint");
    await there.setQuery("Harbour", QUERY, (wiql) => wiql.replace(" ORDER BY", `${WITHOUT_THREE_TEAMS} ORDER BY`));
    await there.workItem(4181);
    await there.set({ Title: "Restore drill, both halls" });
    const asks = byQuery.page.getByText(/^\d+ cards would leave this board at once, since/);
    await asks.waitFor();
    const n = Number((await asks.innerText()).match(/^\d+/)[0]);
    assert.ok(n > 100, `a third of the board would leave, not ${n}`);
    await byQuery.seesCard(4135, "Quay", "IP sprint");
    await byQuery.page.getByRole("button", { name: `Let ${n} cards go` }).click();
    await byQuery.card(4135).waitFor({ state: "detached" });
    await byQuery.seesCard(4181, "Tideway", "IP sprint");
    await asks.waitFor({ state: "detached" });
    await there.workItem(4135);
    await there.sees("Title", "Gate drill, terminal 2");

    assert.deepEqual(await truth.written(), [], "none of this wrote anything");
  }));

function ofQuery({ set_up, choices }) {
  const query = choices.queries.find((one) => one.path === QUERY);
  const project = choices.projects.find((one) => one.id === query.project_id);
  return { ...set_up, scope: { kind: "query", project, query: { id: query.id, path: query.path, name: query.name } } };
}
