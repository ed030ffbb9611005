// How dense and how large a person likes this board: kept in their browser. A density in the address comes first.
import { useState } from "react";
import { announce } from "../ui/announce";
import type { Density } from "./layout";
import { keepDensity, keepZoom, readDensity, readZoom } from "./saved";
import type { BoardSearch } from "./search";
import { stepZoom } from "./useFolding";

const DENSITIES: readonly Density[] = ["comfortable", "compact", "fit"];

/** `name` is that of the person and the board. */
export function useSize(name: string, search: BoardSearch, patch: (changes: Partial<BoardSearch>) => void) {
  const [kept, setKept] = useState<Density>(() => readDensity(name) ?? "comfortable");
  const [zoom, setZoomState] = useState(() => readZoom(name));
  const density = search.density ?? kept;
  const setDensity = (next: Density) => {
    setKept(next);
    keepDensity(name, next);
    patch({ density: undefined });
    announce(`Density ${next}`);
  };
  const setZoom = (next: number) => {
    setZoomState(next);
    keepZoom(name, next);
    announce(`Zoom ${Math.round(next * 100)} percent`);
  };
  return {
    density,
    zoom,
    setDensity,
    setZoom,
    nextDensity: () =>
      setDensity(DENSITIES[(DENSITIES.indexOf(density) + 1) % DENSITIES.length] ?? "comfortable"),
    stepZoom: (step: 1 | -1) => setZoom(stepZoom(zoom, step)),
  };
}
