// How much it takes to be in step again: a board is filled, left alone for a few polls, then so many of its work items are
// changed between two polls. Prints one line of JSON: requests of a poll that finds nothing, requests and time of the one
// that finds the changes, and the same of the smallest reconciler over the same organization.
//
//   LOCKSTEP_BENCH='{"lockstep":..,"code":..,"organization":..,"token":..,"poll_ms":..,"n_changed":..}' node reconcile.mjs
import { Session, pause } from './lockstep.mjs';

/** Polls over which the quiet ones are counted. */
const N_QUIET = 4;
/** Changes made at once, so that all fall between two polls. */
const AT_ONCE = 16;
const BATCH = 200;

const given = JSON.parse(process.env.LOCKSTEP_BENCH);
const authorization = `Basic ${Buffer.from(`:${given.token}`).toString('base64')}`;
const session = new Session(given.lockstep);
await session.setUp(given.code);
const connection = await session.connect(given.organization, given.token, 'write_as_connection');
await session.makeBoard(connection.id, 'live');

await whenQuiet();
const beforeQuiet = await counted();
await pause(N_QUIET * given.poll_ms);
const afterQuiet = await counted();

const token = await feedToken();
await whenQuiet();
const before = await counted();
await change(given.n_changed);
const lockstep = await inStep(before);
const reference = await smallest(token);
console.log(
  JSON.stringify({
    nothing: { requests: (afterQuiet.requests - beforeQuiet.requests) / N_QUIET },
    changed: lockstep,
    reference,
  }),
);
process.exit(0);

/** What the server counted: its requests, those to feeds, and notices that are settled. */
async function counted() {
  const text = await (await fetch(`${given.lockstep}/metrics`)).text();
  const sum = (name, holds = () => true) =>
    text
      .split('\n')
      .filter((line) => line.startsWith(name) && holds(line))
      .reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
  return {
    requests: sum('lockstep_azure_devops_requests_total'),
    feeds: sum('lockstep_azure_devops_requests_total', (line) => line.includes('about="feeds"')),
    settled: sum('lockstep_notices_settled_total'),
  };
}

/** Waits until a poll has just ended: feeds were asked, and then nothing for a while. */
async function whenQuiet() {
  let last = await counted();
  let [hasPolled, since] = [false, performance.now()];
  for (;;) {
    await pause(25);
    const now = await counted();
    if (now.requests !== last.requests) {
      hasPolled ||= now.feeds !== last.feeds;
      [last, since] = [now, performance.now()];
    }
    if (hasPolled && performance.now() - since > 600) return;
  }
}

/** From the first request of the next poll until everything it found has been read. */
async function inStep(before) {
  let began;
  for (;;) {
    const now = await counted();
    if (began === undefined && now.feeds > before.feeds) began = performance.now();
    if (began !== undefined && now.settled - before.settled >= given.n_changed) {
      const ms = performance.now() - began;
      // What is asked after the last item is part of the poll, too.
      await pause(500);
      const after = await counted();
      return { ms: Math.round(ms), requests: after.requests - before.requests };
    }
    await pause(5);
  }
}

function ask(path, body) {
  const method = body === undefined ? 'GET' : 'POST';
  return fetch(`${given.organization}${path}`, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  }).then((answer) => answer.json());
}

/** The end of the feed of revisions. */
async function feedToken() {
  let path = `/_apis/wit/reporting/workItemRevisions?startDateTime=${new Date(Date.now() - 1000).toISOString()}&api-version=7.1`;
  for (;;) {
    const page = await ask(path);
    path = `/_apis/wit/reporting/workItemRevisions?continuationToken=${encodeURIComponent(page.continuationToken)}&api-version=7.1`;
    if (page.isLastBatch) return path;
  }
}

/** Reads the feed on from there, and each work item it names once, in batches beside each other. */
async function smallest(path) {
  const began = performance.now();
  const ids = new Set();
  let requests = 0;
  for (;;) {
    const page = await ask(path);
    requests += 1;
    for (const { id } of page.values) ids.add(id);
    if (page.isLastBatch) break;
    path = `/_apis/wit/reporting/workItemRevisions?continuationToken=${encodeURIComponent(page.continuationToken)}&api-version=7.1`;
  }
  const all = [...ids];
  const batches = [];
  for (let at = 0; at < all.length; at += BATCH) batches.push(all.slice(at, at + BATCH));
  await Promise.all(batches.map((some) => ask('/_apis/wit/workitemsbatch?api-version=7.1', { ids: some, $expand: 'all', errorPolicy: 'omit' })));
  return { ms: Math.round(performance.now() - began), requests: requests + batches.length, n_found: all.length };
}

/** Another person changes so many of the work items. */
async function change(n) {
  const wiql = "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = 'Harbour' AND [System.WorkItemType] IN ('Feature', 'User Story', 'Bug') AND [System.IterationPath] UNDER 'Harbour\\PI 26.4' ORDER BY [System.Id]";
  const found = await ask('/_apis/wit/wiql?$top=19999&api-version=7.1', { query: wiql });
  const ids = found.workItems.slice(0, n).map((item) => item.id);
  if (ids.length < n) throw new Error(`there are only ${ids.length} work items to change`);
  const waiting = [...ids];
  const worker = async () => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const answer = await fetch(`${given.organization}/_apis/wit/workitems/${id}?api-version=7.1`, {
        method: 'PATCH',
        headers: { authorization, 'content-type': 'application/json-patch+json' },
        body: JSON.stringify([{ op: 'add', path: '/fields/Microsoft.VSTS.Common.Priority', value: 1 + (id % 4) }, { op: 'add', path: '/fields/System.Tags', value: 'changed over there' }]),
      });
      if (!answer.ok) throw new Error(`a change was answered with ${answer.status}: ${await answer.text()}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
