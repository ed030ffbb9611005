// What a change of a board's set-up does, in words, before it is applied. Pure.
import { plural } from "../../ui/time";
import type { Preview, SetUp } from "../list/shapes";
import { columnWords, levelWords, list, scopeWords, shownTeams } from "../wizard/answers";

export interface Difference {
  key: string;
  /** What differs. */
  what: string;
  from: string;
  to: string;
}

export function differences(before: SetUp, after: SetUp): Difference[] {
  const all: Difference[] = [];
  const differ = (key: string, what: string, from: string, to: string) => {
    if (from !== to) all.push({ key, what, from, to });
  };
  if (JSON.stringify(before.scope) !== JSON.stringify(after.scope)) {
    const [from, to] = [scopeText(before), scopeText(after)];
    differ("scope", "Cards from", from, from === to ? "the same, changed inside" : to);
  }
  differ("pi", "PI", before.pi?.name ?? "none", after.pi?.name ?? "none");
  differ("levels", "Levels", levelWords(before), levelWords(after));
  teamDifferences(before, after, all);
  columnDifferences(before, after, all);
  differ("dependency", "Dependencies", before.dependency.name, after.dependency.name);
  differ("unit", "Unit", before.unit.field, after.unit.field);
  differ("capacity", "Capacity", before.capacity.kind, after.capacity.kind);
  const typed = (set_up: SetUp) =>
    set_up.capacity.overrides
      .map((one) => `${one.team_id}/${one.column_id}=${one.capacity}`)
      .sort()
      .join();
  if (typed(before) !== typed(after))
    all.push({
      key: "overrides",
      what: "Typed capacity",
      from: plural(before.capacity.overrides.length, "cell"),
      to: changedCells(before, after),
    });
  const milestones = (set_up: SetUp) =>
    set_up.milestones.map((one) => `${one.name} ${one.on}${one.is_hard ? " hard" : ""}`).join(", ") || "none";
  differ("milestones", "Milestones", milestones(before), milestones(after));
  differ(
    "feature",
    "Moving a feature",
    before.writes_feature_place ? "writes its own iteration" : "writes nothing to it",
    after.writes_feature_place ? "writes its own iteration" : "writes nothing to it",
  );
  return all;
}

function scopeText(set_up: SetUp): string {
  // How many teams there are is told with the teams.
  return set_up.scope.kind === "areas"
    ? `areas in ${list(set_up.scope.projects.map((one) => one.name))}`
    : scopeWords(set_up);
}

function teamDifferences(before: SetUp, after: SetUp, all: Difference[]) {
  const [was, is] = [shownTeams(before), shownTeams(after)];
  const gone = was.filter((team) => !is.some((one) => one.id === team.id));
  const come = is.filter((team) => !was.some((one) => one.id === team.id));
  if (gone.length > 0 || come.length > 0)
    all.push({
      key: "teams",
      what: "Teams",
      from: plural(was.length, "team"),
      to: [
        come.length > 0 && `${list(come.map((team) => team.name))} added`,
        gone.length > 0 && `${list(gone.map((team) => team.name))} hidden`,
      ]
        .filter(Boolean)
        .join(", "),
    });
  else if (was.map((team) => team.id).join() !== is.map((team) => team.id).join())
    all.push({
      key: "order",
      what: "Order of teams",
      from: was.map((team) => team.name).join(", "),
      to: is.map((team) => team.name).join(", "),
    });
  for (const team of is) {
    const old = was.find((one) => one.id === team.id);
    if (!old) continue;
    if (old.name !== team.name)
      all.push({ key: `name-${team.id}`, what: "Name of a team", from: old.name, to: team.name });
    if (old.area_id !== team.area_id)
      all.push({
        key: `area-${team.id}`,
        what: `Area written for ${team.name}`,
        from: `area ${old.area_id}`,
        to: `area ${team.area_id}`,
      });
    if (JSON.stringify(old.areas) !== JSON.stringify(team.areas))
      all.push({
        key: `areas-${team.id}`,
        what: `Areas of ${team.name}`,
        from: plural(old.areas.length, "area"),
        to: plural(team.areas.length, "area"),
      });
    if (old.velocity !== team.velocity)
      all.push({
        key: `velocity-${team.id}`,
        what: `Velocity of ${team.name}`,
        from: old.velocity === null ? "none" : String(old.velocity),
        to: team.velocity === null ? "none" : String(team.velocity),
      });
  }
}

function columnDifferences(before: SetUp, after: SetUp, all: Difference[]) {
  const shape = (set_up: SetUp) => JSON.stringify(set_up.columns.map((one) => [one.name, one.node_ids]));
  if (shape(before) === shape(after)) return;
  const [from, to] = [columnWords(before.columns), columnWords(after.columns)];
  all.push({
    key: "columns",
    what: "Columns",
    from,
    to: from === to ? `${to}, other iterations in them` : to,
  });
}

function changedCells(before: SetUp, after: SetUp): string {
  const key = (one: { team_id: string; column_id: string }) => `${one.team_id}\n${one.column_id}`;
  const old = new Map(before.capacity.overrides.map((one) => [key(one), one.capacity]));
  const now = new Map(after.capacity.overrides.map((one) => [key(one), one.capacity]));
  const n = [...new Set([...old.keys(), ...now.keys()])].filter(
    (one) => old.get(one) !== now.get(one),
  ).length;
  return `${plural(now.size, "cell")}, ${n} changed`;
}

/** As many cards of a cell as a preview names. */
const N_DRAWN = 4;

export interface Movement {
  n_now: number;
  n_after: number;
  /** Seen in the one preview and not in the other. Previews show a few cards of each cell, so these are examples. */
  come: number[];
  leave: number[];
}

/** What would come in and leave, by the preview of what is and of what would be. */
export function movementOf(now: Preview, after: Preview): Movement {
  const [a, b] = [idsOf(now), idsOf(after)];
  // A card that is not drawn is not therefore gone: a missing one is told only where all cells are drawn whole.
  const isWhole = ({ cells }: Preview) =>
    cells.every(({ n, cards }) => (n ?? (cards.length < N_DRAWN ? 0 : Infinity)) <= cards.length);
  return {
    n_now: now.n_items,
    n_after: after.n_items,
    come: isWhole(now) ? [...b].filter((id) => !a.has(id)) : [],
    leave: isWhole(after) ? [...a].filter((id) => !b.has(id)) : [],
  };
}

function idsOf(preview: Preview): Set<number> {
  return new Set([
    ...preview.cells.flatMap((cell) => cell.cards.map((card) => card.id)),
    ...preview.without_iteration.samples.map((one) => one.id),
  ]);
}

/** `4 fewer items: 52 become 48`. */
export function movementWords({ n_now, n_after }: Movement): string {
  if (n_now === n_after) return `The same number of items, ${n_now}.`;
  const n = Math.abs(n_after - n_now);
  return `${plural(n, n_after > n_now ? "item more" : "item fewer", n_after > n_now ? "items more" : "items fewer")}: ${n_now} become ${n_after}.`;
}
