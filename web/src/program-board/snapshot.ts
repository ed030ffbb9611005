// Reads the columnar snapshot into cards. Pure.
// Never trusts an index: one that points nowhere means "none", so that a newer server cannot break an older page.
import type { Frame } from "./model";
import { AGREEMENTS, SYNC, type BoardSummary, type Card, type CardLink, type Snapshot } from "./shapes.ts";

export interface Read {
  frame: Frame;
  board: BoardSummary;
  cards: Map<string, Card>;
  change: number;
}

export function readSnapshot(snapshot: Snapshot): Read {
  const { set_up, ...board } = snapshot.board;
  const ids = snapshot.cards.id.map(uuidOf);
  const links = linksByCard(snapshot, ids);
  const cards = new Map<string, Card>();
  const columns = snapshot.cards;
  ids.forEach((id, i) => {
    const person = snapshot.people[columns.assignee[i] ?? -1];
    cards.set(id, {
      id,
      number: columns.number[i] || null,
      type: snapshot.types[columns.type[i] ?? -1]?.name ?? "",
      title: columns.title[i] ?? "",
      state: snapshot.strings.states[columns.state[i] ?? -1] ?? "",
      team: within(columns.team[i], set_up.teams.length),
      column: within(columns.column[i], set_up.columns.length),
      points: columns.points[i] ?? null,
      assignee: person ? { name: person.name, member_id: person.member_id } : null,
      parent: ids[columns.parent[i] ?? -1] ?? null,
      rank: columns.rank[i] ?? "",
      tags: (columns.tags[i] ?? []).flatMap((tag) => snapshot.strings.tags[tag] ?? []),
      sync: SYNC[columns.sync[i] ?? 0] ?? "in_step",
      placed: columns.placed[i] ?? null,
      links: links.get(i) ?? NONE,
      change: columns.change[i] ?? snapshot.change,
      conflict: null,
    });
  });
  const frame: Frame = {
    set_up,
    types: snapshot.types,
    states: snapshot.states,
    people: snapshot.people,
    outside: new Map(snapshot.outside.map((one) => [one.number, one.title])),
  };
  return { frame, board, cards, change: snapshot.change };
}

const NONE: CardLink[] = [];

/** A dependency is told by the one who waits; ends that are not on the board by the one that is. */
function linksByCard(snapshot: Snapshot, ids: readonly string[]): Map<number, CardLink[]> {
  const links = new Map<number, CardLink[]>();
  const add = (card: number, link: CardLink) => {
    const known = links.get(card);
    if (known) known.push(link);
    else links.set(card, [link]);
  };
  for (const [from, to, , agreement, needed_by, sync] of snapshot.links) {
    const giver = ids[from];
    if (giver === undefined || ids[to] === undefined) continue;
    add(to, {
      to_or_from: giver,
      number: snapshot.cards.number[from] || null,
      direction: "waits_for",
      agreement: AGREEMENTS[agreement] ?? "none",
      needed_by,
      sync: SYNC[sync] ?? "in_step",
    });
  }
  for (const [card, outside, direction] of snapshot.outside_links) {
    const other = snapshot.outside[outside];
    if (!other || ids[card] === undefined) continue;
    add(card, {
      to_or_from: null,
      number: other.number,
      direction: direction === 0 ? "waits_for" : "needed_by",
      agreement: "none",
      needed_by: null,
      sync: "in_step",
    });
  }
  return links;
}

function within(index: number | undefined, length: number): number {
  return index !== undefined && index >= 0 && index < length ? index : -1;
}

const CODES = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const NO_VALUE = 64;
/** By character code: ten thousand ids have two hundred thousand characters. */
const VALUE = new Uint8Array(128).fill(NO_VALUE);
[...CODES].forEach((code, value) => (VALUE[code.charCodeAt(0)] = value));
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** 22 characters of base64url to a UUID's usual form; what is not of that length is left as it is. */
export function uuidOf(coded: string): string {
  if (coded.length !== 22) return coded;
  let hex = "";
  let held = 0;
  let n_bits = 0;
  for (let i = 0; i < 22; i += 1) {
    const value = VALUE[coded.charCodeAt(i)] ?? NO_VALUE;
    if (value === NO_VALUE) return coded;
    held = ((held << 6) | value) & 0xffff;
    n_bits += 6;
    if (n_bits >= 8) {
      n_bits -= 8;
      hex += HEX[(held >> n_bits) & 0xff] ?? "";
    }
  }
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The same backwards, for the in-memory server and for tests. */
export function codedOf(uuid: string): string {
  const hex = uuid.replaceAll("-", "");
  let coded = "";
  let held = 0;
  let n_bits = 0;
  for (let i = 0; i < 32; i += 2) {
    held = ((held << 8) | Number.parseInt(hex.slice(i, i + 2), 16)) & 0xffff;
    n_bits += 8;
    while (n_bits >= 6) {
      n_bits -= 6;
      coded += CODES[(held >> n_bits) & 63] ?? "";
    }
  }
  return coded + (CODES[(held << (6 - n_bits)) & 63] ?? "");
}
