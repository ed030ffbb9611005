// Lockstep as the drivers of benches use it: its routes over HTTP, as a browser would.
import { Agent, request } from 'node:http';

/** One person's way in. Connections are kept, as a browser keeps them. */
export class Session {
  cookie = '';
  #agent;

  constructor(url, n_connections = 6) {
    this.url = url;
    this.#agent = new Agent({ keepAlive: true, maxSockets: n_connections });
  }

  /** The answer as it came: its status, headers and bytes, not unpacked. */
  raw(method, path, body, headers = {}) {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const asked = request(
        this.url + path,
        {
          method,
          agent: this.#agent,
          headers: { cookie: this.cookie, ...(text && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }), ...headers },
        },
        (answer) => {
          const parts = [];
          answer.on('data', (part) => parts.push(part));
          answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }));
          answer.on('error', reject);
        },
      );
      asked.on('error', reject);
      asked.end(text);
    });
  }

  async send(method, path, body) {
    const answer = await this.raw(method, path, body);
    const text = answer.body.toString('utf8');
    if (answer.status >= 300) throw Object.assign(new Error(`${method} ${path}: ${answer.status} ${text}`), { status: answer.status });
    const set = answer.headers['set-cookie']?.[0];
    if (set) this.cookie = set.split(';')[0];
    return text ? JSON.parse(text) : null;
  }

  /** The first run of an empty server. */
  async setUp(code) {
    const person = { company_name: 'Northquay', name: 'Mara Lindqvist', email: 'mara@northquay.example' };
    await this.send('POST', '/api/setup', { code, ...person, password: 'a train of thought' });
  }

  connect(organization, token, without_own_token) {
    return this.send('POST', '/api/connections', { label: 'Northquay cloud', server_url: organization, token, without_own_token, allows_plain_http: true });
  }

  /** A board with every answer as proposed, once all its cards are there. */
  async makeBoard(connection, write_mode) {
    const proposal = await this.send('POST', '/api/boards/proposal', { connection_id: connection });
    const id = crypto.randomUUID();
    const { name, set_up } = proposal;
    await this.send('POST', '/api/boards', { id, name, connection_id: connection, set_up, write_mode });
    for (;;) {
      const board = await this.send('GET', `/api/boards/${id}`);
      if (board.import.state === 'ready') return { id, set_up };
      if (board.import.state === 'stopped') throw new Error(`the import stopped: ${board.import.detail}`);
      await pause(100);
    }
  }
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Milliseconds that `work` took. */
export async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** The time now on a clock that all processes of this machine share, with fractions of a millisecond. */
export const now = () => performance.timeOrigin + performance.now();

/** The value that so many of a hundred do not exceed. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

/** Subscribes an address to what happens to work items of the simulated organization, by its pages. */
export async function subscribe(organization, project, { url, user_name, secret }) {
  for (const event of ['created', 'updated', 'deleted', 'restored']) {
    const form = new URLSearchParams({ event: `workitem.${event}`, url, username: user_name, password: secret });
    const answer = await fetch(`${organization}/${project}/_settings/serviceHooks`, { method: 'POST', body: form, redirect: 'manual' });
    if (answer.status >= 400) throw new Error(`the subscription was answered with ${answer.status}`);
  }
}
