import type { Connection } from "../api/types";
import { ago, moment, plural } from "../ui/time";

export interface PillWords {
  tone: "ok" | "warn" | "bad" | "plain";
  word: string;
  age: string | null;
}

/** One connection's state in a few words, worst first: a healthy one that polls is neutral, never amber. */
export function pillOf(
  connection: Pick<Connection, "health" | "counts" | "is_enabled" | "hooks">,
  now_ms: number,
): PillWords {
  const { health, counts } = connection;
  const age = health.last_poll_us === null ? null : ago(health.last_poll_us, now_ms);
  if (!connection.is_enabled || health.state === "disabled")
    return { tone: "plain", word: "Disabled", age: null };
  if (health.state === "unreachable")
    return { tone: "warn", word: `No answer since ${moment(health.since_us, now_ms)}`, age: null };
  if (health.to_reconcile !== null && health.state !== "token_refused")
    return { tone: "plain", word: "Restored, reading again", age: `${health.to_reconcile} to go` };
  if (health.state === "token_refused") return { tone: "bad", word: "Token refused", age: null };
  if (counts.needs_decision > 0)
    return {
      tone: "warn",
      word: plural(counts.needs_decision, "decision"),
      age: counts.waiting > 0 ? `${counts.waiting} waiting` : null,
    };
  if (health.state === "throttled") return { tone: "plain", word: "Slowed down by Azure DevOps", age };
  if (counts.waiting > 0) return { tone: "plain", word: `${counts.waiting} waiting`, age: null };
  if (health.state === "new") return { tone: "plain", word: "First read under way", age: null };
  const hasHooks = connection.hooks.some((hook) => hook.last_us !== null);
  if (hasHooks) return { tone: "ok", word: "In lockstep", age };
  return { tone: "plain", word: every(health.poll_interval_ms), age: age && `last ${age}` };
}

/** `Every 60 s`. */
export function every(poll_interval_ms: number): string {
  return `Every ${Math.round(poll_interval_ms / 1000)} s`;
}
