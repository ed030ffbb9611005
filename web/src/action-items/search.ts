// The address of the action items page: what is shown and which item is open. Shared by copying it.
import type { Origin } from "../api/types";

export type View = "list" | "board";
export type Filter = "all" | "mine" | "late" | "no_owner" | "needs_decision";

export interface ItemsSearch {
  view?: View;
  filter?: Filter;
  q?: string;
  team?: string;
  origin?: Origin;
  item?: string;
  create?: "one" | "lines";
}

const FILTERS: readonly string[] = ["mine", "late", "no_owner", "needs_decision"];
const ORIGINS: readonly string[] = ["retrospective", "inspect_adapt", "assessment", "other"];

/** Keeps what is understood and leaves the rest out, so that an old or mistyped address still opens. */
export function parseItemsSearch(search: Record<string, unknown>): ItemsSearch {
  const parsed: ItemsSearch = {};
  if (search["view"] === "board") parsed.view = "board";
  if (isOneOf<Filter>(search["filter"], FILTERS)) parsed.filter = search["filter"];
  if (isOneOf<Origin>(search["origin"], ORIGINS)) parsed.origin = search["origin"];
  if (isText(search["q"])) parsed.q = search["q"];
  if (isText(search["team"])) parsed.team = search["team"];
  if (isText(search["item"])) parsed.item = search["item"];
  if (search["create"] === "one" || search["create"] === "lines") parsed.create = search["create"];
  return parsed;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isOneOf<T extends string>(value: unknown, known: readonly string[]): value is T {
  return typeof value === "string" && known.includes(value);
}
