// State, points, assignee and title, edited on the card itself: S, P, A and F2. Works on all selected cards at once.
import { Check } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { Avatar } from "../ui/marks";
import type { Desk, DeskActs } from "./desk";
import style from "./edit.module.css";
import type { Layout } from "./layout";
import { StateGlyph } from "./list/StateGlyph";
import { statesFor } from "./model";
import type { Placement, Tile } from "./placement";
import type { Card, StateShape } from "./shapes";
import type { TileWorld } from "./tileProps";
import type { BoardActs } from "./useActs";
import { short } from "./words";

interface QuickProps {
  world: TileWorld;
  placement: Placement;
  layout: Layout;
  editing: NonNullable<Desk["editing"]>;
  deskActs: DeskActs;
  acts: BoardActs;
}

export function QuickEdit(props: QuickProps) {
  const { editing, placement, layout, deskActs } = props;
  const tiles = editing.keys.flatMap((key) => placement.byKey.get(key) ?? []);
  const anchor = tiles.map((tile) => layout.byKey.get(tile.key)).find((box) => box !== undefined);
  const first = tiles[0];
  if (!first) return null;
  const cards = tiles.map((tile) => tile.card);
  const close = () => {
    deskActs.patch({ editing: null });
    deskActs.focusOn(first.key);
  };
  const at = anchor ?? { x: layout.team_w + 20, y: layout.metrics.head_h + 20, w: 208, h: 0 };
  const name = cards.length === 1 && cards[0] ? short(cards[0]) : `${cards.length} cards`;
  if (editing.kind === "title")
    return (
      <TitleEdit
        {...props}
        tile={first}
        box={{ x: at.x, y: at.y, w: at.w, h: Math.max(at.h, 30) }}
        onClose={close}
      />
    );
  const left = Math.max(layout.team_w, Math.min(at.x + 8, layout.width - 252));
  return (
    <div
      ref={(element) => stayInView(element, at.y - 4)}
      className={style.pop}
      style={{ left, top: at.y + at.h + 4 }}
      role="dialog"
      aria-label={`${WORDS[editing.kind]} of ${name}`}
      data-tools
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Escape") close();
      }}
      onBlur={(event) => {
        if (event.relatedTarget !== null && !event.currentTarget.contains(event.relatedTarget))
          deskActs.patch({ editing: null });
      }}
    >
      {editing.kind === "state" && <StateEdit {...props} cards={cards} onClose={close} />}
      {editing.kind === "points" && <PointsEdit {...props} cards={cards} onClose={close} />}
      {editing.kind === "assignee" && <PersonEdit {...props} cards={cards} onClose={close} />}
    </div>
  );
}

/** Stands above its card where there is no room below it. */
function stayInView(element: HTMLElement | null, above: number) {
  const view = element?.closest("[data-density]")?.getBoundingClientRect();
  if (!element || !view) return;
  const box = element.getBoundingClientRect();
  if (box.bottom > view.bottom && box.top - box.height > view.top + 50)
    element.style.top = `${above - element.offsetHeight}px`;
}

const WORDS = { title: "Title", state: "State", points: "Points", assignee: "Assignee" };

interface EditProps extends QuickProps {
  cards: readonly Card[];
  onClose: () => void;
}

function TitleEdit({
  tile,
  box,
  acts,
  onClose,
}: QuickProps & { tile: Tile; box: { x: number; y: number; w: number; h: number }; onClose: () => void }) {
  const [text, setText] = useState(tile.card.title);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.select(), []);
  const keep = () => {
    const title = text.trim();
    if (title !== "" && title !== tile.card.title) acts.set([tile.card], "title", title, "title changed");
    onClose();
  };
  return (
    <textarea
      ref={field}
      data-tools
      className={style.title}
      style={{ left: box.x - 1, top: box.y - 1, width: box.w + 2, minHeight: box.h + 2 }}
      aria-label={`Title of ${short(tile.card)}`}
      maxLength={255}
      rows={2}
      value={text}
      onChange={(event) => setText(event.target.value.replaceAll("\n", " "))}
      onBlur={keep}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") {
          event.preventDefault();
          keep();
        }
        if (event.key === "Escape") onClose();
      }}
    />
  );
}

function StateEdit({ world, cards, acts, onClose }: EditProps) {
  const { frame } = world.model;
  // What all of the chosen cards may be set to.
  const states = useMemo(() => {
    const [first, ...rest] = [...new Set(cards.map((card) => card.type))];
    return statesFor(frame, first ?? "").filter((state) =>
      rest.every((type) => statesFor(frame, type).some((one) => one.name === state.name)),
    );
  }, [cards, frame]);
  return (
    <Options
      label="State"
      options={states}
      current={(state) => cards.every((card) => card.state === state.name)}
      keyOf={(state: StateShape) => state.name}
      draw={(state) => (
        <>
          <StateGlyph category={state.category} /> {state.name}
        </>
      )}
      onPick={(state) => {
        acts.set(cards, "state", state.name, state.name);
        onClose();
      }}
    />
  );
}

const FIBONACCI = [0, 1, 2, 3, 5, 8, 13, 20];

function PointsEdit({ world, cards, acts, onClose }: EditProps) {
  const only = cards.length === 1 ? cards[0] : undefined;
  const [text, setText] = useState(only?.points == null ? "" : String(only.points));
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  const unit = world.model.frame.set_up.unit.name;
  const keep = (value: number | null) => {
    acts.set(cards, "points", value, value === null ? `no ${unit}` : `${value} ${unit}`);
    onClose();
  };
  const n = Number(text.replace(",", "."));
  const isGood = text.trim() === "" || (Number.isFinite(n) && n >= 0);
  return (
    <form
      className={style.points}
      onSubmit={(event) => {
        event.preventDefault();
        if (isGood) keep(text.trim() === "" ? null : n);
      }}
    >
      <input
        ref={field}
        inputMode="decimal"
        aria-label={`Points in ${unit}`}
        aria-invalid={!isGood || undefined}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div>
        {FIBONACCI.map((value) => (
          <button key={value} type="button" onClick={() => keep(value)}>
            {value}
          </button>
        ))}
        <button type="button" onClick={() => keep(null)} aria-label="No points">
          –
        </button>
      </div>
    </form>
  );
}

function PersonEdit({ world, cards, acts, onClose }: EditProps) {
  const [word, setWord] = useState("");
  const people = world.model.frame.people.filter((person) =>
    person.name.toLocaleLowerCase().includes(word.trim().toLocaleLowerCase()),
  );
  return (
    <Options
      label="Assignee"
      options={[...people.slice(0, 40), null]}
      current={(person) => cards.every((card) => (card.assignee?.name ?? null) === (person?.name ?? null))}
      keyOf={(person) => person?.name ?? ""}
      draw={(person) => (
        <>
          <Avatar name={person?.name ?? null} initials={person?.initials} /> {person?.name ?? "Nobody"}
        </>
      )}
      onPick={(person) => {
        acts.assign(cards, person && { name: person.name, member_id: person.member_id });
        onClose();
      }}
      word={word}
      onWord={setWord}
    />
  );
}

interface OptionsProps<T> {
  label: string;
  options: readonly T[];
  current: (option: T) => boolean;
  keyOf: (option: T) => string;
  draw: (option: T) => ReactNode;
  onPick: (option: T) => void;
  word?: string;
  onWord?: (word: string) => void;
}

/** A list to choose one from: arrows lead, Enter takes. */
export function Options<T>({ label, options, current, keyOf, draw, onPick, word, onWord }: OptionsProps<T>) {
  const [at, setAt] = useState(() => Math.max(0, options.findIndex(current)));
  const list = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => (field.current ?? list.current)?.focus(), []);
  const index = Math.min(at, options.length - 1);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      const next = (index + step + options.length) % options.length;
      setAt(next);
      list.current?.children[next]?.scrollIntoView({ block: "nearest" });
    }
    const option = options[index];
    if (event.key === "Enter" && option !== undefined) {
      event.preventDefault();
      onPick(option);
    }
  };
  const id = `pb-options-${label}`;
  return (
    <div onKeyDown={onKeyDown}>
      {onWord && (
        <input
          ref={field}
          className={style.word}
          role="combobox"
          aria-expanded
          aria-controls={id}
          aria-activedescendant={`${id}-${index}`}
          aria-label={label}
          placeholder="Find"
          value={word}
          onChange={(event) => {
            onWord(event.target.value);
            setAt(0);
          }}
        />
      )}
      <div
        ref={list}
        id={id}
        className={style.options}
        role="listbox"
        aria-label={label}
        tabIndex={onWord ? -1 : 0}
        aria-activedescendant={`${id}-${index}`}
      >
        {options.map((option, i) => (
          <div
            key={keyOf(option)}
            id={`${id}-${i}`}
            role="option"
            aria-selected={current(option)}
            data-at={i === index || undefined}
            onPointerMove={() => setAt(i)}
            onClick={() => onPick(option)}
          >
            {draw(option)}
            {current(option) && <Check size={14} aria-hidden />}
          </div>
        ))}
      </div>
    </div>
  );
}
