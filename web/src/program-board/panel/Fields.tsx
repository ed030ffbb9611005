// The fields of a card, each edited where it stands. A feature says what comes from its stories.
import { useState } from "react";
import inner from "../../action-items/panel.module.css";
import type { OpenEdit } from "../../api/types";
import { Avatar, TeamMark } from "../../ui/marks";
import { ChoiceMenu } from "../../ui/Menu";
import { day } from "../../ui/time";
import { StateGlyph } from "../list/StateGlyph";
import { categoryOf, levelOf, statesFor, type Model } from "../model";
import type { Placement } from "../placement";
import type { Card, CardDetail } from "../shapes";
import { Sync } from "../TileView";
import type { BoardActs } from "../useActs";
import { points } from "../words";
import style from "./panel.module.css";
import { DateValue } from "./DateValue";
import { TagsField } from "./TagsField";

interface FieldsProps {
  model: Model;
  placement: Placement;
  card: Card;
  detail: CardDetail | undefined;
  canEdit: boolean;
  acts: BoardActs;
  now_ms: number;
  onMove: () => void;
  onParent: () => void;
  onOpen: (id: string) => void;
}

export function Fields(props: FieldsProps) {
  const { model, placement, card, detail, canEdit, acts, now_ms } = props;
  const { set_up } = model.frame;
  const stories = placement.storiesOf.get(card.id);
  const theirs = (field: string) => <Theirs edits={detail?.open_edits} field={field} />;
  const states = statesFor(model.frame, card.type);
  const isFeature = levelOf(model.frame, card) === "feature";
  const where = stories ? placeOfStories(model, placement, card) : null;
  const parent = card.parent === null ? undefined : model.cards.get(card.parent);
  return (
    <dl className={inner.fields}>
      <dt>State</dt>
      <dd>
        <ChoiceMenu
          trigger={
            <button
              type="button"
              className={inner.value}
              disabled={!canEdit || states.length === 0}
              aria-label={`State: ${card.state}`}
            >
              <StateGlyph category={categoryOf(model.frame, card)} /> {card.state || "New"} {theirs("state")}
            </button>
          }
          label="State"
          value={card.state}
          choices={states.map((state) => ({
            value: state.name,
            label: state.name,
            icon: <StateGlyph category={state.category} />,
          }))}
          onChoose={(to) => acts.set([card], "state", to, to)}
        />
      </dd>
      <dt>Assigned to</dt>
      <dd>
        <ChoiceMenu
          trigger={
            <button
              type="button"
              className={inner.value}
              disabled={!canEdit}
              data-empty={card.assignee === null}
              aria-label={`Assigned to ${card.assignee?.name ?? "nobody"}`}
            >
              <Avatar name={card.assignee?.name ?? null} /> {card.assignee?.name ?? "Nobody"}{" "}
              {theirs("assignee")}
            </button>
          }
          label="Assigned to"
          value={card.assignee?.name ?? ""}
          choices={[
            { value: "", label: "Nobody", icon: <Avatar name={null} /> },
            ...model.frame.people.map((person) => ({
              value: person.name,
              label: person.name,
              icon: <Avatar name={person.name} initials={person.initials} />,
            })),
          ]}
          onChoose={(name) => {
            const person = model.frame.people.find((one) => one.name === name);
            acts.assign([card], person ? { name: person.name, member_id: person.member_id } : null);
          }}
        />
      </dd>
      <dt>Team</dt>
      <dd>
        <Place
          canEdit={canEdit}
          onMove={props.onMove}
          from={where ? "from its stories" : null}
          text={set_up.teams[where?.team ?? card.team]?.name ?? "No team"}
          isTeam={(where?.team ?? card.team) >= 0}
        />
        {theirs("area")}
      </dd>
      <dt>{where ? "Iterations" : "Iteration"}</dt>
      <dd>
        <Place
          canEdit={canEdit}
          onMove={props.onMove}
          from={where ? (where.until ? `to ${where.until}, from its stories` : "from its stories") : null}
          text={
            where
              ? (set_up.columns[where.column]?.name ?? "Parking lot")
              : (set_up.columns[placement.tileOf.get(card.id)?.column ?? card.column]?.name ?? "Parking lot")
          }
        />
        {theirs("iteration")}
      </dd>
      <dt>Points</dt>
      <dd>
        {stories ? (
          <span className={inner.value}>
            <b>{points(sumOf(stories))}</b> <span className={style.faint}>{sharesOf(model, stories)}</span>
          </span>
        ) : (
          <NumberField
            key={`${card.id}-${card.points}`}
            value={card.points}
            label="Points"
            canEdit={canEdit}
            onKeep={(to) => acts.set([card], "points", to, to === null ? "no points" : `${to} points`)}
          />
        )}
        {theirs("points")}
      </dd>
      <dt>Priority</dt>
      <dd>
        <ChoiceMenu
          trigger={
            <button
              type="button"
              className={inner.value}
              disabled={!canEdit || !detail}
              aria-label={`Priority: ${detail?.priority ?? "none"}`}
            >
              {detail?.priority ?? "–"} {theirs("priority")}
            </button>
          }
          label="Priority"
          value={String(detail?.priority ?? "")}
          choices={[1, 2, 3, 4].map((n) => ({ value: String(n), label: String(n) }))}
          onChoose={(to) => acts.set([card], "priority", Number(to), `priority ${to}`)}
        />
      </dd>
      <dt>Target date</dt>
      <dd>
        <DateValue
          key={`${card.id}-${detail?.target_on}`}
          label="Target date"
          value={detail?.target_on ?? null}
          canEdit={canEdit && detail !== undefined}
          now_ms={now_ms}
          onKeep={(to) =>
            acts.set([card], "target_on", to, to ? `target date ${day(to, now_ms)}` : "no target date")
          }
        />
        {theirs("target_on")}
      </dd>
      <dt>Tags</dt>
      <dd>
        <TagsField
          card={card}
          canEdit={canEdit}
          onKeep={(tags) => acts.set([card], "tags", tags, "tags changed")}
        />
      </dd>
      {!isFeature && levelOf(model.frame, card) === "story" && (
        <>
          <dt>Feature</dt>
          <dd>
            {parent ? (
              <button type="button" className={inner.value} onClick={() => props.onOpen(parent.id)}>
                <span className={style.faint}>{parent.number}</span> {parent.title}
              </button>
            ) : (
              <button
                type="button"
                className={inner.value}
                data-empty
                disabled={!canEdit}
                onClick={props.onParent}
              >
                {card.parent === null ? "None" : "Not on this board"}
              </button>
            )}
          </dd>
        </>
      )}
    </dl>
  );
}

function Theirs({ edits, field }: { edits: readonly OpenEdit[] | undefined; field: string }) {
  const edit = edits?.find((one) => one.state === "conflict" && one.field === field);
  if (!edit) return null;
  return (
    <span className={style.value}>
      <Sync sync="conflict" />
      <span className={style.faint}>{edit.theirs ?? "empty"} in Azure DevOps</span>
    </span>
  );
}

function Place({
  text,
  from,
  isTeam,
  canEdit,
  onMove,
}: {
  text: string;
  from: string | null;
  isTeam?: boolean;
  canEdit: boolean;
  onMove: () => void;
}) {
  return (
    <button type="button" className={inner.value} disabled={!canEdit} onClick={onMove}>
      {isTeam && <TeamMark name={text} />}
      {text} {from && <span className={style.faint}>{from}</span>}
    </button>
  );
}

function NumberField({
  value,
  label,
  canEdit,
  onKeep,
}: {
  value: number | null;
  label: string;
  canEdit: boolean;
  onKeep: (to: number | null) => void;
}) {
  const [text, setText] = useState(value === null ? "" : String(value));
  const keep = () => {
    const to = text.trim() === "" ? null : Number(text.replace(",", "."));
    if (to !== null && (!Number.isFinite(to) || to < 0)) return setText(value === null ? "" : String(value));
    if (to !== value) onKeep(to);
  };
  return (
    <input
      className={`${inner.value} ${style.number}`}
      inputMode="decimal"
      aria-label={label}
      placeholder="–"
      readOnly={!canEdit}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={keep}
      onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
    />
  );
}

/** Where the stories of a feature lie: its home, and the last iteration any of them is in. */
function placeOfStories(
  model: Model,
  placement: Placement,
  card: Card,
): { team: number; column: number; until: string | null } | null {
  const tile = placement.tileOf.get(card.id);
  if (!tile) return null;
  const columns = (placement.storiesOf.get(card.id) ?? []).map((story) => story.column);
  const last = Math.max(...columns);
  return {
    team: tile.team,
    column: tile.column,
    until: last > tile.column ? (model.frame.set_up.columns[last]?.name ?? null) : null,
  };
}

function sumOf(stories: readonly Card[]): number {
  return stories.reduce((sum, story) => sum + (story.points ?? 0), 0);
}

/** `13 Customs, 5 Manifest`; nothing where one team does it all. */
function sharesOf(model: Model, stories: readonly Card[]): string {
  const shares = new Map<number, number>();
  for (const story of stories) shares.set(story.team, (shares.get(story.team) ?? 0) + (story.points ?? 0));
  if (shares.size < 2) return "from its stories";
  return [...shares]
    .sort((a, b) => b[1] - a[1])
    .map(([team, sum]) => `${points(sum)} ${model.frame.set_up.teams[team]?.name ?? "no team"}`)
    .join(", ");
}
