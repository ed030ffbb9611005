// The pictures on cards. Each is one path, so that a card costs two nodes for one: hundreds of them are drawn at a time.
import { legible } from "../action-items/colour";
import type { CardSync, TypeShape } from "./shapes";

/** On a square of 16, drawn as lines of 1.5; the marks of what is not in step are bolder. */
const PATHS = {
  epic: "M2.500 12.500h11l1-7.500-3.800 3L8 3 5.300 8 1.500 5z",
  feature:
    "M4.500 2.500h7v3.500a3.500 3.500 0 0 1-7 0zM4.500 3.500h-2c0 2.500.8 3.500 2.300 3.700M11.500 3.500h2c0 2.500-.8 3.500-2.300 3.700M8 9.500v3M5.500 13.500h5",
  story:
    "M8 4.500C6.500 3.300 4.500 3 2.500 3v9c2 0 4 .3 5.500 1.500 1.500-1.200 3.500-1.500 5.500-1.500V3c-2 0-4 .3-5.500 1.500zM8 4.500v9",
  bug: "M5.200 7.200a2.800 2.800 0 0 1 5.600 0v3a2.800 2.800 0 0 1-5.600 0zM6.200 4.600 5 3M9.800 4.600 11 3M5.200 8.500H2.500M13.500 8.500h-2.700M5.500 11.500 3 13M10.500 11.500 13 13",
  task: "M4.500 3h7A1.500 1.500 0 0 1 13 4.500v7.500a1.500 1.500 0 0 1-1.500 1.500h-7A1.500 1.500 0 0 1 3 12V4.500A1.500 1.500 0 0 1 4.500 3zM6 2.500h4v2H6zM5.800 9l1.500 1.500 2.900-3",
  other: "M4 2.500h5.500L12.500 5.500v8H4zM9.500 2.500v3h3M6 8.500h4M6 11h4",
  link: "M6.800 9.200a2.600 2.600 0 0 0 3.700 0l2-2a2.600 2.600 0 0 0-3.700-3.700l-.8.8M9.200 6.800a2.600 2.600 0 0 0-3.700 0l-2 2a2.600 2.600 0 0 0 3.700 3.700l.8-.8",
  waiting: "M8 12.500v-9M4.500 7 8 3.500 11.500 7",
  draft: "m3 13 .6-2.600 7.400-7.400 2 2-7.400 7.400zM9.500 5.100l2 2",
  conflict: "M3 5.800h10M3 10.200h10M10.800 2.500 5.200 13.500",
  refused: "M8 3v6.200M8 12.600v.1",
  needs_token:
    "M7.900 10.800a2.700 2.700 0 1 1-5.400 0 2.700 2.700 0 0 1 5.400 0zM7.200 8.800l5.800-5.800M10.500 5.500l2 2M12 4l1.500 1.500",
  out_of_sight:
    "M2 2l12 12M6.200 4c.6-.3 1.200-.5 1.800-.5 4 0 6.500 4.500 6.500 4.500a13 13 0 0 1-1.900 2.400M4.200 5.200A12 12 0 0 0 1.500 8S4 12.500 8 12.500c1 0 1.900-.2 2.700-.6",
  deleted_there: "M2.500 4h11M6 4V2.500h4V4M4 4l.7 9.500h6.600L12 4M6.700 6.500v4.500M9.300 6.500v4.500",
  held: "M5.500 3.500v9M10.500 3.500v9",
};

export type IconName = keyof typeof PATHS;

/** The same for a drawing outside of the page. */
export const iconPath = (name: IconName): string => PATHS[name];

interface UseProps {
  name: IconName;
  size?: number;
  /** Of its own; else that of the text around it. */
  colour?: string;
  className?: string;
}

export function Use({ name, size = 13, colour = "currentColor", className }: UseProps) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      className={className}
      fill="none"
      stroke={colour}
      strokeWidth={name === "conflict" || name === "refused" ? 2.1 : size < 13 ? 1.75 : 1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

const KINDS: [RegExp, IconName, string][] = [
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
