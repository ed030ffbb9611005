// Measures boards of several sizes, each beside the reference with the same cards. Prints one line of JSON: by size, each
// figure of Lockstep and of the reference.
//
//   LOCKSTEP_BENCH='{"runs":5,"worlds":[{"n":200,"lockstep":..,"code":..,"organization":..,"token":..,"reference":..}]}' node board.mjs
import { createServer } from 'node:http';
import { request } from 'node:http';
import { Worker } from 'node:worker_threads';
import { newVisitor, openBrowser } from '../../../web/e2e/browser.mjs';
import { Session, now, pause, quantile, subscribe, timed } from './lockstep.mjs';
import { assets, noteFrames, scroll, visible, watch } from './pages.mjs';

const N_STREAMS = 20;
/** How long a browser gathers what it heard before it asks. */
const GATHER_MS = 16;
const CHANGES_PER_SECOND = 5;
const N_ACKS = 20;
const N_ACK_ROUNDS = 10;
const ACK_PAUSE_MS = 40;
const N_PAINTED = 200;
const PAINTED_MS_MAX = 10_000;
const N_FRAMES = 150;
const SCROLL_STEP = 60;
const N_DRAG_STEPS = 120;

const options = JSON.parse(process.env.LOCKSTEP_BENCH);
const tell = (text) => console.error(`   ${text}`);

/** A board of one size: Lockstep with an organization behind it, and the reference with the same cards. */
class World {
  constructor(given) {
    Object.assign(this, given);
    this.session = new Session(given.lockstep);
    this.bare = new Session(given.reference);
    this.heard = new Map();
  }

  async setUp() {
    await this.session.setUp(this.code);
    const connection = await this.session.connect(this.organization, this.token, 'write_as_connection');
    const webhook = await this.session.send('POST', `/api/connections/${connection.id}/webhook/reveal`, {});
    this.relay = await relay(webhook.url, this.heard);
    await subscribe(this.organization, 'Harbour', { ...webhook, url: this.relay });
    this.board = await this.session.makeBoard(connection.id, 'live');
    this.path = `/api/boards/${this.board.id}`;
    const snapshot = await this.session.raw('GET', `${this.path}/snapshot`);
    const whole = JSON.parse(snapshot.body);
    this.cards = whole.cards.id.map((coded, i) => {
      const hex = Buffer.from(coded, 'base64url').toString('hex');
      const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
      const level = whole.types[whole.cards.type[i]].level;
      const [title, number, team, column] = ['title', 'number', 'team', 'column'].map((name) => whole.cards[name][i]);
      return { id, coded, number, title, team, column, level };
    });
    this.byId = new Map(this.cards.map((card) => [card.id, card]));
    this.byCoded = new Map(this.cards.map((card) => [card.coded, card]));
    this.stories = this.cards.filter((card) => card.level === 'story' && card.team >= 0 && card.column >= 0);
    this.n_columns = whole.board.set_up.columns.length;
    await this.bare.send('POST', '/load', whole);
    this.n_cards = this.cards.length;
  }

  openStreams() {
    const open = (workerData) =>
      new Promise((resolve) => {
        const worker = new Worker(new URL('streams.mjs', import.meta.url), { workerData });
        worker.once('message', resolve);
      });
    const both = { n: N_STREAMS, gather_ms: GATHER_MS };
    return Promise.all([
      open({ ...both, url: this.lockstep, cookie: this.session.cookie, board: this.board.id }),
      open({ ...both, url: this.reference, cookie: '', board: null }),
    ]);
  }

  /** Somebody changes a title in Azure DevOps. */
  async changeThere(card, title) {
    const answer = await fetch(`${this.organization}/_apis/wit/workitems/${card.number}?api-version=7.1`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json-patch+json', authorization: `Basic ${Buffer.from(`:${this.token}`).toString('base64')}` },
      body: JSON.stringify([{ op: 'add', path: '/fields/System.Title', value: title }]),
    });
    if (!answer.ok) throw new Error(`a change there was answered with ${answer.status} ${await answer.text()}`);
  }

  changeBare(card, title) {
    return this.bare.send('POST', '/act', { id: card.coded, title });
  }

  /** Puts a story into the next column, as by a drop onto its head. */
  moveHere(card) {
    card.column = (card.column + 1) % this.n_columns;
    const move = { kind: 'move', item: card.id, team: null, column: card.column, after: null };
    return this.session.send('POST', `${this.path}/acts`, { id: crypto.randomUUID(), acts: [move] });
  }

  moveBare(card) {
    return this.bare.send('POST', '/act', { id: card.coded, team: card.team, column: card.column });
  }

  /** Five changes a second, on both sides, until it is stopped. */
  write() {
    let n = 0;
    const timer = setInterval(() => {
      const card = this.cards[(n * 7919) % this.cards.length];
      n += 1;
      const title = `${card.title} (${n})`;
      void this.changeThere(card, title).catch(fail);
      void this.changeBare(card, title).catch(fail);
    }, 1000 / CHANGES_PER_SECOND);
    return () => clearInterval(timer);
  }
}

function fail(error) {
  console.error(error);
  process.exit(1);
}

/** Stands between Azure DevOps and Lockstep's webhook, and notes when which work item was told of. */
async function relay(target, heard) {
  const server = createServer((asked, answer) => {
    const parts = [];
    asked.on('data', (part) => parts.push(part));
    asked.on('end', () => {
      const body = Buffer.concat(parts);
      const mark = /~[0-9a-z]+~/.exec(body.toString('utf8'))?.[0];
      if (mark && !heard.has(mark)) heard.set(mark, now());
      const { host: _host, ...headers } = asked.headers;
      const passed = request(target, { method: asked.method, headers }, (came) => {
        answer.writeHead(came.statusCode);
        came.pipe(answer);
      });
      passed.on('error', () => answer.writeHead(502).end());
      passed.end(body);
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  server.unref();
  return `http://127.0.0.1:${server.address().port}/`;
}

const TILE = { lockstep: { selector: '[role=grid] ~ div [data-key], [role=grid] [data-key]', name: 'key' }, reference: { selector: '.card', name: 'id' } };

class Page {
  constructor(world, side) {
    Object.assign(this, { world, side, tile: TILE[side] });
    this.url = side === 'lockstep' ? `${world.lockstep}/boards/${world.board.id}` : `${world.reference}/`;
  }

  async open(browser) {
    const { context, page } = await newVisitor(browser);
    Object.assign(this, { context, page });
    if (this.side === 'lockstep') {
      const [name, value] = this.world.session.cookie.split('=');
      await context.addCookies([{ name, value, url: this.world.lockstep }]);
    }
    await page.addInitScript(watch, this.tile.selector);
    await page.goto(this.url);
    return this.shown();
  }

  async again() {
    await this.page.goto(this.url);
    return this.shown();
  }

  async shown() {
    const handle = await this.page.waitForFunction(() => globalThis.bench.shown_ms);
    return handle.jsonValue();
  }

  card(id) {
    const { byId, byCoded } = this.world;
    return this.side === 'lockstep' ? byId.get(id.split('@')[0]) : byCoded.get(id);
  }

  async visible() {
    const ids = await this.page.evaluate(visible, this.tile);
    return [...new Set(ids.map((id) => this.card(id)).filter(Boolean))];
  }

  scroll() {
    return this.page.evaluate(scroll, { selector: this.tile.selector, n_frames: N_FRAMES, step: SCROLL_STEP });
  }

  /** Carries a card about and lets it go where it was. */
  async drag() {
    const { page } = this;
    const [id] = await page.evaluate(visible, this.tile);
    const box = await page.locator(`[data-${this.tile.name}="${id}"]`).first().boundingBox();
    const from = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x + 8, from.y + 8);
    await page.evaluate(noteFrames);
    for (let i = 0; i < N_DRAG_STEPS; i += 1) {
      const turn = (i / N_DRAG_STEPS) * 2 * Math.PI;
      await page.mouse.move(700 + 380 * Math.cos(turn), 480 + 200 * Math.sin(turn));
    }
    const frames = await page.evaluate(() => globalThis.benchFrames());
    if (this.side === 'lockstep') await page.keyboard.press('Escape');
    else await page.mouse.move(from.x, from.y);
    await page.mouse.up();
    return frames;
  }

  /** How long after `begin` a title with a mark was painted. */
  async paint(change, card, mark, beganOf) {
    const called = now();
    await change(card, `${mark} ${card.title}`);
    const handle = await this.page.waitForFunction((mark) => globalThis.bench.seen[mark], mark, { timeout: PAINTED_MS_MAX, polling: 50 }).catch(() => null);
    if (handle === null) return null;
    return (await handle.jsonValue()) - (beganOf(mark) ?? called);
  }
}

/** Both sides in turn, so that what disturbs one disturbs the other. */
const SIDES = ['lockstep', 'reference'];

async function snapshots(world) {
  const found = { built: { lockstep: [], reference: [] }, cached: { lockstep: [], reference: [] } };
  const gzip = { 'accept-encoding': 'gzip' };
  const ask = { lockstep: () => world.session.raw('GET', `${world.path}/snapshot`, undefined, gzip), reference: () => world.bare.raw('GET', '/snapshot', undefined, gzip) };
  let bytes = 0;
  for (let i = 0; i < 4 * options.runs; i += 1) {
    const card = world.stories[i % world.stories.length];
    await world.moveHere(card);
    await world.moveBare(card);
    // What follows in Azure DevOps is over, and the board is in memory as it is now.
    await pause(150);
    await world.session.raw('GET', `${world.path}/changes?after=0`);
    for (const side of SIDES) found.built[side].push(await timed(ask[side]));
    for (const side of SIDES) found.cached[side].push(await timed(ask[side]));
    bytes = (await ask.lockstep()).body.length;
  }
  const etag = (await ask.lockstep()).headers.etag;
  const again = await world.session.raw('GET', `${world.path}/snapshot`, undefined, { ...gzip, 'if-none-match': etag });
  return { ...found, bytes, is_known_again: again.status === 304 };
}

async function acks(world, found) {
  for (let i = 0; i < N_ACKS; i += 1) {
    const card = world.stories[(world.n_moved = (world.n_moved ?? 0) + 17) % world.stories.length];
    found.lockstep.push(await timed(() => world.moveHere(card)));
    await pause(ACK_PAUSE_MS);
    found.reference.push(await timed(() => world.moveBare(card)));
    await pause(ACK_PAUSE_MS);
  }
}

async function pages(browser, world) {
  const found = { first: { lockstep: [], reference: [] }, again: { lockstep: [], reference: [] }, scroll: { lockstep: [], reference: [] }, drag: { lockstep: [], reference: [] }, nodes: { lockstep: 0, reference: 0 } };
  let files = null;
  for (let i = 0; i < options.runs; i += 1) {
    for (const side of SIDES) {
      const page = new Page(world, side);
      found.first[side].push(await page.open(browser));
      await pause(side === 'lockstep' && files === null ? 2_500 : 500);
      if (side === 'lockstep') files ??= await page.page.evaluate(assets);
      found.again[side].push(await page.again());
      await pause(800);
      const scrolled = await page.scroll();
      found.scroll[side].push(quantile(scrolled.frames, 0.95));
      found.nodes[side] = Math.max(found.nodes[side], scrolled.n_nodes);
      found.drag[side].push(quantile(await page.drag(), 0.95));
      await page.context.close();
    }
  }
  return { ...found, files };
}

async function painted(browser, world) {
  const found = { lockstep: [], reference: [], n_lost: 0 };
  const open = {};
  for (const side of SIDES) {
    open[side] = new Page(world, side);
    await open[side].open(browser);
  }
  await pause(1500);
  const cards = { lockstep: await open.lockstep.visible(), reference: await open.reference.visible() };
  for (let n = 0; n < N_PAINTED; n += 1) {
    const began = now();
    const mark = (side) => `~${side === 'lockstep' ? 'l' : 'r'}${n.toString(36)}~`;
    for (const side of SIDES) {
      const card = cards[side][n % cards[side].length];
      const change = side === 'lockstep' ? (card, title) => world.changeThere(card, title) : (card, title) => world.changeBare(card, title);
      const ms = await open[side].paint(change, card, mark(side), (mark) => world.heard.get(mark));
      if (ms === null) found.n_lost += 1;
      else found[side].push(ms);
    }
    await pause(Math.max(0, 1000 / CHANGES_PER_SECOND - (now() - began)));
  }
  for (const side of SIDES) await open[side].context.close();
  return found;
}

const worlds = options.worlds.map((given) => new World(given));
for (const world of worlds) {
  tell(`filling a board with ${world.n} cards`);
  await world.setUp();
  await world.openStreams();
}
const found = new Map(worlds.map((world) => [world.n, { n_cards: world.n_cards, ack: { lockstep: [], reference: [] } }]));
tell('moves and their acknowledgements');
for (let round = 0; round < N_ACK_ROUNDS; round += 1) {
  for (const world of worlds) {
    const stop = world.write();
    await acks(world, found.get(world.n).ack);
    stop();
  }
}
const browser = await openBrowser();
for (const world of worlds) {
  const of = found.get(world.n);
  tell(`${world.n} cards: snapshots`);
  of.snapshot = await snapshots(world);
  tell(`${world.n} cards: pages`);
  const stop = world.write();
  of.pages = await pages(browser, world);
  stop();
  tell(`${world.n} cards: changes of others`);
  of.painted = await painted(browser, world);
}
await browser.close();
console.log(JSON.stringify(Object.fromEntries(found)));
process.exit(0);
