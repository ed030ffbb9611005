// The board's part of the in-memory server. It takes acts as the browser shows them, and refuses some to look at.
import { applyActs } from "../src/program-board/apply.ts";
import type { Frame } from "../src/program-board/model.ts";
import type { Act, BoardSummary, Card, Present, SetUp } from "../src/program-board/shapes.ts";
import { codedOf } from "../src/program-board/snapshot.ts";
import {
  BIG,
  CREW,
  FLAT,
  HARBOUR,
  STATES,
  TYPES,
  harbourCards,
  manyCards,
  manyTeams,
  setUp,
  snapshotOf,
  summary,
  uuid,
} from "./board-samples.ts";

type Body = Record<string, unknown>;
interface Held {
  summary: BoardSummary;
  set_up: SetUp;
  cards: Map<string, Card>;
  undo: Map<string, Card>[];
  redo: Map<string, Card>[];
}
interface Tools {
  /** Numbers the next change and tells every browser. */
  tell: (noun: string, id: string) => number;
  change: () => number;
  refuse: (status: number, code: string, detail: string) => unknown;
  /** Answer for the boards that are not kept here. */
  others: Routes;
}
type Routes = Record<string, (parts: string[], body: Body) => unknown>;

const CLOSED = 4127;

/** Routes by method and path; `*` stands for one part. `LOCKSTEP_MOCK_BUSY=1`: somebody else moves cards. */
const NOW_US = Date.now() * 1_000;
const DAY_US = 86_400_000_000;
const LINKS = (["open", "open", "expired", "ended", "maker_may_not"] as const).map((state, i) => ({
  id: `l-${i}`,
  made_by: i % 2 === 0 ? "Mara Lindqvist" : "Tom Okafor",
  made_us: NOW_US - (i + 1) * 2 * DAY_US,
  expires_us: NOW_US + (state === "expired" ? -1 : 7 - i) * DAY_US,
  state,
}));

export function boardRoutes({ tell, change, refuse, others }: Tools): Routes {
  const isOnHold = process.env["LOCKSTEP_MOCK_HOLD"] === "1";
  const now = Date.now();
  const boards = new Map<string, Held>();
  const add = (id: string, name: string, set_up: SetUp, cards: Map<string, Card>) =>
    boards.set(id, {
      summary: summary({
        id,
        name,
        n_cards: cards.size,
        write_mode: isOnHold ? "hold" : "live",
        n_drafts: isOnHold ? 12 : 0,
      }),
      set_up,
      cards,
      undo: [],
      redo: [],
    });
  add(HARBOUR, "PI 26.4 Harbour platform, live", setUp(now), harbourCards(isOnHold));
  add(BIG, "Ten thousand cards", setUp(now, { teams: manyTeams(16) }), manyCards(10_000, 1_400, 16, 5));
  add(FLAT, "Ten thousand stories", setUp(now), manyCards(10_000, 0, 8, 5));

  const held = (id: string | undefined): Held => {
    const board = boards.get(id ?? "");
    if (!board) throw refuse(404, "not_found", "This board does not exist.");
    return board;
  };
  const frameOf = (board: Held): Frame => ({
    set_up: board.set_up,
    types: TYPES,
    states: STATES,
    people: CREW,
    outside: new Map(),
  });
  /** Takes a new state of the cards; what differs gets the next change number. */
  const take = (id: string, board: Held, next: ReadonlyMap<string, Card>, isRemote = false) => {
    const number = tell("card", id);
    const changed: Card[] = [];
    for (const [key, card] of next) {
      if (board.cards.get(key) === card) continue;
      const sync = card.sync === "waiting" && isRemote ? "in_step" : card.sync;
      const taken = { ...card, sync, change: number, state: card.state || "New" };
      board.cards.set(key, taken);
      changed.push(taken);
    }
    for (const key of [...board.cards.keys()])
      if (!next.has(key)) {
        board.cards.delete(key);
        gone.push(key);
      }
    board.summary = { ...board.summary, change: number, n_cards: board.cards.size };
    if (!isRemote) settle(id, board, changed);
    return { change: number, cards: changed };
  };
  const gone: string[] = [];
  const settle = (id: string, board: Held, changed: readonly Card[]) =>
    setTimeout(() => {
      const next = new Map(board.cards);
      for (const { id: key } of changed) {
        const card = next.get(key);
        if (card?.sync !== "waiting") continue;
        const isClosed = card.number === CLOSED || next.get(card.parent ?? "")?.number === CLOSED;
        const number = card.number ?? 7000 + board.cards.size;
        next.set(key, { ...card, number, sync: isClosed ? "refused" : "in_step" });
      }
      take(id, board, next, true);
    }, 900);

  if (process.env["LOCKSTEP_MOCK_BUSY"] === "1")
    setInterval(() => {
      const board = held(HARBOUR);
      const stories = [...board.cards.values()].filter((card) => card.type !== "Feature" && card.column >= 0);
      const card = stories[Math.floor(Math.random() * stories.length)];
      if (!card) return;
      const column = (card.column + 1) % board.set_up.columns.length;
      const act: Act = { kind: "move", item: card.id, team: null, column, after: null };
      take(HARBOUR, board, applyActs(board.cards, frameOf(board), "live", [act]), true);
    }, 4_000);

  const present = (): Present[] => [
    { member_id: "m-tom", name: "Tom Okafor", initials: "TO", avatar: 2, item: null },
    { member_id: "m-aisha", name: "Aisha Bello", initials: "AB", avatar: 3, item: uuid(4150) },
    { member_id: "m-ravi", name: "Ravi Shah", initials: "RS", avatar: 5, item: null },
    { member_id: "m-ines", name: "Ines Duarte", initials: "ID", avatar: 4, item: null },
    { member_id: "m-elena", name: "Elena Petrova", initials: "EP", avatar: 6, item: null },
  ];

  const own: Routes = {
    "GET boards *": ([id]) => ({
      ...held(id).summary,
      set_up: held(id).set_up,
      created_by: "Mara Lindqvist",
    }),
    "GET boards * snapshot": ([id]) => {
      const board = held(id);
      return snapshotOf({ ...board.summary, set_up: board.set_up }, board.cards, change(), codedOf);
    },
    "GET boards * changes": ([id]) => {
      const board = held(id);
      return {
        change: change(),
        // Everything that changed since the start: what a browser knows already it leaves alone.
        cards: [...board.cards.values()].filter((card) => card.change > 1),
        gone,
        board: board.summary,
        needs_snapshot: false,
        present: present(),
      };
    },
    "POST boards * acts": ([id], body) => {
      const board = held(id);
      const acts = body["acts"] as Act[];
      if (acts.some((act) => act.kind === "set" && act.to === "refuse"))
        throw refuse(422, "refused", "This title is refused by the mock.");
      board.undo.push(new Map(board.cards));
      board.redo.length = 0;
      return take(
        board.summary.id,
        board,
        applyActs(board.cards, frameOf(board), board.summary.write_mode, acts),
      );
    },
    "POST boards * undo": ([id]) => {
      const board = held(id);
      const before = board.undo.pop();
      if (!before) throw refuse(409, "nothing_to_undo", "There is nothing of yours to undo on this board.");
      board.redo.push(new Map(board.cards));
      return take(board.summary.id, board, before);
    },
    "POST boards * redo": ([id]) => {
      const board = held(id);
      const next = board.redo.pop();
      if (!next) throw refuse(409, "nothing_to_redo", "There is nothing of yours to redo on this board.");
      board.undo.push(new Map(board.cards));
      return take(board.summary.id, board, next);
    },
    "POST boards * presence": () => undefined,
    "GET boards * filters": () => [
      {
        id: "f-1",
        name: "Gate, in the wrong order",
        filter: { tags: ["gate"], deps: ["bad"] },
        made_by: "Tom Okafor",
        may_remove: false,
      },
    ],
    "GET boards * links": () => LINKS,
    "POST boards * links": () => ({
      link: { ...LINKS[0], id: "l-new" },
      path: `/shared#${"A".repeat(43)}`,
    }),
    "GET boards * cards *": ([id, item]) => {
      const card = held(id).cards.get(item ?? "");
      if (!card) throw refuse(404, "not_found", "This card is not on the board.");
      return detail(card);
    },
  };
  const routes: Routes = {
    "GET shared board": () => {
      const board = held(HARBOUR);
      const summary = {
        ...board.summary,
        may_edit: false,
        may_manage: false,
        write_mode: "read_only" as const,
      };
      return snapshotOf({ ...summary, set_up: board.set_up }, board.cards, change(), codedOf);
    },
    "GET boards": (parts, body) => [
      ...((others["GET boards"]?.(parts, body) ?? []) as BoardSummary[]),
      ...[...boards.values()].map((board) => board.summary),
    ],
    "POST edits * decide": (parts, body) => {
      const board = held(HARBOUR);
      const next = new Map(board.cards);
      const isOurs = parts[0]?.startsWith("be-");
      if (!isOurs) return others["POST edits * decide"]?.(parts, body);
      for (const [key, card] of next)
        if (card.sync === (parts[0] === "be-r1" ? "refused" : "conflict"))
          next.set(key, { ...card, sync: "in_step" });
      return void take(HARBOUR, board, next, true);
    },
  };
  for (const [name, handler] of Object.entries(own))
    routes[name] = (parts, body) =>
      boards.has(parts[0] ?? "") ? handler(parts, body) : others[name]?.(parts, body);
  return routes;
}

function detail(card: Card) {
  const us = (minutes: number) => (Date.now() - minutes * 60_000) * 1000;
  const author = { member_id: "m-ravi", name: "Ravi Shah", initials: "RS" };
  const conflict = (id: string, field: string, label: string, was: string, to: string, theirs: string) => ({
    id,
    field,
    label,
    author,
    at_us: us(6),
    state: "conflict",
    was,
    to,
    theirs,
    theirs_by: "Elena Petrova",
    answer: null,
    next_step: null,
    may_decide: true,
    acts: ["ours", "theirs"],
  });
  const history = (id: string, who: string, minutes: number, rest: object) => ({
    id,
    at_us: us(minutes),
    who,
    where: "lockstep",
    state: "settled",
    written_as: null,
    written_with: null,
    rev: null,
    answer: null,
    ...rest,
  });
  return {
    card,
    url:
      card.number === null ? null : `https://dev.azure.com/northquay/Harbour/_workitems/edit/${card.number}`,
    rev: 17,
    priority: card.number === 4112 ? 1 : 2,
    target_on: null,
    area_path: "Harbour\\Customs",
    iteration_path: "Harbour\\PI 26.4\\Sprint 42",
    open_edits:
      card.sync === "conflict"
        ? [
            conflict("be-c1", "priority", "Priority", "2", "1", "3"),
            conflict("be-c2", "target_on", "Target date", "23 Oct", "30 Oct", "6 Nov"),
          ]
        : card.sync === "refused"
          ? [
              {
                ...conflict("be-r1", "iteration", "Iteration", "Sprint 42", "Sprint 43", ""),
                state: "refused",
                theirs: null,
                theirs_by: null,
                answer: "Iteration path is closed",
                next_step: "Open the iteration in Azure DevOps, then try again.",
                acts: ["retry", "give_up"],
              },
            ]
          : [],
    history: [
      history("h1", "Ravi Shah", 6, { what: "target_on", from: "23 Oct", to: "30 Oct", state: "held" }),
      history("h2", "Tom Okafor", 12, {
        what: "iteration",
        from: "Sprint 41",
        to: "Sprint 42",
        written_as: "Tom Okafor",
        written_with: "own_token",
        rev: 17,
      }),
      history("h3", "Jonas Weber", 1500, {
        what: "state",
        from: "New",
        to: "Active",
        where: "azure_devops",
        rev: 16,
      }),
    ],
    comments: [],
    sync_log: [
      { id: "l1", at_us: us(6), what: "Target date", outcome: "rev_moved", rev: 18, written_as: "Ravi Shah" },
      { id: "l2", at_us: us(12), what: "Iteration", outcome: "applied", rev: 17, written_as: "Tom Okafor" },
    ],
  };
}
