// What a page shows of a board: its rows and parking lot as filtered, grouped and folded, and what is found and counted there.
// The board's own page and that of a link share it.
import { useMemo } from "react";
import { dateOf } from "../ui/time";
import { countPlanned } from "./counts";
import { find, matchesTile, rowsOf } from "./filters";
import { countHealth, dependenciesOf, type Dependencies } from "./links";
import type { Model } from "./model";
import { withStories, type Expanded } from "./nesting";
import type { Placement } from "./placement";
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
  const planned = useMemo(() => rows.flatMap((row) => row.cells.flat()), [rows]);
  const shownKeys: ReadonlySet<string> = useMemo(() => new Set(planned.map((tile) => tile.key)), [planned]);
  const health = useMemo(
    () =>
      countHealth(
        dependencies.all,
        (one) => shownKeys.has(one.giver?.key ?? "") || shownKeys.has(one.taker?.key ?? ""),
      ),
    [dependencies, shownKeys],
  );
  const found = useMemo(() => find(rows, parked, search.q ?? ""), [rows, parked, search.q]);
  const foundSet: ReadonlySet<string> = useMemo(() => new Set(found), [found]);
  const n_items = useMemo(() => countPlanned(placement.byKey.values()), [placement]);
  const n_shown = useMemo(() => countPlanned(planned), [planned]);
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
    shownKeys,
    health,
    found,
    foundSet,
    n_items,
    n_shown,
    pictured,
  };
}
