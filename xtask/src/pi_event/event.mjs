// A planning event: many planners on one board at once, some of them in browsers. Writes a ledger of what everybody did and of
// what came of it, for the check; says on the way how it goes.
//
//   LOCKSTEP_EVENT=JSON node event.mjs LEDGER
import { writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { newVisitor, openBrowser } from '../../../web/e2e/browser.mjs';
import { Session, now, pause, subscribe } from '../bench/lockstep.mjs';
import { visible, watch } from '../bench/pages.mjs';
import { next } from './gestures.mjs';
import { Plan, readBoard } from './plan.mjs';

const GATHER_MS = 16;
const PRESENCE_MS = 20_000;
const PASSWORD = 'plans that are made together';
/** Gestures that may be unanswered at once; beyond them the event waits, and is late. */
const N_UNANSWERED_MAX = 60;
const DRAG_MS_MAX = 3_000;
const SETTLE_MS_MAX = 600_000;
const TILE = { selector: '[role=grid] ~ div [data-key], [role=grid] [data-key]', name: 'key' };

const options = JSON.parse(process.env.LOCKSTEP_EVENT);
const tell = (text) => console.error(`   ${text}`);
const ledger = { gestures: [], refused: [], publishes: [], late_ms: 0 };

const admin = new Session(options.lockstep);
await admin.setUp(options.code);
const connection = await admin.connect(options.organization, options.token, 'hold');
const webhook = await admin.send('POST', `/api/connections/${connection.id}/webhook/reveal`, {});
await subscribe(options.organization, 'Harbour', webhook);
tell(`${options.guests.length} planners sign in`);
const planners = await inTurn(options.guests, 4, signIn);
const board = await admin.makeBoard(connection.id, 'hold');
const path = `/api/boards/${board.id}`;
const read = async () => readBoard(await admin.send('GET', `${path}/snapshot`));
ledger.before = await read();
ledger.planners = planners.map(({ id, name, user }) => ({ id, name, user }));
const plan = new Plan(ledger.before, options.seed);

const browsers = await openBrowsers(planners.slice(0, options.n_browsers));
const others = planners.slice(options.n_browsers);
const watchers = await openWatchers(others);
await pause(2_000);
if (browsers[0]) plan.watch(await browsers[0].items());

tell(`${options.n_gestures} gestures of ${planners.length} planners in ${options.minutes} min`);
const published = [];
await plan_together();
await Promise.all(published);
tell('publishing what is left');
await publish();
await pause(2_000);

ledger.seen_ms = await seenByWatchers();
ledger.painted_ms = await seenInBrowsers();
ledger.after = await read();
ledger.review = (await admin.send('GET', `${path}/publish`)).items.map(({ item, number, result, answer, changes }) => ({ item, number, result, answer, n_changes: changes.length }));
ledger.truth = (await truth(0)).changes;
ledger.there = await readThere();
writeFileSync(process.argv[2], JSON.stringify(ledger));
await browsers[0]?.browser.close();
process.exit(0);

async function signIn({ name, user, token }) {
  const member = await admin.send('POST', '/api/members', { name, email: user, role: 'member', password: PASSWORD });
  const session = new Session(options.lockstep, 2);
  await session.send('POST', '/api/sign-in', { email: user, password: PASSWORD });
  const expires_on = new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 10);
  await session.send('PUT', `/api/me/tokens/${connection.id}`, { token, expires_on });
  return { id: member.id, name, user, session };
}

async function inTurn(all, n_at_once, work) {
  const done = [];
  let next = 0;
  const worker = async () => {
    while (next < all.length) {
      const at = next++;
      done[at] = await work(all[at]);
    }
  };
  await Promise.all(Array.from({ length: n_at_once }, worker));
  return done;
}

async function openBrowsers(planners) {
  if (planners.length === 0) return [];
  const browser = await openBrowser();
  return inTurn(planners, 2, async (planner) => {
    const { context, page } = await newVisitor(browser);
    const [name, value] = planner.session.cookie.split('=');
    await context.addCookies([{ name, value, url: options.lockstep }]);
    await page.addInitScript(watch, TILE.selector);
    await page.goto(`${options.lockstep}/boards/${board.id}?density=compact`);
    await page.waitForFunction(() => globalThis.bench.shown_ms);
    const items = async () => [...new Set((await page.evaluate(visible, TILE)).map((key) => key.split('@')[0]))];
    const opened = { browser, planner, page, items, isBusy: false, began: 0, noted: Promise.resolve() };
    // Whenever it is answered: what the page sent counts, however long that took.
    page.on('response', (answer) => {
      if (isActs(answer.request())) opened.noted = noteAnswer(opened, answer);
    });
    return opened;
  });
}

function openWatchers(planners) {
  if (planners.length === 0) return null;
  const workerData = { url: options.lockstep, board: board.id, cookies: planners.map(({ session }) => session.cookie), gather_ms: GATHER_MS, presence_ms: PRESENCE_MS };
  const worker = new Worker(new URL('watchers.mjs', import.meta.url), { workerData });
  return new Promise((resolve) => worker.once('message', () => resolve(worker)));
}

/** Gestures at an even pace, each of somebody who has nothing else in hand. */
async function plan_together() {
  const every_ms = (options.minutes * 60_000) / options.n_gestures;
  const began = now();
  const unanswered = new Set();
  let n_told = 0;
  for (let n = 0; n < options.n_gestures; n += 1) {
    const due = began + n * every_ms;
    if (now() < due) await pause(due - now());
    ledger.late_ms = Math.max(ledger.late_ms, now() - due);
    while (unanswered.size >= N_UNANSWERED_MAX) await Promise.race(unanswered);
    const doing = doOne().catch((error) => tell(`a gesture failed: ${error.message}`));
    unanswered.add(doing);
    void doing.finally(() => unanswered.delete(doing));
    if (n === Math.floor(options.n_gestures / 2)) published.push(publish());
    if (now() - began > (n_told + 1) * 60_000) tell(`minute ${(n_told += 1)}: ${ledger.gestures.length} gestures taken`);
  }
  await Promise.all(unanswered);
}

async function doOne() {
  const at = plan.dice(planners.length);
  const browser = browsers[at];
  if (browser && !browser.isBusy && (await drag(browser))) return;
  const planner = browser ? others[plan.dice(others.length)] ?? planners[at] : planners[at];
  for (let n = 0; n < 20; n += 1) {
    const gesture = next(plan, planner);
    if (gesture) return send(planner, gesture);
  }
}

async function send(planner, { cards, acts }) {
  cards.forEach((card) => (card.isHeld = true));
  const began = now();
  try {
    const acted = await planner.session.send('POST', `${path}/acts`, { id: crypto.randomUUID(), acts });
    note(planner, began, acts, acted);
  } catch (error) {
    if (!error.status) throw error;
    ledger.refused.push({ who: planner.user, acts, says: error.message });
  } finally {
    cards.forEach((card) => (card.isHeld = false));
  }
}

function note(planner, began, acts, acted) {
  ledger.gestures.push({ who: planner.user, acts, change: acted.change, began, ack_ms: now() - began });
  plan.absorb(acts, acted.cards);
}

function isActs(request) {
  return request.method() === 'POST' && request.url().endsWith(`${path}/acts`);
}

async function noteAnswer({ planner, began }, answer) {
  const { acts } = answer.request().postDataJSON();
  if (answer.ok()) note(planner, began, acts, await answer.json());
  else ledger.refused.push({ who: planner.user, acts, says: await answer.text() });
}

/** Drags a card in a browser from where it lies to another cell, with the mouse. Whether the board took it as an act. */
async function drag(browser) {
  const { page } = browser;
  browser.isBusy = true;
  let held = [];
  try {
    const keys = (await page.evaluate(visible, TILE)).filter((key) => !plan.cards.get(key.split('@')[0])?.isHeld);
    const key = keys[plan.dice(keys.length)];
    const card = key && plan.cards.get(key.split('@')[0]);
    if (!card) return false;
    held = [card, ...plan.children(card)].filter((one) => !one.isHeld);
    held.forEach((one) => (one.isHeld = true));
    const from = await page.locator(`[data-key="${key}"]`).first().boundingBox({ timeout: 1_000 });
    const cells = await page.evaluate(() => [...document.querySelectorAll('[role=gridcell]')].map((cell) => cell.getBoundingClientRect().toJSON()));
    const inView = cells.filter((box) => box.y > 220 && box.y + 60 < 860 && box.x > 160 && box.x + box.width < 1_440);
    const to = inView[plan.dice(inView.length)];
    if (!from || !to) return false;
    const asked = page.waitForRequest(isActs, { timeout: DRAG_MS_MAX }).catch(() => null);
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(to.x + to.width / 2, to.y + 40, { steps: 6 });
    browser.began = now();
    await page.mouse.up();
    const request = await asked;
    if (!request) return false;
    await request.response();
    await browser.noted;
    return true;
  } catch (error) {
    tell(`a drag failed: ${error.message.split('\n')[0]}`);
    await page.keyboard.press('Escape').catch(() => null);
    return false;
  } finally {
    held.forEach((one) => (one.isHeld = false));
    browser.isBusy = false;
  }
}

/** Publishes everything that waits, of everybody, and waits until it is over. */
async function publish() {
  const { n } = await truth(Number.MAX_SAFE_INTEGER);
  const review = await admin.send('GET', `${path}/publish`);
  const items = review.items.map((one) => one.item);
  const began = now();
  if (items.length === 0) return;
  await admin.send('POST', `${path}/publish`, { id: crypto.randomUUID(), items });
  for (;;) {
    await pause(2_000);
    const { run } = await admin.send('GET', `${path}/publish`);
    if (run.state !== 'running') {
      ledger.publishes.push({ truth_from: n, truth_to: (await truth(Number.MAX_SAFE_INTEGER)).n, n_items: items.length, ms: now() - began, outcomes: count(run.results.map((one) => one.outcome)) });
      return tell(`published ${items.length} work items in ${Math.round((now() - began) / 1000)} s`);
    }
    if (now() - began > SETTLE_MS_MAX) throw new Error('a publish did not come to its end');
  }
}

function count(words) {
  const counted = {};
  for (const word of words) counted[word] = (counted[word] ?? 0) + 1;
  return counted;
}

async function truth(after) {
  const { origin } = new URL(options.organization);
  return (await fetch(`${origin}/_ground-truth?after=${after}`)).json();
}

/** Every work item as Azure DevOps has it. */
async function readThere() {
  const headers = { 'content-type': 'application/json', authorization: `Basic ${Buffer.from(`:${options.token}`).toString('base64')}` };
  const ask = async (route, body) => {
    const answer = await fetch(`${options.organization}/_apis/wit/${route}?api-version=7.1`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${route}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const found = await ask('wiql', { query: 'SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = \'Harbour\'' });
  const ids = found.workItems.map((one) => one.id);
  const items = [];
  for (let at = 0; at < ids.length; at += 200) items.push(...(await ask('workitemsbatch', { ids: ids.slice(at, at + 200), $expand: 'all' })).value);
  return items.map(({ id, fields, relations }) => ({
    number: id,
    title: fields['System.Title'],
    area: fields['System.AreaId'],
    iteration: fields['System.IterationId'],
    points: fields['Microsoft.VSTS.Scheduling.StoryPoints'] ?? null,
    tags: (fields['System.Tags'] ?? '').split(';').map((tag) => tag.trim()).filter(Boolean).sort(),
    assignee: fields['System.AssignedTo']?.uniqueName ?? null,
    parent: fields['System.Parent'] ?? null,
    waits_for: (relations ?? []).filter((one) => one.rel === 'System.LinkTypes.Dependency-Reverse').map((one) => ({ number: Number(one.url.split('/').at(-1)), comment: one.attributes?.comment ?? '' })),
  }));
}

/** How long after a gesture began each of the others without a browser had it. */
async function seenByWatchers() {
  if (!watchers) return [];
  const { noted, n_trouble } = await new Promise((resolve) => {
    watchers.once('message', resolve);
    watchers.postMessage('tell');
  });
  ledger.n_trouble = n_trouble;
  const gestures = [...ledger.gestures].sort((a, b) => a.change - b.change);
  const seen = [];
  noted.forEach((list, at) => {
    let from = 0;
    for (const gesture of gestures) {
      while (from < list.length && list[from][1] < gesture.change) from += 1;
      if (from === list.length) {
        ledger.n_unseen = (ledger.n_unseen ?? 0) + 1;
        continue;
      }
      if (gesture.who !== others[at].user) seen.push(Math.max(0, list[from][0] - gesture.began));
    }
  });
  return quantiles(seen);
}

/** How long after a gesture of somebody else began a browser had painted it, where it was in view. */
async function seenInBrowsers() {
  const seen = [];
  const began = new Map();
  for (const gesture of ledger.gestures) {
    for (const act of gesture.acts) {
      const mark = /^~\w+~/.exec(typeof act.to === 'string' ? act.to : '')?.[0];
      if (mark) began.set(mark, gesture);
    }
  }
  for (const { page, planner } of browsers) {
    const { seen: marks, inPlace } = await page.evaluate(() => globalThis.bench);
    for (const [mark, ms] of Object.entries(marks)) {
      const gesture = began.get(mark);
      // A card that came into view later says nothing of the moment it was changed.
      if (gesture && inPlace[mark] && ms !== null && gesture.who !== planner.user) seen.push(ms - gesture.began);
    }
  }
  return quantiles(seen);
}

function quantiles(values) {
  const sorted = values.sort((a, b) => a - b);
  const at = (share) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
  return { n: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), most: at(1) };
}
