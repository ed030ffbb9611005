// What a board offers in the palette: its cards by title and number, and to move those in hand or named by number.
import { ArrowRight } from "lucide-react";
import type { Result } from "../app/palette-offers";
import { plural } from "../ui/time";
import { Use, type TypeLook } from "./icons";
import type { Model } from "./model";
import type { Placement, Tile } from "./placement";
import type { Card } from "./shapes";
import { placeName, short } from "./words";

const N_CARDS_MAX = 8;

interface Offered {
  model: Model;
  placement: Placement;
  looks: ReadonlyMap<string, TypeLook>;
  /** Keys of the tiles that are selected, or have the focus. */
  hand: readonly string[];
  canEdit: boolean;
  onGo: (card: Card, tile: Tile) => void;
  onMove: (keys: readonly string[]) => void;
}

export function boardOffer(query: string, offered: Offered): Result[] {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  // "move 4112" asks for the card as well.
  const named = words.length > 1 ? words.filter((word) => word !== "move") : words;
  return [...moves(words, offered), ...cards(named, offered)];
}

/** `Move 4112 to…` for what is in hand, or for the card whose number is typed. */
function moves(words: readonly string[], { placement, hand, canEdit, onMove }: Offered): Result[] {
  // A number alone asks for the card.
  const isAsked = words.length === 0 || words.some((word) => !/^\d+$/.test(word));
  if (!canEdit || !isAsked) return [];
  const named = [...placement.byKey.values()].filter(
    ({ kind, card }) => kind === "card" && card.number !== null && words.includes(String(card.number)),
  );
  const keys = named.length > 0 ? named.map((tile) => tile.key) : hand;
  const first = placement.byKey.get(keys[0] ?? "");
  if (!first) return [];
  const what = keys.length === 1 ? short(first.card) : plural(keys.length, "card");
  const label = `Move ${what} to…`;
  if (!words.every((word) => label.toLocaleLowerCase().includes(word))) return [];
  return [
    { id: "move", group: "Card", label, hint: "M", icon: <ArrowRight size={16} />, run: () => onMove(keys) },
  ];
}

function cards(words: readonly string[], { model, placement, looks, onGo }: Offered): Result[] {
  if (words.length === 0) return [];
  const isFound = ({ number, title }: Card) =>
    words.every(
      (word) =>
        String(number ?? "").startsWith(word.replace(/^#/, "")) || title.toLocaleLowerCase().includes(word),
    );
  const found: Result[] = [];
  for (const card of model.cards.values()) {
    const tile = placement.tileOf.get(card.id);
    if (!tile || !isFound(card)) continue;
    const look = looks.get(card.type);
    found.push({
      id: `card.${card.id}`,
      group: "Cards of this board",
      label: card.number === null ? card.title : `${card.number} ${card.title}`,
      hint: placeName(model.frame.set_up, tile.team, tile.column),
      icon: look && <Use name={look.icon} size={16} colour={look.colour} />,
      run: () => onGo(card, tile),
    });
    if (found.length === N_CARDS_MAX) break;
  }
  return found;
}
