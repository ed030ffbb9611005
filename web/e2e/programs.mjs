// The programs that a journey needs: Lockstep and the simulated Azure DevOps, each on a port of its own with a folder of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PATIENCE_MS } from "./browser.mjs";

/** How much of a program's output is kept, to be told when it fails. */
const OUTPUT_CHARACTERS_MAX = 20_000;

export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

export async function newFolder() {
  const path = await mkdtemp(join(tmpdir(), "lockstep-journey-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** One running `lockstep` with `words` after its name and `settings` of the server by name. */
export class Program {
  #child;
  #said = "";

  constructor(words, settings = {}) {
    const program = process.env.LOCKSTEP_SERVER;
    if (!program) throw new Error("LOCKSTEP_SERVER must name the server's program");
    // Names that begin so are settings to the server; ours are not among them.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("LOCKSTEP_")));
    for (const [name, value] of Object.entries(settings)) env[`LOCKSTEP_${name.toUpperCase()}`] = String(value);
    this.#child = spawn(program, words, { env, stdio: ["ignore", "pipe", "pipe"] });
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      output.setEncoding("utf8").on("data", (text) => {
        this.#said = (this.#said + text).slice(-OUTPUT_CHARACTERS_MAX);
      });
    }
  }

  get said() {
    return this.#said;
  }

  /** The first match of `pattern` in what the program has said or will say. */
  async says(pattern) {
    const until = Date.now() + PATIENCE_MS;
    while (Date.now() < until) {
      const match = this.#said.match(pattern);
      if (match) return match;
      if (this.#child.exitCode !== null) throw new Error(`the program ended with ${this.#child.exitCode}:\n${this.#said}`);
      await pause();
    }
    throw new Error(`the program never said ${pattern}:\n${this.#said}`);
  }

  /** Waits until `url` answers 200. */
  async answers(url) {
    const until = Date.now() + PATIENCE_MS;
    while (Date.now() < until) {
      const answer = await fetch(url).catch(() => null);
      if (answer?.ok) return;
      if (this.#child.exitCode !== null) throw new Error(`the program ended with ${this.#child.exitCode}:\n${this.#said}`);
      await pause();
    }
    throw new Error(`${url} never answered:\n${this.#said}`);
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    const isStuck = setTimeout(() => this.#child.kill("SIGKILL"), PATIENCE_MS);
    await ended;
    clearTimeout(isStuck);
  }
}

export const pause = (ms = 100) => new Promise((resolve) => setTimeout(resolve, ms));
