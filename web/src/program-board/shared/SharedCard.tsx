// One card of a shared board, to read: what it is, where it stands, what it waits for.
import inner from "../../action-items/panel.module.css";
import { Avatar, TeamMark } from "../../ui/marks";
import type { TypeLook } from "../icons";
import type { Dependencies } from "../links";
import { StateGlyph } from "../list/StateGlyph";
import { cardName, categoryOf, type Model } from "../model";
import { Links, TypeMark } from "../panel/Links";
import { PanelFrame } from "../panel/PanelFrame";
import panel from "../panel/panel.module.css";
import type { Placement } from "../placement";
import type { Card } from "../shapes";
import { points } from "../words";
import style from "./shared.module.css";

interface CardProps {
  model: Model;
  placement: Placement;
  dependencies: Dependencies;
  looks: ReadonlyMap<string, TypeLook>;
  card: Card;
  takesFocus: boolean;
  onOpen: (id: string) => void;
  onClose: () => void;
}

export function SharedCard(props: CardProps) {
  const { model, placement, card, looks } = props;
  const { set_up } = model.frame;
  const tile = placement.tileOf.get(card.id);
  const parent = card.parent === null ? undefined : model.cards.get(card.parent);
  const stories = placement.storiesOf.get(card.id);
  const sum = stories ? stories.reduce((total, story) => total + (story.points ?? 0), 0) : card.points;
  const team = set_up.teams[tile?.team ?? card.team];
  const own = set_up.columns[stories ? (tile?.column ?? -1) : card.column];
  return (
    <PanelFrame
      label={cardName(card)}
      shown={card.id}
      takesFocus={props.takesFocus}
      hasLink={false}
      kind={
        <>
          <TypeMark looks={looks} type={card.type} /> {cardName(card)}
        </>
      }
      title={<h2 className={style.title}>{card.title}</h2>}
      menu={[]}
      foot={<span className={panel.faint}>Read-only</span>}
      onClose={props.onClose}
    >
      <dl className={inner.fields}>
        <dt>State</dt>
        <dd className={style.value}>
          <StateGlyph category={categoryOf(model.frame, card)} /> {card.state}
        </dd>
        <dt>Assigned to</dt>
        <dd className={style.value}>
          <Avatar name={card.assignee?.name ?? null} /> {card.assignee?.name ?? "Nobody"}
        </dd>
        <dt>Team</dt>
        <dd className={style.value}>
          {team ? (
            <>
              <TeamMark name={team.name} /> {team.name}
            </>
          ) : (
            "No team"
          )}
        </dd>
        <dt>Iteration</dt>
        <dd className={style.value}>{own?.name ?? "Parking lot"}</dd>
        <dt>{set_up.unit.name.charAt(0).toUpperCase() + set_up.unit.name.slice(1)}</dt>
        <dd className={style.value}>{points(sum)}</dd>
        {parent && (
          <>
            <dt>Belongs to</dt>
            <dd className={style.value}>
              <button type="button" className={inner.value} onClick={() => props.onOpen(parent.id)}>
                <TypeMark looks={looks} type={parent.type} /> {parent.number ?? "new"} {parent.title}
              </button>
            </dd>
          </>
        )}
        {card.tags.length > 0 && (
          <>
            <dt>Tags</dt>
            <dd className={style.value}>{card.tags.join(", ")}</dd>
          </>
        )}
      </dl>
      <Links
        {...props}
        canEdit={false}
        onAdd={() => undefined}
        onLink={(one) => {
          const other = one.to === card.id ? one.from : one.to;
          if (other !== null && other !== undefined) props.onOpen(other);
        }}
      />
    </PanelFrame>
  );
}
