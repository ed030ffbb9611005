// Marks of action items: status as a shape, sync only when not in step, the work item, the due date.
import {
  ArrowUp,
  BookOpen,
  Bug,
  CircleQuestionMark,
  ClipboardCheck,
  Crown,
  EqualNot,
  EyeOff,
  FileText,
  KeyRound,
  Pause,
  Trophy,
  type LucideIcon,
} from "lucide-react";
import type { ActionItem, Status, SyncState, WorkItemRef } from "../api/types";
import { isDarkNow } from "../app/theme";
import { day, daysUntil, dateOf, plural } from "../ui/time";
import { legible } from "./colour";
import style from "./marks.module.css";
import { isLate } from "./order";
import { STATUS_WORDS, SYNC_WORDS } from "./words";

export function StatusGlyph({ status, isSmall }: { status: Status; isSmall?: boolean }) {
  const classes = [style.status, style[status], isSmall && style.small].filter(Boolean).join(" ");
  return <span className={classes} aria-hidden title={STATUS_WORDS[status]} />;
}

const SYNC_ICON: Record<keyof typeof SYNC_WORDS, LucideIcon | null> = {
  waiting: ArrowUp,
  needs_token: KeyRound,
  conflict: EqualNot,
  refused: null,
  held: Pause,
  unknown: CircleQuestionMark,
  out_of_sight: EyeOff,
};

/** The state to show: one that is only under way is shown once it takes long. */
export function markOf(state: SyncState, isSlow: boolean): keyof typeof SYNC_WORDS | null {
  if (state === "local" || state === "in_lockstep") return isSlow ? "waiting" : null;
  return state === "waiting" && !isSlow ? null : state;
}

export function SyncMark({ state, withWord }: { state: keyof typeof SYNC_WORDS; withWord?: boolean }) {
  const Icon = SYNC_ICON[state];
  const { word, says } = SYNC_WORDS[state];
  return (
    <span className={withWord ? style.withWord : style.bare} title={says}>
      <span className={`${style.sync} ${style[state]}`} role="img" aria-label={says}>
        {Icon ? <Icon size={12} strokeWidth={2.4} aria-hidden /> : <Exclamation />}
      </span>
      {withWord && <span aria-hidden>{word}</span>}
    </span>
  );
}

function Exclamation() {
  return (
    <svg
      width="12"
      height="12"
      viewBox="0 0 16 16"
      stroke="currentColor"
      strokeWidth="2.2"
      strokeLinecap="round"
      aria-hidden
    >
      <path d="M8 3v6.2M8 12.6v.1" />
    </svg>
  );
}

const TYPE_ICON: [RegExp, LucideIcon, string][] = [
  [/epic/i, Crown, "--wit-epic"],
  [/feature/i, Trophy, "--wit-feature"],
  [/story|backlog|requirement/i, BookOpen, "--wit-story"],
  [/bug|issue|impediment/i, Bug, "--wit-bug"],
  [/task/i, ClipboardCheck, "--wit-task"],
];

/** The type's icon in the project's own colour, made legible on this theme. */
export function TypeIcon({ type, color }: { type: string; color: string | null }) {
  const [, Icon, fallback] = TYPE_ICON.find(([pattern]) => pattern.test(type)) ?? [
    null,
    FileText,
    "--text-2",
  ];
  const own = color === null ? null : legible(color, isDarkNow());
  return (
    <span className={style.type} style={{ color: own ?? `var(${fallback})` }} title={type}>
      <Icon size={14} aria-label={type} role="img" />
    </span>
  );
}

export function workItemWords(ref: WorkItemRef): string {
  return ref.id === null ? `${ref.type}, not created yet` : `${ref.type} ${ref.id}`;
}

export function WorkItemMark({ item, isLink = false }: { item: WorkItemRef; isLink?: boolean }) {
  const number = item.id === null ? "new" : item.id;
  return (
    <span className={style.item}>
      <TypeIcon type={item.type} color={item.type_color} />
      {isLink && item.url ? (
        <a href={item.url} target="_blank" rel="noreferrer" title="Open in Azure DevOps">
          {number}
        </a>
      ) : (
        <span>{number}</span>
      )}
    </span>
  );
}

export function DueText({ item, now_ms, isShort }: { item: ActionItem; now_ms: number; isShort?: boolean }) {
  if (item.due_on === null) return null;
  const isPast = isLate(item, dateOf(now_ms));
  const days = -daysUntil(item.due_on, now_ms);
  const late = isShort ? "late" : `${plural(days, "day")} late`;
  return (
    <span
      className={[style.due, isPast && style.late].filter(Boolean).join(" ")}
      data-late={isPast || undefined}
    >
      {day(item.due_on, now_ms)}
      {isPast && ` · ${late}`}
    </span>
  );
}
