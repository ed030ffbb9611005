// A new card, made where it will lie: type, title, Enter. Enter again makes the next one, Esc ends.
import { useEffect, useRef, useState } from "react";
import { useDraft } from "../ui/useDraft";
import type { Desk, DeskActs } from "./desk";
import style from "./edit.module.css";
import type { BoardRow } from "./filters";
import { cellBoxes, cellRect, type Layout } from "./layout";
import type { TileWorld } from "./tileProps";
import type { BoardActs } from "./useActs";
import { short } from "./words";

interface CreateProps {
  world: TileWorld;
  layout: Layout;
  rows: readonly BoardRow[];
  creating: NonNullable<Desk["creating"]>;
  desk: Desk;
  deskActs: DeskActs;
  acts: BoardActs;
}

const EMPTY = { title: "", type: "" };

export function CreateHere({ world, layout, rows, creating, desk, deskActs, acts }: CreateProps) {
  const { model } = world;
  const { levels, teams, columns } = model.frame.set_up;
  const known = new Set(model.frame.types.map((type) => type.name));
  const types = (creating.parent === null ? [...levels.stories, ...levels.features] : levels.stories).filter(
    (name) => known.has(name),
  );
  const { value, patch, clear } = useDraft(`card.${model.board.id}`, EMPTY);
  const [last, setLast] = useState<string | null>(null);
  const title = useRef<HTMLInputElement>(null);
  const type = types.includes(value.type) ? value.type : (types[0] ?? "");
  useEffect(() => title.current?.focus(), []);
  const row = rows.findIndex((one) => one.team === creating.team);
  if (row < 0) return null;
  const cell = cellBoxes(layout, row, creating.column);
  const rect = cellRect(layout, row, creating.column);
  const { gutter, pad_top, load_h, gap } = layout.metrics;
  const below = cell[cell.length - 1];
  const top = below ? below.y + below.h + gap : rect.y + pad_top + load_h + gap;
  const end = () => {
    deskActs.patch({ creating: null });
    if (last !== null) deskActs.focusOn(last);
    else if (desk.focus !== null) deskActs.focusOn(desk.focus);
  };
  const submit = () => {
    const called = value.title.trim();
    if (called === "") return end();
    setLast(
      acts.create({
        type,
        title: called,
        team: creating.team,
        column: creating.column,
        parent: creating.parent,
      }),
    );
    clear();
  };
  const parent = creating.parent === null ? undefined : model.cards.get(creating.parent);
  const where = `${teams[creating.team]?.name ?? ""}, ${columns[creating.column]?.name ?? ""}`;
  return (
    <form
      className={style.create}
      style={{ left: rect.x + gutter, top, width: Math.max(200, rect.w - 2 * gutter) }}
      data-tools
      aria-label={`New card in ${where}`}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Escape") end();
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget) && value.title.trim() === "")
          deskActs.patch({ creating: null });
      }}
    >
      <input
        ref={title}
        aria-label={`Title, in ${where}`}
        placeholder={parent ? `Story of ${short(parent)}` : "Title"}
        maxLength={255}
        value={value.title}
        onChange={(event) => patch({ title: event.target.value })}
      />
      <div>
        <select aria-label="Type" value={type} onChange={(event) => patch({ type: event.target.value })}>
          {types.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <span>
          <kbd>Enter</kbd> create
        </span>
      </div>
    </form>
  );
}
