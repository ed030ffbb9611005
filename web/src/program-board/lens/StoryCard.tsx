// One story, large: what it is, who does it, what it waits for in words.
import {
  ArrowUp,
  EqualNot,
  EyeOff,
  Handshake,
  KeyRound,
  Link2,
  Pause,
  Pencil,
  Trash2,
  TriangleAlert,
  type LucideIcon,
} from "lucide-react";
import type { KeyboardEvent } from "react";
import { TypeIcon } from "../../action-items/marks";
import { legible } from "../../action-items/colour";
import { isDarkNow } from "../../app/theme";
import { Avatar } from "../../ui/marks";
import { StateGlyph } from "../list/StateGlyph";
import { categoryOf, personOf, typeOf, type Model } from "../model";
import type { Tile } from "../placement";
import type { CardSync } from "../shapes";
import { SYNC_WORDS, points } from "../words";
import { storyName, type DependencyWords } from "./lens";
import style from "./story.module.css";

const SYNC_ICON: Record<Exclude<CardSync, "in_step">, [LucideIcon, string]> = {
  waiting: [ArrowUp, "info"],
  draft: [Pencil, "accent"],
  conflict: [EqualNot, "warn"],
  refused: [TriangleAlert, "bad"],
  needs_token: [KeyRound, "warn"],
  held: [Pause, "warn"],
  out_of_sight: [EyeOff, "plain"],
  deleted_there: [Trash2, "plain"],
};

interface StoryProps {
  model: Model;
  tile: Tile;
  words: readonly DependencyWords[];
  isSlow: boolean;
  tabIndex: number;
  onFocus: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
  onOpen: () => void;
}

export function StoryCard({ model, tile, words, isSlow, tabIndex, onFocus, onKeyDown, onOpen }: StoryProps) {
  const { card } = tile;
  const type = typeOf(model.frame, card.type);
  const colour = type?.color ? legible(type.color, isDarkNow()) : null;
  const person = card.assignee ? personOf(model.frame, card.assignee.name) : undefined;
  // A fast write shows no mark.
  const sync = card.sync === "waiting" && !isSlow ? "in_step" : card.sync;
  return (
    <article className={style.story} style={{ "--w": colour ?? "var(--wit-story)" } as React.CSSProperties}>
      <button
        type="button"
        className={style.open}
        data-story={tile.key}
        tabIndex={tabIndex}
        aria-label={storyName(model, tile, words)}
        onFocus={onFocus}
        onKeyDown={onKeyDown}
        onClick={onOpen}
      />
      <div className={style.head}>
        <TypeIcon type={card.type} color={type?.color ?? null} />
        <span>{card.number ?? "new"}</span>
        <StateGlyph category={categoryOf(model.frame, card)} title={card.state} />
        <span className={style.right}>
          <SyncMark sync={sync} />
          <Avatar name={card.assignee?.name ?? null} initials={person?.initials} />
          <b>{points(card.points)}</b>
        </span>
      </div>
      <div className={style.title}>{card.title}</div>
      <Dependencies words={words} />
    </article>
  );
}

function SyncMark({ sync }: { sync: CardSync }) {
  if (sync === "in_step") return null;
  const [Icon, tone] = SYNC_ICON[sync];
  const { says } = SYNC_WORDS[sync];
  return (
    <span className={style.sync} data-tone={tone} title={says}>
      <Icon size={12} strokeWidth={2.4} aria-hidden />
    </span>
  );
}

export function Dependencies({ words }: { words: readonly DependencyWords[] }) {
  return words.map((one) => (
    <div key={one.key} className={style.dependency} data-tone={one.tone}>
      {one.direction === "waits_for" ? <Link2 size={12} aria-hidden /> : <Handshake size={12} aria-hidden />}
      <span>{one.text}</span>
    </div>
  ));
}
