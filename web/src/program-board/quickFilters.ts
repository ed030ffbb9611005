// Quick filters that everybody on the board sees: kept by the server, in its own words for what the address says here.
import { queryOptions } from "@tanstack/react-query";
import type { components } from "../api/schema";
import { call } from "./list/calls";
import { clean, type BoardSearch } from "./search";

type Schemas = components["schemas"];
export type QuickFilter = Schemas["BoardQuickFilter"];
type Values = Schemas["BoardQuickFilterValues"];

/** What the address says of a filter, as the server keeps it. */
export function valuesOf(search: BoardSearch): Values {
  return {
    teams: search.teams ?? [],
    types: search.types ?? [],
    states: search.states ?? [],
    people: search.people ?? [],
    tags: search.tags ?? [],
    deps: search.deps ?? [],
    sync: search.sync ?? [],
    problems: search.problems ?? false,
    by_type: search.group === "type",
  };
}

/** The same backwards. */
export function searchOf(values: Values): BoardSearch {
  return clean({
    teams: values.teams,
    types: values.types,
    states: values.states,
    people: values.people,
    tags: values.tags,
    deps: values.deps,
    sync: values.sync,
    problems: values.problems ? true : undefined,
    group: values.by_type ? "type" : undefined,
  });
}

export const quickFiltersQuery = (id: string) =>
  queryOptions({
    queryKey: ["boards", id, "filters"],
    queryFn: () => call<QuickFilter[]>("GET", "/api/boards/{id}/filters", { params: { path: { id } } }),
  });

export const addQuickFilter = (id: string, made: { id: string; name: string; filter: Values }) =>
  call<QuickFilter[]>("POST", "/api/boards/{id}/filters", { params: { path: { id } }, body: made });

export const removeQuickFilter = (id: string, filter: string) =>
  call<undefined>("DELETE", "/api/boards/{id}/filters/{filter}", { params: { path: { id, filter } } });
