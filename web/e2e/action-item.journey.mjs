// The first hour with Lockstep, from an empty server to a work item that follows both ways: once with service hooks, once by
// polling alone.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AzureDevOps } from "./azure-devops-pages.mjs";
import { newVisitor, openBrowser } from "./browser.mjs";
import { Lockstep } from "./lockstep-pages.mjs";
import { Program, newFolder } from "./programs.mjs";

const PROJECT = "Harbour";
const EVENTS = ["Work item created", "Work item updated", "Work item deleted", "Work item restored"];
const TWO_RIGHTS = ["vso.project", "vso.work_write"];

/** So rarely that what comes within a test's patience came by a hook. */
const RARELY_MS = 3_600_000;
const OFTEN_MS = 1_000;

let browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser?.close());

describe("an action item and its work item follow each other", () => {
  test("with service hooks", () => journey({ hasHooks: true, poll_interval_ms: RARELY_MS }));
  test("by polling alone", () => journey({ hasHooks: false, poll_interval_ms: OFTEN_MS }));
});

async function journey({ hasHooks, poll_interval_ms }) {
  const world = await startWorld(poll_interval_ms);
  try {
    await walk(world, hasHooks);
    assert.deepEqual(world.complaints(), []);
  } catch (error) {
    console.error(world.said());
    throw error;
  } finally {
    await world.stop();
  }
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

/** A server nobody has used, a simulated Azure DevOps, and a person at each. */
async function startWorld(poll_interval_ms) {
  const folder = await newFolder();
  const programs = [];
  const start = (words, settings) => {
    programs.push(new Program(words, settings));
    return programs.at(-1);
  };
  const stop = async () => {
    await Promise.all(visitors.map((visitor) => visitor.context.close()));
    await Promise.all(programs.map((program) => program.stop()));
    await folder.remove();
  };
  const visitors = [];
  try {
    const simulator = start(["simulate-azure-devops", "--listen", "127.0.0.1:0"]);
    const [ready] = await simulator.says(/^\{.*"base_url".*\}$/m);
    const server = start(["serve", "--listen", "127.0.0.1:0", "--data-dir", `${folder.path}/data`], {
      poll_interval_ms,
      allow_loopback_addresses: true,
    });
    const [setUpAddress] = await server.says(/http:\S+\/setup\?code=\S+/);
    visitors.push(await newVisitor(browser), await newVisitor(browser));
    const [here, there] = visitors;
    return {
      lockstep: new Lockstep(here.page),
      azureDevOps: new AzureDevOps(there.page, JSON.parse(ready)),
      setUpAddress,
      complaints: () => here.complaints,
      said: () => programs.map((program) => program.said).join("\n"),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
