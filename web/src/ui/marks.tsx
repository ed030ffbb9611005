// Small marks that say one thing: a pill, a person, a team, the logo.
import type { ReactNode } from "react";
import style from "./marks.module.css";

export type Tone = "plain" | "ok" | "info" | "warn" | "bad" | "accent";

export function Pill({ tone = "plain", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className={[style.pill, tone !== "plain" && style[tone]].filter(Boolean).join(" ")}>
      {children}
    </span>
  );
}

interface AvatarProps {
  name: string | null;
  initials?: string;
  /** A person's colour means "is here": only for oneself and for people present. */
  colour?: number | null;
  size?: "normal" | "large";
}

/** A person in two letters. It is drawn beside the name, or beside words that hold it, and not read out again. */
export function Avatar({ name, initials, colour, size = "normal" }: AvatarProps) {
  const classes = [
    style.avatar,
    size === "large" && style.large,
    name === null && style.nobody,
    colour && style.here,
    colour && style[`av${colour}`],
  ];
  return (
    <span className={classes.filter(Boolean).join(" ")} title={name ?? "No owner"} aria-hidden>
      {name === null ? "" : (initials ?? initialsOf(name))}
    </span>
  );
}

/** `Mara Lindqvist` gives `ML`. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  const first = words[0]?.[0] ?? "?";
  const last = words.length > 1 ? (words[words.length - 1]?.[0] ?? "") : (words[0]?.[1] ?? "");
  return (first + last).toUpperCase();
}

export function TeamMark({ name }: { name: string }) {
  return (
    <span className={style.team} aria-hidden>
      {name.slice(0, 2)}
    </span>
  );
}

export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg
      className={style.logo}
      width={size}
      height={size}
      viewBox="0 0 26 26"
      fill="none"
      stroke="currentColor"
      strokeWidth="3"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden
    >
      <path d="M3.5 15.5h5.5v-5.5h5.5V4.500H20" />
      <path opacity=".45" d="M6 21.500h8.500V16h5.500v-5.500h2.500" />
    </svg>
  );
}

/** The two flights of steps: all is in lockstep. */
export function Steps() {
  return (
    <svg
      width="14"
      height="14"
      viewBox="0 0 14 14"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden
    >
      <path d="M1.500 8h3V5h3V2h3" />
      <path opacity=".5" d="M3.500 12h4V9h3V6h2" />
    </svg>
  );
}

/** Where something will stand once it is loaded. Only on first load. */
export function Skeleton({
  width = "100%",
  height = 12,
}: {
  width?: number | string;
  height?: number | string;
}) {
  return <span className={style.skeleton} style={{ width, height }} aria-hidden />;
}
