// Planners without a browser: each has its stream open, asks for what changed as the web client does and says where it is.
// In a thread of its own; it notes when each of them had which change.
import { Agent, request } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

const { url, board, cookies, gather_ms, presence_ms } = workerData;
const noted = cookies.map(() => []);
const now = () => performance.timeOrigin + performance.now();
let n_trouble = 0;

cookies.forEach((cookie, at) => watchAs(cookie, noted[at], at));
parentPort.on('message', () => parentPort.postMessage({ noted, n_trouble }));
parentPort.postMessage('open');

function watchAs(cookie, noted, at) {
  const agent = new Agent({ keepAlive: true, maxSockets: 2 });
  let after = 0;
  let isWanted = false;
  let isAsking = false;
  const soon = () => {
    if (!isWanted && !isAsking) setTimeout(ask, gather_ms);
    isWanted = true;
  };
  const ask = async () => {
    isWanted = false;
    isAsking = true;
    try {
      const head = await send('GET', `/api/boards/${board}/changes?after=${after}`);
      after = Number(/"change":(\d+)/.exec(head.text)?.[1] ?? after);
      if (head.needs_snapshot) await send('GET', `/api/boards/${board}/snapshot`);
      noted.push([now(), after]);
    } catch {
      n_trouble += 1;
    }
    isAsking = false;
    if (isWanted) {
      isWanted = false;
      soon();
    }
  };
  const send = (method, path, body) =>
    new Promise((resolve, reject) => {
      const headers = { cookie, 'accept-encoding': path.endsWith('snapshot') ? 'gzip' : 'identity', ...(body && { 'content-type': 'application/json' }) };
      const asked = request(url + path, { method, agent, headers }, (answer) => {
        let text = '';
        let needs_snapshot = false;
        answer.setEncoding('latin1');
        answer.on('data', (part) => {
          if (text.length < 200) text += part;
          needs_snapshot ||= part.includes('"needs_snapshot":true');
        });
        answer.on('end', () => (answer.statusCode < 300 ? resolve({ text, needs_snapshot }) : reject(new Error(String(answer.statusCode)))));
      });
      asked.on('error', reject);
      asked.end(body);
    });
  const hear = (event) => {
    const change = Number(/"change":(\d+)/.exec(event)?.[1] ?? 0);
    if (event.startsWith('event: hello')) {
      if (after === 0) after = change;
      return soon();
    }
    const isOfBoard = event.startsWith('event: resync') || event.includes('"noun":"card"') || event.includes('"noun":"board"');
    if (isOfBoard && change > after) soon();
  };
  const listen = () => {
    const asked = request(`${url}/api/events${after ? `?after=${after}` : ''}`, { headers: { cookie, accept: 'text/event-stream' }, agent: new Agent() }, (answer) => {
      let held = '';
      answer.setEncoding('utf8');
      answer.on('data', (text) => {
        held += text;
        const events = held.split('\n\n');
        held = events.pop();
        events.forEach(hear);
      });
      answer.on('close', () => setTimeout(listen, 1_000));
    });
    asked.on('error', () => {
      n_trouble += 1;
      setTimeout(listen, 1_000);
    });
    asked.end();
  };
  listen();
  const here = () => send('POST', `/api/boards/${board}/presence`, '{"item":null}').then(soon, () => (n_trouble += 1));
  setTimeout(() => {
    void here();
    setInterval(here, presence_ms);
  }, (at * presence_ms) / cookies.length);
}
