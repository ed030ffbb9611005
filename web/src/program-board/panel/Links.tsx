// What a card waits for, what waits for it, and the stories it is made of.
import { Plus } from "lucide-react";
import inner from "../../action-items/panel.module.css";
import { Button } from "../../ui/Button";
import { Pill, type Tone } from "../../ui/marks";
import { Use, type TypeLook } from "../icons";
import { HEALTH_WORDS, type Dependencies, type Dependency } from "../links";
import { StateGlyph } from "../list/StateGlyph";
import { categoryOf, type Model } from "../model";
import type { Placement } from "../placement";
import type { Card } from "../shapes";
import { linkWords, points } from "../words";
import style from "./panel.module.css";

export const HEALTH_TONES: Record<Dependency["health"], Tone> = {
  ok: "plain",
  risk: "warn",
  bad: "bad",
  stub: "plain",
};

interface LinksProps {
  model: Model;
  placement: Placement;
  dependencies: Dependencies;
  looks: ReadonlyMap<string, TypeLook>;
  card: Card;
  canEdit: boolean;
  onAdd: () => void;
  onLink: (one: Dependency) => void;
  onOpen: (id: string) => void;
}

export function Links({
  model,
  placement,
  dependencies,
  looks,
  card,
  canEdit,
  onAdd,
  onLink,
  onOpen,
}: LinksProps) {
  const stories = placement.storiesOf.get(card.id) ?? [];
  const own = dependencies.byCard.get(card.id) ?? [];
  const ofStories = stories.flatMap((story) =>
    (dependencies.byCard.get(story.id) ?? []).map((one) => ({ one, id: story.id })),
  );
  const rows = [...own.map((one) => ({ one, id: card.id })), ...ofStories];
  return (
    <>
      <section className={inner.section}>
        <h3>
          Links
          {canEdit && (
            <Button look="ghost" size="small" icon={<Plus size={14} />} onClick={onAdd}>
              Add <kbd>L</kbd>
            </Button>
          )}
        </h3>
        {rows.length === 0 && (
          <span className={style.faint}>Waits for nothing, and nothing waits for it</span>
        )}
        {rows.map(({ one, id }) => {
          const isTaker = one.to === id;
          const other = isTaker ? one.from : one.to;
          const end = other === null ? undefined : model.cards.get(other);
          const tile = isTaker ? one.giver : one.taker;
          return (
            <button key={`${one.key} ${id}`} type="button" className={style.link} onClick={() => onLink(one)}>
              <Pill tone={one.is_done ? "ok" : HEALTH_TONES[one.health]}>
                {one.is_done ? "done" : HEALTH_WORDS[one.health]}
              </Pill>
              <TypeMark looks={looks} type={end?.type} />
              <span>
                {linkWords(model, one, id)}
                {id !== card.id && <span className={style.faint}> · {model.cards.get(id)?.title}</span>}
              </span>
              <span>
                {tile && tile.column >= 0 ? sprintShort(model.frame.set_up.columns[tile.column]?.name) : ""}
              </span>
            </button>
          );
        })}
      </section>
      {stories.length > 0 && (
        <section className={inner.section}>
          <h3>
            Stories
            <span className={style.faint}>
              {stories.filter((story) => categoryOf(model.frame, story) === "completed").length} of{" "}
              {stories.length} closed
            </span>
          </h3>
          {stories.map((story) => (
            <button
              key={story.id}
              type="button"
              className={`${style.link} ${style.story}`}
              onClick={() => onOpen(story.id)}
            >
              <TypeMark looks={looks} type={story.type} />
              <StateGlyph category={categoryOf(model.frame, story)} title={story.state} />
              <span>
                <span className={style.faint}>{story.number ?? "new"}</span> {story.title}
              </span>
              <span>
                {sprintShort(model.frame.set_up.columns[story.column]?.name)} · {points(story.points)}
              </span>
            </button>
          ))}
        </section>
      )}
    </>
  );
}

export function TypeMark({
  looks,
  type,
}: {
  looks: ReadonlyMap<string, TypeLook>;
  type: string | undefined;
}) {
  const look = type === undefined ? undefined : looks.get(type);
  return (
    <span className={style.type} style={{ "--w": look?.colour ?? "var(--text-2)" } as React.CSSProperties}>
      <Use name={look?.icon ?? "other"} size={14} />
    </span>
  );
}

/** `S42` of `Sprint 42`; a name without a number stays. */
export function sprintShort(name: string | undefined): string {
  if (name === undefined) return "parked";
  return name.replace(/^(?:sprint|iteration)\s+(\d+)$/i, (_, n: string) => `S${n}`);
}
