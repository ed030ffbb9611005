// What keys and clicks on cards mean. Pointer drags are elsewhere; all of them end in the same acts.
import type { KeyboardEvent, MouseEvent } from "react";
import { announce } from "../ui/announce";
import { plural } from "../ui/time";
import type { Desk, DeskActs } from "./desk";
import type { BoardRow } from "./filters";
import { edgeOfRow, neighbour } from "./keys";
import type { Hit, Layout } from "./layout";
import { ARROWS, moveAct, stepPlace, whyNot, type Arrow, type Place } from "./moves";
import type { Model } from "./model";
import type { Placement, Tile } from "./placement";
import type { BoardActs } from "./useActs";
import { carryWords, short } from "./words";

interface Wanted {
  model: Model;
  placement: Placement;
  layout: Layout;
  rows: readonly BoardRow[];
  parked: readonly Tile[];
  /** Teams that can be moved to by keys, in the order of the rows. */
  teams: readonly number[];
  focus: string | null;
  hover: Hit | null;
  canEdit: boolean;
  desk: Desk;
  deskActs: DeskActs;
  acts: BoardActs;
  /** Was this click the end of a drag? */
  endsDrag: () => boolean;
  onOpen: (tile: Tile, isByKey: boolean) => void;
  /** Shows the stories of a feature below it, or hides them. */
  onExpand: (feature: string) => void;
}

export function toPlace(at: { team: number; column: number }): Place {
  return at.column < 0 ? { team: null, column: -1 } : { team: at.team, column: at.column };
}

const tileKey = (target: EventTarget): string | undefined =>
  (target as HTMLElement).closest<HTMLElement>("[data-key]")?.dataset["key"];
const isControl = (target: EventTarget): boolean =>
  (target as HTMLElement).closest("button, input, textarea, select, a, aside, [data-tools]") !== null;

export function useBoardInput(wanted: Wanted) {
  const { model, placement, layout, rows, parked, teams, focus, hover, canEdit, desk, deskActs, acts } =
    wanted;
  const n_columns = model.frame.set_up.columns.length;

  const link = (from: string, to: string) => {
    const [giver, taker] = [placement.byKey.get(from), placement.byKey.get(to)];
    if (giver && taker && giver.card.id !== taker.card.id) acts.link(giver.card.id, taker.card.id);
    deskActs.patch({ linking: null });
  };
  const keysFor = (key: string): readonly string[] => (desk.selected.has(key) ? [...desk.selected] : [key]);
  const toggle = (key: string) => {
    const selected = new Set(desk.selected);
    if (!selected.delete(key)) selected.add(key);
    deskActs.patch({ selected, focus: key });
    announce(`${plural(selected.size, "card")} selected`);
  };
  const range = (key: string) => {
    const order = layout.cells.flatMap((cell) => cell.map((box) => box.tile.key));
    const [a, b] = [order.indexOf(focus ?? key), order.indexOf(key)].sort((x, y) => x - y);
    if (a === undefined || b === undefined || a < 0) return toggle(key);
    deskActs.patch({ selected: new Set([...desk.selected, ...order.slice(a, b + 1)]) });
  };

  const carryOn = (tile: Tile, arrow: Arrow, at: { team: number; column: number }) => {
    const next = stepPlace(at, arrow, teams, n_columns, { team: tile.team, column: tile.column });
    if (!next) return;
    deskActs.patch({ carried: { key: tile.key, ...next } });
    deskActs.focusOn(tile.key);
    announce(`${carryWords(model, placement, tile, toPlace(next))} Enter to drop.`);
  };
  const moveAtOnce = (tile: Tile, arrow: Arrow) => {
    const at = tile.column < 0 ? { team: -1, column: -1 } : { team: tile.team, column: tile.column };
    const home = { team: Math.max(0, tile.team), column: Math.max(0, tile.column) };
    const next = stepPlace(at, arrow, teams, n_columns, home);
    if (next && acts.move([tile], toPlace(next), null)) deskActs.focusOn(tile.card.id);
  };
  const walk = (tile: Tile, arrow: Arrow) => {
    const next = tile.column < 0 ? besideInTray(parked, tile, arrow) : neighbour(layout, tile.key, arrow);
    if (next) return deskActs.focusOn(next);
    const firstParked = parked[0];
    if (arrow === "ArrowDown" && tile.column >= 0 && desk.has_tray && firstParked)
      return deskActs.focusOn(firstParked.key);
    const last = layout.cells.flat().at(-1);
    if (arrow === "ArrowUp" && tile.column < 0 && last) deskActs.focusOn(last.tile.key);
  };
  const pickUp = (tile: Tile) => {
    const why = whyNot(model, tile);
    if (why) return announce(why);
    deskActs.patch({ carried: { key: tile.key, team: tile.team, column: tile.column }, focus: tile.key });
    announce(`${short(tile.card)} picked up. Arrows choose the cell, Enter drops, Escape puts it back.`);
  };
  const putDown = (tile: Tile) => {
    const at = desk.carried;
    deskActs.patch({ carried: null });
    if (!at) return;
    const to = toPlace(at);
    if (moveAct(model, tile, to, undefined) && acts.move([tile], to, null)) deskActs.focusOn(tile.card.id);
  };
  const putBack = (tile: Tile) => {
    if (desk.carried) announce(`${short(tile.card)} is back where it was.`);
    deskActs.patch({ carried: null, linking: null });
    deskActs.focusOn(tile.key);
  };

  /** What a key does on a card; `null` where it means nothing here. */
  const meaning = (event: KeyboardEvent, tile: Tile): (() => void) | null => {
    const hasMod = event.ctrlKey || event.metaKey;
    if (ARROWS.includes(event.key)) {
      if (hasMod) return null;
      const arrow = event.key as Arrow;
      const { carried } = desk;
      if (carried) return () => carryOn(tile, arrow, carried);
      if (event.shiftKey) return () => (canEdit ? moveAtOnce(tile, arrow) : undefined);
      return () => walk(tile, arrow);
    }
    switch (event.key) {
      case " ":
        if (desk.carried) return () => putDown(tile);
        return hasMod || !canEdit ? () => toggle(tile.key) : () => pickUp(tile);
      case "Enter": {
        if (desk.carried) return () => putDown(tile);
        const { linking } = desk;
        return linking === null ? () => wanted.onOpen(tile, true) : () => link(linking, tile.key);
      }
      case "Escape":
        return desk.carried || desk.linking !== null ? () => putBack(tile) : null;
      case "F10":
        return event.shiftKey ? () => menuAt(event, tile) : null;
      case "ContextMenu":
        return () => menuAt(event, tile);
      case "Home":
      case "End":
        return () => {
          const next = edgeOfRow(layout, tile.key, event.key === "End" ? 1 : -1);
          if (next) deskActs.focusOn(next);
        };
      case "F2":
        return canEdit ? () => deskActs.patch({ editing: { keys: [tile.key], kind: "title" } }) : null;
      default:
        return null;
    }
  };
  const menuAt = (event: KeyboardEvent, tile: Tile) => {
    const box = (event.target as HTMLElement).getBoundingClientRect();
    deskActs.patch({ menu: { keys: keysFor(tile.key), x: box.left + 20, y: box.bottom } });
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || isControl(event.target)) return;
    const key = tileKey(event.target);
    const tile = key === undefined ? undefined : placement.byKey.get(key);
    const act = tile && meaning(event, tile);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };

  const onClick = (event: MouseEvent) => {
    if (wanted.endsDrag() || isControl(event.target)) return;
    const key = tileKey(event.target);
    const tile = key === undefined ? undefined : placement.byKey.get(key);
    if (!key || !tile) {
      if (desk.selected.size > 0 || desk.linking !== null)
        deskActs.patch({ selected: new Set(), linking: null });
      return;
    }
    if (desk.linking !== null) return link(desk.linking, key);
    if (event.ctrlKey || event.metaKey) return toggle(key);
    if (event.shiftKey) return range(key);
    const feature = (event.target as Element).closest<HTMLElement>("[data-stories]")?.dataset["stories"];
    if (feature !== undefined) return wanted.onExpand(feature);
    deskActs.patch({ focus: key, selected: new Set() });
    wanted.onOpen(tile, false);
  };
  const onDoubleClick = (event: MouseEvent) => {
    if (!canEdit || isControl(event.target)) return;
    const key = tileKey(event.target);
    if (key) return deskActs.patch({ editing: { keys: [key], kind: "title" } });
    const row = hover && !hover.box ? rows[hover.row] : undefined;
    if (hover && row && row.team >= 0)
      deskActs.patch({ creating: { team: row.team, column: hover.column, parent: null } });
  };
  const onContextMenu = (event: MouseEvent) => {
    const key = tileKey(event.target);
    if (!key || isControl(event.target)) return;
    event.preventDefault();
    deskActs.patch({ focus: key, menu: { keys: keysFor(key), x: event.clientX, y: event.clientY } });
  };
  return { link, keysFor, onKeyDown, onClick, onDoubleClick, onContextMenu };
}

function besideInTray(parked: readonly Tile[], tile: Tile, arrow: Arrow): string | null {
  const at = parked.findIndex((one) => one.key === tile.key);
  const next = arrow === "ArrowRight" ? parked[at + 1] : arrow === "ArrowLeft" ? parked[at - 1] : undefined;
  return next?.key ?? null;
}
