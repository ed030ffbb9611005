// One iteration of a team: dates, load, who works in it, and the stories under their features.
import type { KeyboardEvent } from "react";
import { TypeIcon } from "../../action-items/marks";
import { Avatar, TeamMark } from "../../ui/marks";
import { dateOf } from "../../ui/time";
import { personOf, typeOf, type Model } from "../model";
import { capacityOf, cellIndex, type Placement } from "../placement";
import type { Card } from "../shapes";
import { datesOf, placeName, points } from "../words";
import { AddStory } from "./AddStory";
import { isNow, type DependencyWords, type LensColumn } from "./lens";
import style from "./lens.module.css";
import { LoadBar } from "./LoadBar";
import { capacityFormula } from "./loads";
import { Dependencies, StoryCard } from "./StoryCard";

interface ColumnProps {
  model: Model;
  placement: Placement;
  team: number;
  column: LensColumn;
  now_ms: number;
  /** The one story that the tab key stops at. */
  stop: string | null;
  canEdit: boolean;
  isAdding: boolean;
  parents: readonly Card[];
  isSlow: (card: string) => boolean;
  wordsOf: (card: string) => DependencyWords[];
  onFocus: (key: string) => void;
  onKeyDown: (event: KeyboardEvent, key: string) => void;
  onOpen: (card: string) => void;
  onAdding: (isOpen: boolean) => void;
  onCreate: (made: { title: string; type: string; parent: string | null }) => void;
}

export function LensColumnView(props: ColumnProps) {
  const { model, placement, team, column, now_ms } = props;
  const { set_up } = model.frame;
  const iteration = set_up.columns[column.column];
  if (!iteration) return null;
  const isCurrent = isNow(iteration, dateOf(now_ms));
  const load = placement.load[cellIndex(placement.n_columns, team, column.column)] ?? 0;
  const formula = capacityFormula(set_up, team, column.column);
  const where = placeName(set_up, team, column.column);
  return (
    <section className={style.column} data-now={isCurrent || undefined} aria-label={iteration.name}>
      <header className={style.columnHead}>
        <div>
          <h2>
            {iteration.name}
            {isCurrent && " · now"}
          </h2>
          <span>{datesOf(iteration, now_ms)}</span>
        </div>
        <LoadBar
          load={load}
          capacity={capacityOf(set_up, team, column.column)?.capacity ?? null}
          title={formula}
        />
        <span className={style.formula}>{formula}</span>
        <ul className={style.people} aria-label="Who works in it">
          {column.people.map((person) => (
            <li key={person.name} title={`${person.name}: ${points(person.points)} ${set_up.unit.name}`}>
              <Avatar name={person.name} initials={personOf(model.frame, person.name)?.initials} />
              {points(person.points)}
            </li>
          ))}
        </ul>
      </header>
      <div className={style.stories}>
        {column.groups.map((group) => (
          <Group key={group.key} {...props} group={group} />
        ))}
        {props.canEdit && (
          <AddStory
            model={model}
            column={column.column}
            where={where}
            parents={props.parents}
            isOpen={props.isAdding}
            onOpen={props.onAdding}
            onCreate={props.onCreate}
          />
        )}
      </div>
    </section>
  );
}

function Group(props: ColumnProps & { group: LensColumn["groups"][number] }) {
  const { model, group } = props;
  const { feature, owner } = group;
  const ownerName = owner === null ? null : model.frame.set_up.teams[owner]?.name;
  return (
    <>
      {feature && (
        <div className={style.group}>
          <button type="button" onClick={() => props.onOpen(feature.id)} title={feature.title}>
            <TypeIcon type={feature.type} color={typeOf(model.frame, feature.type)?.color ?? null} />
            <span className={style.number}>{feature.number ?? "new"}</span>
            <span className={style.featureTitle}>{feature.title}</span>
            {ownerName && (
              <span className={style.owner} title={`A feature of ${ownerName}`}>
                <TeamMark name={ownerName} />
              </span>
            )}
          </button>
          {group.isHome && <Dependencies words={props.wordsOf(feature.id)} />}
        </div>
      )}
      {group.stories.map((tile) => (
        <StoryCard
          key={tile.key}
          model={model}
          tile={tile}
          words={props.wordsOf(tile.card.id)}
          isSlow={props.isSlow(tile.card.id)}
          tabIndex={tile.key === props.stop ? 0 : -1}
          onFocus={() => props.onFocus(tile.key)}
          onKeyDown={(event) => props.onKeyDown(event, tile.key)}
          onOpen={() => props.onOpen(tile.card.id)}
        />
      ))}
    </>
  );
}
