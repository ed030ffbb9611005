// A world for a journey: a Lockstep nobody has used, a simulated Azure DevOps, and browsers in front of both.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { AzureDevOps } from "./azure-devops-pages.mjs";
import { newVisitor } from "./browser.mjs";
import { Program, newFolder } from "./programs.mjs";

/** So rarely that what comes within a test's patience came by a hook. */
export const RARELY_MS = 3_600_000;
/** As often as the server lets one poll. */
export const OFTEN_MS = 1_000;

/** Where pictures go; not kept by git. */
export const RESULTS = fileURLToPath(new URL("../test-results", import.meta.url));

/** Starts both programs. Whoever starts a world stops it. */
export async function startWorld(browser, { poll_interval_ms = OFTEN_MS } = {}) {
  const folder = await newFolder();
  const programs = [];
  const visitors = [];
  const start = (words, settings) => {
    programs.push(new Program(words, settings));
    return programs.at(-1);
  };
  const stop = async () => {
    await Promise.all(visitors.map((visitor) => visitor.context.close()));
    await Promise.all(programs.map((program) => program.stop()));
    await folder.remove();
  };
  try {
    const simulator = start(["simulate-azure-devops", "--listen", "127.0.0.1:0"]);
    const [ready] = await simulator.says(/^\{.*"base_url".*\}$/m);
    const server = start(["serve", "--listen", "127.0.0.1:0", "--data-dir", `${folder.path}/data`], {
      poll_interval_ms,
      allow_loopback_addresses: true,
    });
    const [setUpAddress] = await server.says(/http:\S+\/setup\?code=\S+/);
    return {
      setUpAddress,
      url: new URL(setUpAddress).origin,
      simulated: JSON.parse(ready),
      /** Another person's browser. */
      async visitor(options) {
        visitors.push(await newVisitor(browser, options));
        return visitors.at(-1);
      },
      /** The pages of the simulated Azure DevOps, in a browser of their own. */
      async azureDevOps() {
        const { page } = await this.visitor();
        return new AzureDevOps(page, JSON.parse(ready));
      },
      /** Nothing went wrong in any page of Lockstep or of the simulated Azure DevOps. */
      assertNoComplaints() {
        assert.deepEqual(
          visitors.flatMap((visitor) => visitor.complaints),
          [],
        );
      },
      /** Tells what the programs said and keeps what every browser shows, for somebody who looks into a failure. */
      async tellAll() {
        console.error(programs.map((program) => program.said.replace(ready, "")).join("\n"));
        for (const [n, { page }] of visitors.entries())
          await page.screenshot({ path: `${RESULTS}/failed-${n}.png` }).catch(() => undefined);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Walks a part of a journey; when it fails, tells what there is to know. */
export async function walking(world, walk) {
  try {
    await walk();
    world.assertNoComplaints();
  } catch (error) {
    await world.tellAll();
    throw error;
  }
}

/** Walks a journey in a world of its own. */
export async function inWorld(browser, options, walk) {
  const world = await startWorld(browser, options);
  try {
    await walking(world, () => walk(world));
  } finally {
    await world.stop();
  }
}
