// What opens over the board about cards: their menu, *Move to…*, removal, another feature, and what left the board.
// Asked for by a person: what it takes to show the board comes first.
import { Suspense, lazy } from "react";
import type { Desk, DeskActs } from "./desk";
import type { Model } from "./model";
import type { Placement, Tile } from "./placement";
import type { Card } from "./shapes";
import type { BoardActs } from "./useActs";

const CardMenu = lazy(() => import("./CardMenu"));
const LeftDialog = lazy(() => import("./LeftDialog"));
const MoveDialog = lazy(() => import("./MoveDialog").then((m) => ({ default: m.MoveDialog })));
const RemoveDialog = lazy(() => import("./RemoveDialog").then((m) => ({ default: m.RemoveDialog })));
const ParentDialog = lazy(() => import("./ParentDialog"));

interface CardDialogsProps {
  model: Model;
  placement: Placement;
  desk: Desk;
  deskActs: DeskActs;
  acts: BoardActs;
  canEdit: boolean;
  now_ms: number;
  tilesOf: (keys: readonly string[]) => Tile[];
  /** The card whose feature is being chosen. */
  parentOf: string | null;
  isLeftOpen: boolean;
  urlOfNumber: (number: number) => string | null;
  onOpen: (card: string) => void;
  onExpand: (feature: string) => void;
  onRemoved: (cards: readonly Card[]) => void;
  onParentClose: () => void;
  onLeftClose: () => void;
}

export function CardDialogs(props: CardDialogsProps) {
  const { model, placement, desk, deskActs, acts, canEdit, tilesOf, urlOfNumber } = props;
  const menu = desk.menu ? tilesOf(desk.menu.keys) : [];
  const moving = desk.moving ? tilesOf(desk.moving) : [];
  const removing = desk.removing ? tilesOf(desk.removing).map((tile) => tile.card) : [];
  const child = props.parentOf === null ? undefined : model.cards.get(props.parentOf);
  return (
    <Suspense>
      {desk.menu && menu.length > 0 && (
        <CardMenu
          model={model}
          tiles={menu}
          at={desk.menu}
          canEdit={canEdit}
          deskActs={deskActs}
          acts={acts}
          urlOf={({ card }) => (card.number === null ? null : urlOfNumber(card.number))}
          onOpen={(tile) => props.onOpen(tile.card.id)}
          onExpand={props.onExpand}
        />
      )}
      {moving.length > 0 && (
        <MoveDialog
          model={model}
          placement={placement}
          tiles={moving}
          now_ms={props.now_ms}
          onMove={(to) => {
            acts.move(moving, to, null);
            deskActs.patch({ moving: null, selected: new Set() });
          }}
          onClose={() => deskActs.patch({ moving: null })}
        />
      )}
      {removing.length > 0 && (
        <RemoveDialog
          model={model}
          cards={removing}
          onRemove={(how) => {
            acts.remove(removing, how);
            deskActs.patch({ removing: null, selected: new Set() });
            props.onRemoved(removing);
          }}
          onClose={() => deskActs.patch({ removing: null })}
        />
      )}
      {props.isLeftOpen && (
        <LeftDialog
          board={model.board.id}
          canEdit={canEdit}
          urlOf={urlOfNumber}
          onPutBack={acts.putBack}
          onClose={props.onLeftClose}
        />
      )}
      {child && (
        <ParentDialog
          model={model}
          card={child}
          onChoose={(parent) => {
            acts.parent(child, parent);
            props.onParentClose();
          }}
          onClose={props.onParentClose}
        />
      )}
    </Suspense>
  );
}
