// Fills a board and prints how many cards it has: `{"n_cards":..}`.
//
//   LOCKSTEP_BENCH='{"lockstep":..,"code":..,"organization":..,"token":..}' node idle.mjs
import { Session } from './lockstep.mjs';

const given = JSON.parse(process.env.LOCKSTEP_BENCH);
const session = new Session(given.lockstep);
await session.setUp(given.code);
const connection = await session.connect(given.organization, given.token, 'write_as_connection');
await session.makeBoard(connection.id, 'live');
const text = await (await fetch(`${given.lockstep}/metrics`)).text();
const line = text.split('\n').find((line) => line.startsWith('lockstep_work_items_imported_total')) ?? '0 0';
console.log(JSON.stringify({ n_cards: Number(line.split(' ').at(-1)) }));
process.exit(0);
