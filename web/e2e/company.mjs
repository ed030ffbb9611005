// A company that is already set up, over the API as the pages use it: for journeys that are about something later.
import { randomUUID } from "node:crypto";
import { PATIENCE_MS } from "./browser.mjs";
import { pause } from "./programs.mjs";

const PASSWORD = "correct horse battery staple";
const ADMIN = "Mara Lindqvist";
const mailOf = (name) => `${name.toLowerCase().replaceAll(" ", ".")}@northquay.example`;

/** One person with a browser of their own, signed in. */
class Person {
  constructor(name, url, { context, page, complaints }) {
    Object.assign(this, { name, url, context, page, complaints });
  }

  async ask(method, path, data) {
    const answer = await this.context.request.fetch(this.url + path, { method, data });
    if (!answer.ok()) throw new Error(`${method} ${path} answered ${answer.status()}: ${await answer.text()}`);
    return answer.status() === 204 ? null : answer.json();
  }

  signIn() {
    return this.ask("POST", "/api/sign-in", { email: mailOf(this.name), password: PASSWORD });
  }
}

/** The company with its first admin, and a connection to the simulated Azure DevOps. */
export async function foundCompany(world) {
  const { base_url, organization } = world.simulated;
  const token = (name) => world.simulated.tokens.find((one) => one.name === name).token;
  const admin = new Person(ADMIN, world.url, await world.visitor());
  await admin.ask("POST", "/api/setup", {
    code: new URL(world.setUpAddress).searchParams.get("code"),
    company_name: "Northquay",
    name: ADMIN,
    email: mailOf(ADMIN),
    password: PASSWORD,
  });
  const connection = await admin.ask("POST", "/api/connections", {
    label: "Harbour",
    server_url: `${base_url}/${organization}`,
    token: token("connection"),
    without_own_token: "hold",
    allows_plain_http: true,
  });
  const giveToken = (person) => person.ask("PUT", `/api/me/tokens/${connection.id}`, { token: token(person.name) });
  await giveToken(admin);
  return {
    admin,
    connection,
    /** Somebody else; those who write in Azure DevOps have a token of their own. */
    async person(name, { role = "member", hasToken = true, browser = {} } = {}) {
      const member = await admin.ask("POST", "/api/members", { name, email: mailOf(name), role, password: PASSWORD });
      const person = new Person(name, world.url, await world.visitor(browser));
      person.id = member.id;
      await person.signIn();
      if (hasToken) await giveToken(person);
      return person;
    },
    /** A board of what is proposed, or of what is made of the proposal, with its cards; gives its id. */
    async board({ name = "PI 26.4", write_mode = "live", setUp = (proposal) => proposal.set_up } = {}) {
      const proposal = await admin.ask("POST", "/api/boards/proposal", { connection_id: connection.id });
      const id = randomUUID();
      await admin.ask("POST", "/api/boards", {
        id,
        name,
        connection_id: connection.id,
        set_up: setUp(proposal),
        write_mode,
      });
      await imported(admin, id);
      return id;
    },
  };
}

async function imported(admin, id) {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const board = await admin.ask("GET", `/api/boards/${id}`);
    if (board.import.state === "ready") return;
    if (board.import.state === "stopped" || Date.now() > until)
      throw new Error(`the import is ${JSON.stringify(board.import)}`);
    await pause();
  }
}
