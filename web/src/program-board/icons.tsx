// The pictures on cards, drawn once in the page and referred to: ten thousand cards need two nodes each, not seven.
import {
  ArrowUp,
  BookOpen,
  Bug,
  ClipboardCheck,
  Crown,
  EqualNot,
  EyeOff,
  FileText,
  KeyRound,
  Link,
  Pause,
  Pencil,
  Trash2,
  Trophy,
  type LucideIcon,
} from "lucide-react";
import { legible } from "../action-items/colour";
import type { CardSync, TypeShape } from "./shapes";

const SHAPES = {
  epic: [Crown, 2],
  feature: [Trophy, 2],
  story: [BookOpen, 2],
  bug: [Bug, 2],
  task: [ClipboardCheck, 2],
  other: [FileText, 2],
  link: [Link, 2.2],
  waiting: [ArrowUp, 2.6],
  draft: [Pencil, 2.4],
  conflict: [EqualNot, 2.6],
  needs_token: [KeyRound, 2.4],
  out_of_sight: [EyeOff, 2.4],
  deleted_there: [Trash2, 2.4],
  held: [Pause, 2.4],
} satisfies Record<string, [LucideIcon, number]>;

export type IconName = keyof typeof SHAPES | "refused";

/** Once in the page, before anything that refers to it. */
export function Sprite() {
  return (
    <svg width="0" height="0" style={{ position: "absolute" }} aria-hidden>
      {Object.entries(SHAPES).map(([name, [Icon, width]]) => (
        <symbol key={name} id={`pb-${name}`} viewBox="0 0 24 24">
          <Icon width={24} height={24} strokeWidth={width} />
        </symbol>
      ))}
      <symbol id="pb-refused" viewBox="0 0 24 24">
        <path
          d="M12 4.500v9.500M12 19v.2"
          stroke="currentColor"
          strokeWidth="3.400"
          strokeLinecap="round"
          fill="none"
        />
      </symbol>
    </svg>
  );
}

export function Use({ name, size = 13, className }: { name: IconName; size?: number; className?: string }) {
  return (
    <svg width={size} height={size} className={className} aria-hidden>
      <use href={`#pb-${name}`} />
    </svg>
  );
}

const KINDS: [RegExp, Exclude<IconName, "refused">, string][] = [
  [/epic/i, "epic", "--wit-epic"],
  [/feature/i, "feature", "--wit-feature"],
  [/story|backlog|requirement/i, "story", "--wit-story"],
  [/bug|issue|impediment/i, "bug", "--wit-bug"],
  [/task/i, "task", "--wit-task"],
];

export interface TypeLook {
  icon: IconName;
  colour: string;
}

/** A type's picture, in the project's own colour made legible on this theme. */
export function lookOf(type: Pick<TypeShape, "name" | "color"> | undefined, isDark: boolean): TypeLook {
  const kind = KINDS.find(([pattern]) => pattern.test(type?.name ?? ""));
  const own = type?.color ? legible(type.color, isDark) : null;
  return { icon: kind?.[1] ?? "other", colour: own ?? `var(${kind?.[2] ?? "--text-2"})` };
}

export function looksOf(types: readonly TypeShape[], isDark: boolean): ReadonlyMap<string, TypeLook> {
  return new Map(types.map((type) => [type.name, lookOf(type, isDark)]));
}

/** The mark of what is not in step. */
export function iconOfSync(sync: Exclude<CardSync, "in_step">): IconName {
  return sync;
}
