// The sample plan as the server sends it: one column of values per field.
import { LINKS, plan, type PlanStory } from "./harbour.ts";
import { PEOPLE } from "./world.ts";

export const uuidOf = (number: number) => `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;

export function shortId(uuid: string): string {
  return Buffer.from(uuid.replaceAll("-", ""), "hex").toString("base64url");
}

const TYPES = [
  { name: "Feature", color: "773B93", icon: null, level: "feature" },
  { name: "User Story", color: "0086B0", icon: null, level: "story" },
  { name: "Bug", color: "CC293D", icon: null, level: "story" },
];
const STATES = ["New", "Active", "Resolved", "Closed"];
const CATEGORIES = ["proposed", "in_progress", "resolved", "completed"];
const EXTRA_PEOPLE = [{ name: "Yuki Tanabe", initials: "YT", id: null }];
const PEOPLE_ALL = [...PEOPLE, ...EXTRA_PEOPLE];

export interface SampleCard extends PlanStory {
  id: string;
  sync: number;
  change: number;
}

export interface SampleLink {
  from: string;
  to: string;
  agreement: number;
  needed_by: string | null;
}

export function sampleCards(drafts: readonly number[]): SampleCard[] {
  return plan().map((one) => ({
    ...one,
    id: uuidOf(one.number),
    sync: drafts.includes(one.number) ? 2 : 0,
    change: 1,
  }));
}

export function sampleLinks(): SampleLink[] {
  return LINKS.map(([from, to, agreement, needed_by]) => ({
    from: uuidOf(from),
    to: uuidOf(to),
    agreement,
    needed_by,
  }));
}

export function snapshot(board: object, change: number, cards: SampleCard[], links: SampleLink[]) {
  const at = new Map(cards.map((card, index) => [card.id, index]));
  const people = PEOPLE_ALL.map((one) => ({
    name: one.name,
    unique_name: null,
    member_id: one.id,
    initials: one.initials,
  }));
  return {
    change,
    board,
    types: TYPES,
    states: TYPES.flatMap((type) =>
      STATES.map((name, index) => ({ type: type.name, name, category: CATEGORIES[index], color: null })),
    ),
    people,
    strings: { tags: ["go-live"], states: STATES },
    cards: {
      id: cards.map((card) => shortId(card.id)),
      number: cards.map((card) => card.number),
      type: cards.map((card) => TYPES.findIndex((type) => type.name === card.type)),
      title: cards.map((card) => card.title),
      state: cards.map((card) => STATES.indexOf(card.state)),
      team: cards.map((card) => card.team),
      column: cards.map((card) => card.column),
      points: cards.map((card) => card.points),
      assignee: cards.map((card) => people.findIndex((one) => one.initials === card.who)),
      parent: cards.map((card) => (card.parent === null ? -1 : (at.get(uuidOf(card.parent)) ?? -1))),
      rank: cards.map((_, index) => `a${String(index).padStart(4, "0")}`),
      tags: cards.map((card) => (card.number % 9 === 0 ? [0] : [])),
      sync: cards.map((card) => card.sync),
      placed: cards.map(() => null),
      change: cards.map((card) => card.change),
    },
    links: links.map((link) => [at.get(link.from), at.get(link.to), 0, link.agreement, link.needed_by, 0]),
    outside: [{ number: 3977, title: "Port community system release" }],
    outside_links: [[at.get(uuidOf(4146)) ?? 0, 0, 0]],
  };
}
