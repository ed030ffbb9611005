// What a page shows of a board: its rows and parking lot as filtered, grouped and folded, and what is found and counted there.
// The board's own page and that of a link share it.
import { useMemo } from "react";
import { dateOf } from "../ui/time";
import { countCells, countRows } from "./counts";
import { countFilters, find, matchesTile, rowsOf } from "./filters";
import { countHealth, dependenciesOf, type Dependencies } from "./links";
import type { Model } from "./model";
import { withStories, type Expanded } from "./nesting";
import type { Placement, Tile } from "./placement";
import { filterOf, groupOf, type BoardSearch } from "./search";

interface Wanted {
  model: Model;
  plan: { placement: Placement; dependencies: Dependencies };
  search: BoardSearch;
  expanded: Expanded;
  folded: readonly string[];
  now_ms: number;
}

export function useShownBoard({ model, plan, search, expanded, folded, now_ms }: Wanted) {
  const filter = useMemo(() => filterOf(search), [search]);
  const group = groupOf(search);
  const { placement, dependencies } = useMemo(() => {
    // Rows by type have the stories as rows of their own.
    const unfolded = group === "type" ? plan.placement : withStories(model, plan.placement, expanded);
    if (unfolded === plan.placement) return plan;
    return { placement: unfolded, dependencies: dependenciesOf(model, unfolded) };
  }, [model, plan, expanded, group]);
  const rows = useMemo(() => {
    const all = rowsOf(model, placement, dependencies, filter, group);
    return all.map((row) => (folded.includes(row.key) ? { ...row, is_folded: true } : row));
  }, [model, placement, dependencies, filter, group, folded]);
  const parked = useMemo(
    () => placement.parked.filter((tile) => matchesTile(model, dependencies, filter, tile)),
    [model, placement, dependencies, filter],
  );
  /** Does this tile lie in one of the rows? */
  const isShown = useMemo(() => {
    // Without a filter a row has all of its team's cells, and no list of ten thousand keys is needed.
    const teams = new Set(rows.map((row) => row.team));
    if (group === "team" && countFilters({ ...filter, teams: [] }) === 0)
      return (tile: Tile) => tile.column >= 0 && teams.has(tile.team);
    const keys = new Set(rows.flatMap((row) => row.cells.flat().map((tile) => tile.key)));
    return (tile: Tile) => keys.has(tile.key);
  }, [rows, filter, group]);
  const health = useMemo(
    () =>
      countHealth(dependencies.all, ({ giver, taker }) => [giver, taker].some((end) => end && isShown(end))),
    [dependencies, isShown],
  );
  const found = useMemo(() => find(rows, parked, search.q ?? ""), [rows, parked, search.q]);
  const foundSet: ReadonlySet<string> = useMemo(() => new Set(found), [found]);
  const n_items = useMemo(() => countCells(placement.cells), [placement]);
  const n_shown = useMemo(() => countRows(rows), [rows]);
  const pictured = useMemo(
    () => ({ model, placement, dependencies, rows, parked, now_ms, today: dateOf(now_ms) }),
    [model, placement, dependencies, rows, parked, now_ms],
  );
  return {
    filter,
    group,
    placement,
    dependencies,
    rows,
    parked,
    isShown,
    health,
    found,
    foundSet,
    n_items,
    n_shown,
    pictured,
  };
}
