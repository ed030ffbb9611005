// The first hour with Lockstep, from an empty server to a work item that follows both ways: once with service hooks, once by
// polling alone.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openBrowser } from "./browser.mjs";
import { Lockstep } from "./lockstep-pages.mjs";
import { OFTEN_MS, RARELY_MS, inWorld } from "./world.mjs";

const PROJECT = "Harbour";
const EVENTS = ["Work item created", "Work item updated", "Work item deleted", "Work item restored"];
const TWO_RIGHTS = ["vso.project", "vso.work_write"];

let browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser?.close());

describe("an action item and its work item follow each other", () => {
  test("with service hooks", () => journey({ hasHooks: true, poll_interval_ms: RARELY_MS }));
  test("by polling alone", () => journey({ hasHooks: false, poll_interval_ms: OFTEN_MS }));
});

function journey({ hasHooks, poll_interval_ms }) {
  return inWorld(browser, { poll_interval_ms }, async (world) => {
    const { page } = await world.visitor();
    const azureDevOps = await world.azureDevOps();
    await walk({ lockstep: new Lockstep(page), azureDevOps, setUpAddress: world.setUpAddress }, hasHooks);
  });
}

async function walk({ lockstep, azureDevOps, setUpAddress }, hasHooks) {
  const title = "Shorten the release checklist";
  const titleThere = "Shorten the release checklist to one page";

  await lockstep.setUp(setUpAddress);
  const token = await azureDevOps.token("connection");
  assert.deepEqual(token.scopes.toSorted(), TWO_RIGHTS);
  await lockstep.connect({ address: azureDevOps.address, token: token.text, label: "Harbour" });
  if (hasHooks) {
    const webhook = await lockstep.webhook();
    for (const event of EVENTS) await azureDevOps.subscribe(PROJECT, event, webhook);
  }

  await lockstep.openItems();
  await lockstep.createItem(title);
  const workItem = await lockstep.push(title, { project: PROJECT, type: "Task" });
  await azureDevOps.open(workItem.address);
  await azureDevOps.sees("Title", title);

  await azureDevOps.setTitle(titleThere);
  await lockstep.seesItem(titleThere);

  await lockstep.setStatus(titleThere, "In progress");
  await azureDevOps.sees("State", "Active");

  await azureDevOps.delete();
  await lockstep.seesNoItem(titleThere);
  await lockstep.seesInBin(titleThere);

  await azureDevOps.restore();
  await lockstep.seesItem(titleThere);
  await lockstep.seesStatus(titleThere, "In progress");

  const deliveries = await azureDevOps.deliveries(PROJECT);
  assert.equal(deliveries.length, hasHooks ? EVENTS.length : 0);
  for (const { n_sent, n_taken } of deliveries) {
    assert.ok(n_sent > 0, "each of the four events happened");
    assert.equal(n_taken, n_sent, "every notification was taken");
  }
}
