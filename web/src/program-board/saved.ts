// What a person keeps of a board in this browser: quick filters, and how dense they like it.
import type { Density } from "./layout";
import { parseBoardSearch, type BoardSearch } from "./search";

export interface Saved {
  name: string;
  search: BoardSearch;
}

const filtersKey = (name: string) => `lockstep.filters.${name}`;
const densityKey = (name: string) => `lockstep.density.${name}`;
const zoomKey = (name: string) => `lockstep.zoom.${name}`;

/** How large a board can be drawn. */
export const ZOOMS: readonly number[] = [0.75, 0.9, 1, 1.25, 1.5];

export function readSaved(name: string): Saved[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(filtersKey(name)) ?? "[]");
    if (!Array.isArray(stored)) return [];
    return stored.flatMap((one: Partial<Saved> | null): Saved[] =>
      typeof one?.name === "string" && typeof one.search === "object" && one.search !== null
        ? [{ name: one.name, search: parseBoardSearch({ ...one.search }) }]
        : [],
    );
  } catch {
    return [];
  }
}

export function keepSaved(name: string, saved: readonly Saved[]): void {
  keep(filtersKey(name), JSON.stringify(saved));
}

export function readDensity(name: string): Density | null {
  const stored = localStorage.getItem(densityKey(name));
  return stored === "comfortable" || stored === "compact" || stored === "fit" ? stored : null;
}

export function keepDensity(name: string, density: Density): void {
  keep(densityKey(name), density);
}

export function readZoom(name: string): number {
  const stored = Number(localStorage.getItem(zoomKey(name)));
  return ZOOMS.includes(stored) ? stored : 1;
}

export function keepZoom(name: string, zoom: number): void {
  keep(zoomKey(name), String(zoom));
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A full or forbidden storage costs this convenience and nothing else.
  }
}
