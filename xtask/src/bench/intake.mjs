// Makes an empty Lockstep ready for notifications and prints where they go: `{"url":..,"user_name":..,"secret":..}`.
//
//   LOCKSTEP_BENCH='{"lockstep":..,"code":..,"organization":..,"token":..}' node intake.mjs
import { Session } from './lockstep.mjs';

const given = JSON.parse(process.env.LOCKSTEP_BENCH);
const session = new Session(given.lockstep);
await session.setUp(given.code);
const connection = await session.connect(given.organization, given.token, 'write_as_connection');
const webhook = await session.send('POST', `/api/connections/${connection.id}/webhook/reveal`, {});
console.log(JSON.stringify(webhook));
process.exit(0);
