// The in-memory server's boards: list, proposal, preview, publish, and a plan that can be looked at and changed.
import type {
  BoardDetail,
  BoardSummary,
  Preview,
  Proposal,
  SetUp,
  Team,
} from "../src/program-board/list/shapes";
import { review, type Publishing } from "./board-publish.ts";
import { sampleCards, sampleLinks, snapshot, uuidOf, type SampleCard } from "./board-snapshot.ts";
import { CHOICES, COLUMNS, PI, plan, setUp } from "./harbour.ts";

type Body = Record<string, unknown>;
type Handler = (parts: string[], body: Body) => unknown;
interface World {
  /** Numbers the next change and tells every browser. */
  tell: (noun: string, id: string) => number;
  Refused: new (status: number, problem: object) => Error | object;
}

const HELD = [4106, 4131, 4110, 4094, 4163, 4112, 4113, 4115, 4146, 4152, 4177, 4144];
const ready = { state: "ready", n_found: 96, n_read: 96, detail: null, leaving: null } as const;

function board(changes: Partial<BoardDetail>): BoardDetail {
  return {
    id: "b-harbour",
    name: "PI 26.4 Harbour platform",
    connection: { id: "c-cloud", label: "Northquay cloud" },
    write_mode: "hold",
    n_cards: 0,
    n_drafts: 0,
    import: ready,
    may_edit: true,
    is_local: false,
    may_manage: true,
    change: 1,
    set_up: setUp(5),
    created_by: "Mara Lindqvist",
    created_us: 1_790_000_000_000_000,
    see: "company",
    people: [{ member_id: "m-ravi", may_edit: true }],
    ...changes,
  };
}

export function boardPages({ tell, Refused }: World): Record<string, Handler> {
  const cards = sampleCards(HELD);
  const links = sampleLinks();
  const publishing: Publishing = { tried_us: null, run: null, filled: new Set() };
  let boards: BoardDetail[] = [
    board({ n_cards: cards.length, n_drafts: HELD.length }),
    board({
      id: "b-yard",
      name: "Yard maintenance, autumn",
      connection: { id: "c-yard", label: "Yard TFS" },
      write_mode: "live",
      n_cards: 214,
      import: { ...ready, state: "importing", n_found: 1840, n_read: 214 },
      set_up: setUp(3),
    }),
    board({
      id: "b-old",
      name: "PI 26.3 Harbour platform",
      write_mode: "read_only",
      n_cards: 88,
      import: { ...ready, leaving: { n: 31, since_us: Date.now() * 1000 - 9e9 } },
    }),
  ];
  let change = 1;
  const refuse = (status: number, code: string, title: string, detail: string, next_step: string | null) => {
    throw new Refused(status, { code, title, detail, next_step });
  };
  const find = (id: string | undefined): BoardDetail => {
    const found = boards.find((one) => one.id === id);
    if (!found) refuse(404, "not_found", "Not found", "This board does not exist.", null);
    return found as BoardDetail;
  };
  const put = (next: BoardDetail) => {
    boards = boards.map((one) => (one.id === next.id ? next : one));
    setTimeout(() => (change = tell("board", next.id)), 60);
    return next;
  };
  const drafts = () => cards.filter((card) => card.sync === 2).length;
  const touch = (id: string) => {
    publishing.changed_us = Date.now() * 1000;
    put({ ...find(id), n_drafts: drafts(), n_cards: cards.length });
    change = tell("card", id);
  };
  const act = (id: string, one: Body) => {
    const card = cards.find((candidate) => candidate.id === one["item"]);
    if (one["kind"] === "create")
      cards.push({
        ...(cards[0] as SampleCard),
        id: String(one["item"]),
        number: 0,
        title: String(one["title"]),
        type: one["type"] as SampleCard["type"],
        state: "New",
        team: Number(one["team"]),
        column: Number(one["column"]),
        who: null,
        points: (one["points"] as number | undefined) ?? null,
        parent: cards.find((candidate) => candidate.id === one["parent"])?.number ?? null,
        sync: find(id).write_mode === "hold" ? 2 : 1,
      });
    if (one["kind"] === "agree") {
      const words = ["none", "proposed", "accepted", "refused", "done"];
      const link = links.find((each) => each.from === one["from"] && each.to === one["to"]);
      if (link) link.agreement = words.indexOf(String(one["agreement"]));
      if (link && typeof one["needed_by"] === "string") link.needed_by = one["needed_by"];
    }
    if (one["kind"] === "move" && card) card.column = Number(one["column"]);
    if (one["kind"] === "set" && card && one["field"] === "points") card.points = Number(one["to"]);
    if (one["kind"] === "set" && card && String(one["field"]).includes("RootCause"))
      publishing.filled.add(card.id);
  };

  return {
    "GET boards": () => boards.map((one): BoardSummary => one),
    "GET boards *": ([id]) => find(id),
    "PATCH boards *": ([id], body) => put({ ...find(id), ...body, change }),
    "DELETE boards *": ([id]) => {
      boards = boards.filter((one) => one.id !== id);
    },
    "POST boards *": ([id]) => refuse(404, "not_found", "Not found", `No such act: ${id}`, null),
    "POST boards": (_, body) => {
      if (body["name"] === "taken")
        refuse(422, "name_taken", "Name taken", "A board has this name.", "Choose another.");
      const made = board({
        ...(body as Partial<BoardDetail>),
        n_cards: 0,
        import: { ...ready, state: "importing", n_found: null, n_read: 0 },
      });
      boards = [...boards, made];
      let n = 0;
      const timer = setInterval(() => {
        n += 24;
        const isDone = n >= 96;
        put({
          ...find(made.id),
          n_cards: Math.min(n, 96),
          import: { ...ready, state: isDone ? "ready" : "importing", n_read: Math.min(n, 96) },
        });
        if (isDone) clearInterval(timer);
      }, 900);
      return made;
    },
    "POST boards proposal": (_, body) => {
      if (body["connection_id"] === "c-partner")
        refuse(
          409,
          "token_refused",
          "The connection’s token is refused",
          "Azure DevOps answered 401 from dev.azure.com/nq-partners.",
          "Replace the token on the connection’s page.",
        );
      return propose(body);
    },
    "POST boards preview": (_, body) => preview(body["set_up"] as SetUp, refuse),
    "POST connections * wiql": (_, body) => {
      checkWiql(String(body["wiql"]), refuse);
      return { n: 52 };
    },
    "GET boards * snapshot": ([id]) => snapshot(find(id), change, cards, links),
    "GET boards * changes": ([id]) => ({
      change,
      cards: [],
      gone: [],
      board: find(id),
      needs_snapshot: true,
      present: [],
    }),
    "POST boards * acts": ([id], body) => {
      (body["acts"] as Body[]).forEach((one) => act(id ?? "", one));
      touch(id ?? "");
      return { change, cards: [] };
    },
    "POST boards * presence": () => undefined,
    "POST boards * leaving": ([id]) => {
      put({ ...find(id), import: ready });
    },
    "GET boards * publish": () => review(cards, publishing),
    "POST boards * publish try": () => {
      publishing.tried_us = Date.now() * 1000;
      return review(cards, publishing);
    },
    "POST boards * publish stop": () => {
      if (publishing.run) publishing.run.state = "stopped";
      return review(cards, publishing);
    },
    "POST boards * publish": ([id], body) => {
      const wanted = body["items"] as string[];
      const run: NonNullable<Publishing["run"]> = {
        state: "running",
        n_all: wanted.length,
        started_us: Date.now() * 1000,
        ended_us: null,
        results: [],
      };
      publishing.run = run;
      const timer = setInterval(() => {
        const next = wanted[run.results.length];
        if (next && run.state === "running") {
          const card = cards.find((one) => one.id === next);
          const isLate = card?.number === 4110;
          if (card && !isLate) card.sync = 0;
          run.results.push({
            item: next,
            number: card?.number ?? null,
            title: card?.title ?? "",
            outcome: isLate ? "refused" : "written",
            answer: isLate
              ? "TF401347: Invalid tree name given for work item, field 'System.AreaPath'."
              : null,
            rev: isLate ? null : 7,
          });
        }
        if (run.state === "running" && run.results.length === wanted.length) run.state = "done";
        if (run.state !== "running") {
          run.ended_us = Date.now() * 1000;
          clearInterval(timer);
        }
        put({ ...find(id), n_drafts: drafts() });
      }, 500);
      return review(cards, publishing);
    },
    "POST boards * discard": ([id], body) => {
      const items = body["items"] as string[] | null;
      for (const card of cards)
        if (card.sync === 2 && (items === null || items.includes(card.id))) card.sync = 0;
      touch(id ?? "");
    },
  };
}

function propose(body: Body): Proposal {
  const isOld = body["pi_node_id"] === 400;
  const base = setUp(8);
  const shown = base.teams.map((team, index): Team => ({ ...team, is_shown: index < 5 }));
  return {
    name: isOld ? "PI 26.3 Harbour platform" : "PI 26.4 Harbour platform",
    set_up: {
      ...base,
      pi: isOld ? { ...PI, node_id: 400, name: "26.3" } : PI,
      teams: shown,
      columns: isOld
        ? CHOICES.iterations
            .filter((one) => one.path.includes("26.3"))
            .map(({ id, name, start_on, finish_on }) => ({
              id: `c-${id}`,
              name,
              node_ids: [id],
              start_on,
              finish_on,
            }))
        : COLUMNS,
    },
    choices: CHOICES,
    warnings: ["Tideway has not selected Sprint 44. Cards there will not show on its own backlog."],
  };
}

type Refuse = (status: number, code: string, title: string, detail: string, next: string | null) => void;

function checkWiql(wiql: string, refuse: Refuse) {
  if (!/^\s*select\b/i.test(wiql))
    refuse(
      422,
      "wiql_refused",
      "Azure DevOps refused the query",
      "TF51006: The query statement is missing a FROM clause. The error is caused by «SELECT».",
      "Begin with SELECT [System.Id] FROM WorkItems.",
    );
}

function preview(wanted: SetUp, refuse: Refuse): Preview {
  if (wanted.scope.kind === "wiql") checkWiql(wanted.scope.wiql, refuse);
  const all = plan();
  const areas = wanted.teams.filter((team) => team.is_shown);
  const types = new Set([...wanted.levels.features, ...wanted.levels.stories]);
  const isIn = (team: number) => team < 0 || areas.some((one) => one.area_id === 100 + team);
  const chosen = all.filter((one) => types.has(one.type) && isIn(one.team));
  const cells = areas.flatMap((team) =>
    wanted.columns.map((column) => {
      const own = chosen.filter(
        (one) => 100 + one.team === team.area_id && column.node_ids.includes(501 + one.column),
      );
      return {
        team_id: team.id,
        column_id: column.id,
        cards: own.slice(0, 4).map((one) => ({ id: one.number, type: one.type, title: one.title })),
        n: own.length,
      };
    }),
  );
  const lot = chosen.filter((one) => one.column < 0 && one.parent === null && one.points !== null);
  const outside = all.length - chosen.length;
  return {
    n_items: chosen.length,
    n_dependencies: 9 + chosen.length - all.length > 0 ? 9 : Math.max(1, 9 - outside),
    read_us: 840_000,
    cells,
    left_out: [
      { reason: "removed", why: "Their state is Removed in Azure DevOps", n: 4, samples: [] },
      { reason: "type", why: "Tasks are too fine for this board", n: 3, samples: [] },
      ...(outside > 0 ? [{ reason: "area", why: "Show the team to see them", n: outside, samples: [] }] : []),
    ],
    without_iteration: {
      n: lot.length,
      samples: lot.map((one) => ({ id: one.number, title: one.title, points: one.points })),
    },
    refused: {
      n_tried: chosen.length,
      samples: chosen.some((one) => one.number === 4163)
        ? [
            {
              id: 4163,
              title: "Duplicates on re-import",
              answer: "Root cause is required when the state is Active.",
            },
          ]
        : [],
    },
    writes: {
      to_sprint: "Iteration path of the story, or of the open stories of a feature.",
      to_team: "Area path as well, to that team’s most specific area.",
      feature: wanted.writes_feature_place
        ? "Its own iteration path, when it has no stories here."
        : "Nothing. Its place comes from its stories.",
    },
    warnings: [],
  };
}

export { uuidOf };
