// What the page in view adds to the palette. The palette knows no page, and a page nothing of the palette's list.
import { useEffect, useRef, type ReactNode } from "react";

export interface Result {
  id: string;
  group: string;
  label: string;
  hint?: string;
  icon: ReactNode;
  run: () => void;
}

/** What there is for the words typed so far; none when there are none. */
export type Offer = (query: string) => Result[];

let offer: Offer | null = null;

export const offered: Offer = (query) => offer?.(query) ?? [];

/** Offers as long as the page is there. */
export function usePaletteOffer(ours: Offer): void {
  const latest = useRef(ours);
  useEffect(() => {
    latest.current = ours;
  });
  useEffect(() => {
    const mine: Offer = (query) => latest.current(query);
    offer = mine;
    return () => {
      if (offer === mine) offer = null;
    };
  }, []);
}
