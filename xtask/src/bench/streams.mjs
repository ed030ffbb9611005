// Open streams of a board, each read as a browser reads it: in a thread of its own, so that it delays nothing that is timed.
import { get, Agent } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

const { n, url, cookie, board, gather_ms } = workerData;

for (let i = 0; i < n; i += 1) {
  if (board) open(`${url}/api/events`, lockstep(`${url}/api/boards/${board}/changes`));
  else open(`${url}/events`, () => {});
}
parentPort.postMessage('open');

function open(address, onChange) {
  get(address, { headers: { cookie, accept: 'text/event-stream' }, agent: new Agent() }, (answer) => {
    let held = '';
    answer.setEncoding('utf8');
    answer.on('data', (text) => {
      held += text;
      const events = held.split('\n\n');
      held = events.pop();
      for (const event of events) onChange(event);
    });
  });
}

/** Asks for what changed: one request at a time, a frame after it was heard, as the web client does. */
function lockstep(changes) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let after = 0;
  let isWanted = false;
  let isAsking = false;
  const ask = () => {
    isWanted = false;
    isAsking = true;
    get(`${changes}?after=${after}`, { agent, headers: { cookie } }, (answer) => {
      let head = '';
      answer.setEncoding('utf8');
      answer.on('data', (text) => { if (head.length < 200) head += text; });
      answer.on('end', () => {
        after = Number(/"change":(\d+)/.exec(head)?.[1] ?? after);
        isAsking = false;
        if (isWanted) setTimeout(ask, gather_ms);
      });
    });
  };
  return (event) => {
    const change = Number(/"change":(\d+)/.exec(event)?.[1] ?? 0);
    if (event.startsWith('event: hello')) return void (after = change);
    const isOfBoard = event.includes('"noun":"card"') || event.includes('"noun":"board"');
    if (!isOfBoard || change <= after) return;
    if (!isWanted && !isAsking) setTimeout(ask, gather_ms);
    isWanted = true;
  };
}
