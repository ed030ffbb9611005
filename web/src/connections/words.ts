// Words about connections, each once. Pure.
import type { Checklist, CheckStep, Connection, MyToken } from "../api/types";
import type { Tone } from "../ui/marks";
import { ago, day, daysUntil, moment, plural } from "../ui/time";
import { every } from "../app/livePillWords";

/** Tokens for "all accessible organizations" stop working on this day. */
const GLOBAL_TOKENS_END = "2026-12-01";

/** One token per organization, in the tense of the day. */
export function globalTokenWords(today: string): string {
  return today < GLOBAL_TOKENS_END
    ? "Make it for this organization alone: tokens for “all accessible organizations” stop working on 1 December 2026."
    : "Make it for this organization alone: tokens for “all accessible organizations” stopped working on 1 December 2026.";
}

const DISABLED: StateWords = { word: "Disabled", tone: "plain" };
const NEW: StateWords = { word: "First read under way", tone: "plain" };
const RESTORED: StateWords = { word: "Restored, reading again", tone: "plain" };
const HEALTH_WORDS: Record<string, StateWords> = {
  new: NEW,
  in_lockstep: { word: "In lockstep", tone: "plain" },
  waiting: { word: "Waiting", tone: "plain" },
  unreachable: { word: "No answer", tone: "warn" },
  token_refused: { word: "Token refused", tone: "bad" },
  throttled: { word: "Slowed down", tone: "plain" },
  disabled: DISABLED,
};

interface StateWords {
  word: string;
  tone: Tone;
}

/** A connection's state as a pill, worst first. */
export function stateOf(connection: Pick<Connection, "health" | "counts" | "is_enabled">): {
  word: string;
  tone: Tone;
} {
  const { health, counts } = connection;
  const own = HEALTH_WORDS[health.state] ?? NEW;
  if (!connection.is_enabled) return DISABLED;
  if (health.state === "unreachable" || health.state === "token_refused") return own;
  if (health.to_reconcile !== null) return RESTORED;
  if (counts.needs_decision > 0) return { word: plural(counts.needs_decision, "decision"), tone: "warn" };
  if (health.state === "in_lockstep" && counts.waiting > 0)
    return { word: `${counts.waiting} waiting`, tone: "plain" };
  return own;
}

/** `Own tokens, else hold`. */
export function writesWith(connection: Pick<Connection, "without_own_token" | "token">): string {
  return connection.without_own_token === "hold"
    ? "Own tokens, else hold"
    : `Own tokens, else ${connection.token.owner ?? "its account"}`;
}

/** When the connection's token expires, and how loud to be about it: 30 days before is time to look. */
export function expiryOf(
  token: Pick<Connection["token"], "expires_on" | "state">,
  now_ms: number,
): { text: string; tone: Tone } {
  if (token.state === "reenter") return { text: "Enter it again", tone: "bad" };
  if (token.expires_on === null)
    return token.state === "ok" ? { text: "No date given", tone: "plain" } : { text: "Refused", tone: "bad" };
  const days = daysUntil(token.expires_on, now_ms);
  const date = day(token.expires_on, now_ms);
  if (days < 0) return { text: `Expired ${date}`, tone: "bad" };
  if (token.state === "refused") return { text: "Refused", tone: "bad" };
  if (days === 0) return { text: `${date} · today`, tone: "bad" };
  if (days <= 30) return { text: `${date} · ${plural(days, "day")}`, tone: "warn" };
  return { text: date, tone: "plain" };
}

/** What service hooks do for this connection, in a few words. */
export function hooksWord(
  connection: Pick<Connection, "hooks" | "health" | "is_enabled">,
  now_ms: number,
): string {
  const heard = connection.hooks.filter((hook) => hook.last_us !== null);
  if (!connection.is_enabled) return heard.length > 0 ? "Kept, not read" : "None";
  if (heard.length === 0) return "None, polling";
  const newest = Math.max(...heard.map((hook) => hook.last_us ?? 0));
  return `Last came ${ago(newest, now_ms)}`;
}

/** `Every 60 s, last 12 s ago`. */
export function pollWords(health: Connection["health"], now_ms: number): string {
  const last = health.last_poll_us === null ? "not yet read" : `last ${ago(health.last_poll_us, now_ms)}`;
  return `${every(health.poll_interval_ms)}, ${last}`;
}

/** What lies below the state: why it is so, or how it keeps in step. */
export function stateSays(connection: Pick<Connection, "health" | "is_enabled">, now_ms: number): string {
  const { health } = connection;
  if (!connection.is_enabled) return "Nothing is sent or read. Hooks are kept as item ids.";
  if (health.state === "unreachable")
    return `Since ${moment(health.since_us, now_ms)}. Changes are kept here.`;
  if (health.to_reconcile !== null)
    return `Restored from a backup. ${plural(health.to_reconcile, "work item")} to read again before anything is written.`;
  if (health.detail) return health.detail;
  return pollWords(health, now_ms);
}

/** `Required 2 of 2`, or which is lacking. */
export function requiredWords(checklist: Checklist): { word: string; isOk: boolean } {
  const rights = checklist.steps.filter((step) => step.kind === "required" && RIGHTS.has(step.id));
  const n_ok = rights.filter((step) => step.state === "ok").length;
  return { word: `Required ${n_ok} of ${rights.length}`, isOk: rights.length > 0 && n_ok === rights.length };
}

/** What came of one step: a right is allowed or lacking, anything else answers or does not. */
export function stepWord({ id, kind, state }: Pick<CheckStep, "id" | "kind" | "state">): string {
  if (state === "not_tried") return kind === "optional" ? "Known when tried" : "Not tried";
  if (state === "unknown") return "Not known";
  const isRight = kind === "optional" || RIGHTS.has(id);
  if (state === "ok") return isRight ? "Allowed" : "Yes";
  return isRight ? "Lacking" : "No";
}

const RIGHTS: ReadonlySet<CheckStep["id"]> = new Set(["work_items_write", "project_read"]);

/** `Optional rights: none needed, 2 would unlock more`. */
export function optionalWords(checklist: Checklist): string {
  const optional = checklist.steps.filter((step) => step.kind === "optional");
  const n_lacking = optional.filter((step) => step.state !== "ok").length;
  if (optional.length === 0) return "No optional rights";
  return n_lacking === 0
    ? "Optional rights: all there"
    : `Optional rights: none needed, ${n_lacking} would unlock more`;
}

/** The page where a token is made, guessed from what was typed; the server's own answer is better once there is one. */
export function tokenPage(server: string): { host: string; url: string } | null {
  const text = server.trim().replace(/\/+$/, "");
  if (text === "") return null;
  if (/^[a-z0-9][a-z0-9-]{0,49}$/i.test(text)) return services(text);
  const url = parseUrl(text);
  if (url === null) return null;
  const path = url.pathname.replace(/\/+$/, "");
  const first = path.split("/")[1];
  if (url.hostname === "dev.azure.com") return first ? services(first) : null;
  const old = /^([a-z0-9-]+)\.visualstudio\.com$/i.exec(url.hostname)?.[1];
  if (old) return services(old);
  if (!first) return null;
  return { host: url.host, url: `${url.origin}${path}/_details/security/tokens` };
}

/** Would the token travel in the clear? */
export function isPlainHttp(server: string): boolean {
  return /^http:\/\//i.test(server.trim());
}

function services(organization: string) {
  return {
    host: `dev.azure.com/${organization}`,
    url: `https://dev.azure.com/${organization}/_usersSettings/tokens`,
  };
}

function parseUrl(text: string): URL | null {
  try {
    const url = new URL(/^https?:\/\//i.test(text) ? text : `https://${text}`);
    return url.hostname.includes(".") || url.port !== "" || url.hostname === "localhost" ? url : null;
  } catch {
    return null;
  }
}

/** How a stored own token stands, as a pill. */
export function ownTokenPill(token: MyToken): { word: string; tone: Tone } {
  if (token.state === "ok") {
    if (token.days_left !== null && token.days_left <= 30)
      return { word: `Expires in ${plural(Math.max(0, token.days_left), "day")}`, tone: "warn" };
    return { word: "Works", tone: "plain" };
  }
  if (token.state === "none" && token.held_edits > 0)
    return { word: `${plural(token.held_edits, "edit waits", "edits wait")} for it`, tone: "warn" };
  const words: Record<string, string> = { none: "Not stored", expired: "Expired", reenter: "Enter it again" };
  return { word: words[token.state] ?? "Refused", tone: token.state === "none" ? "plain" : "bad" };
}
