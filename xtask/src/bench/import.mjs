// Drives one importer and prints one line of JSON: how long it took, how many work items and requests, memory grown.
//
//   node import.mjs lockstep ORGANIZATION TOKEN LOCKSTEP CODE PID
//   node import.mjs batches|naive ORGANIZATION TOKEN WIQL AT_ONCE
import { readFileSync, writeFileSync } from 'node:fs';

const [way, organization, token, ...rest] = process.argv.slice(2);
console.log(JSON.stringify(way === 'lockstep' ? await lockstep(...rest) : await node(...rest)));

async function lockstep(url, code, pid) {
  let cookie = '';
  const send = async (method, path, body) => {
    const answer = await fetch(url + path, {
      method,
      headers: { 'content-type': 'application/json', cookie },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const set = answer.headers.getSetCookie()[0];
    if (set) cookie = set.split(';')[0];
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  };
  const person = { company_name: 'Northquay', name: 'Mara Lindqvist', email: 'mara@northquay.example' };
  await send('POST', '/api/setup', { code, ...person, password: 'a train of thought' });
  const connection = await send('POST', '/api/connections', {
    label: 'Northquay cloud',
    server_url: organization,
    token,
    without_own_token: 'hold',
    allows_plain_http: true,
  });
  const proposal = await send('POST', '/api/boards/proposal', { connection_id: connection.id });
  // Whatever else the connection does when it is new is over by then.
  await new Promise((done) => setTimeout(done, 1500));
  const before = await metrics(url);
  const grown = memory(pid);
  const began = performance.now();
  const id = crypto.randomUUID();
  await send('POST', '/api/boards', {
    id,
    name: proposal.name,
    connection_id: connection.id,
    set_up: proposal.set_up,
    write_mode: 'live',
  });
  let now = before;
  while (!now.imports) {
    await new Promise((done) => setTimeout(done, 20));
    now = await metrics(url);
  }
  const ms = Math.round(performance.now() - began);
  return {
    ms,
    items: now.items - before.items,
    requests: now.requests - before.requests,
    rss_growth_kib: grown(),
  };
}

/** What the server counted: requests for work items, work items taken in, imports that came to their end. */
async function metrics(url) {
  const text = await (await fetch(`${url}/metrics`)).text();
  const sum = (name, holds = () => true) =>
    text
      .split('\n')
      .filter((line) => line.startsWith(name) && holds(line))
      .reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
  const isAboutItems = (line) => /about="(work_items|queries|feeds)"/.test(line);
  return {
    requests: sum('lockstep_azure_devops_requests_total', isAboutItems),
    items: sum('lockstep_work_items_imported_total'),
    imports: sum('lockstep_imports_total'),
  };
}

/** Begins to watch a process; the function that is returned says by how many KiB its memory has grown at most. */
function memory(pid) {
  const status = (name) =>
    Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    const before = status('VmRSS');
    return () => Math.max(0, status('VmHWM') - before);
  } catch {
    return () => 0;
  }
}

async function node(wiql, atOnce) {
  const { default: azdo } = await import('azure-devops-node-api');
  const api = new azdo.WebApi(organization, azdo.getPersonalAccessTokenHandler(token));
  const grown = memory(process.pid);
  const began = performance.now();
  const items = await api.getWorkItemTrackingApi();
  let requests = 1;
  const ids = [];
  for (;;) {
    const query = `${wiql} AND [System.Id] > ${ids.at(-1) ?? 0} ORDER BY [System.Id]`;
    const found = await items.queryByWiql({ query }, undefined, undefined, 19999);
    requests += 1;
    ids.push(...found.workItems.map((item) => item.id));
    if (found.workItems.length < 19999) break;
  }
  const size = way === 'naive' ? 1 : 200;
  const batches = [];
  for (let at = 0; at < ids.length; at += size) batches.push(ids.slice(at, at + size));
  let read = 0;
  let next = 0;
  const worker = async () => {
    while (next < batches.length) {
      const batch = batches[next++];
      requests += 1;
      if (way === 'naive') {
        const item = await items.getWorkItem(batch[0], undefined, undefined, 4);
        read += item ? 1 : 0;
      } else {
        const answer = await items.getWorkItemsBatch({ ids: batch, $expand: 4, errorPolicy: 2 });
        read += answer.length;
      }
    }
  };
  await Promise.all(Array.from({ length: Number(atOnce) }, worker));
  return { ms: Math.round(performance.now() - began), items: read, requests, rss_growth_kib: grown() };
}
