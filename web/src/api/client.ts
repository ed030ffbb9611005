// Talking to the server: one request in, its answer or a `Problem` out.
// Never retries a write: the ids of writes are made here, so the caller may send the same one again.
// Source: RFC 9457 for the shape of a problem.
import createClient from "openapi-fetch";
import type { paths } from "./schema";
import type { Checklist, Whole } from "./types";

export interface FieldProblem {
  field: string;
  message: string;
}

/** The server said no, in words for a person. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly nextStep: string | null;
  readonly fields: FieldProblem[];
  readonly checklist: Checklist | null;

  constructor(status: number, body: Record<string, unknown>) {
    const title = typeof body["title"] === "string" ? body["title"] : "The server could not do this";
    super(title);
    this.name = "Problem";
    this.status = status;
    this.code = typeof body["code"] === "string" ? body["code"] : `http_${status}`;
    this.detail = typeof body["detail"] === "string" ? body["detail"] : "";
    this.nextStep = typeof body["next_step"] === "string" ? body["next_step"] : null;
    this.fields = Array.isArray(body["fields"]) ? (body["fields"] as FieldProblem[]) : [];
    this.checklist = (body["checklist"] as Checklist | undefined) ?? null;
  }

  /** What the server said about one field of a form. */
  of(field: string): string | null {
    return this.fields.find((problem) => problem.field === field)?.message ?? null;
  }
}

/** Nothing came back: the network, or the server is down. */
export class NoAnswer extends Error {
  constructor() {
    super("This server does not answer");
    this.name = "NoAnswer";
  }
}

// A little longer than the server itself gives a request. Without an end, one lost answer would hold up all that follow.
const ANSWER_DEADLINE_MS = 130_000;

/** The server's routes, as its own description has them (`schema.d.ts` is generated from it). */
export const api = createClient<paths>({
  credentials: "same-origin",
  // Looked up at each request, so that a test can answer in its place.
  fetch: (request) => globalThis.fetch(request, { signal: AbortSignal.timeout(ANSWER_DEADLINE_MS) }),
});

interface Answered {
  data?: unknown;
  error?: unknown;
  response: Response;
}

/** What a request answers with when all is well; `undefined` where there is no body. */
type DataOf<R> = [Exclude<Awaited<R>, undefined>] extends [{ data?: infer D }]
  ? Whole<Exclude<D, undefined>>
  : undefined;

/**
 * The answer to one request of `api`; throws `Problem` or `NoAnswer`.
 *
 * `R` has no bound on purpose: with one, the compiler guesses the route from what is expected of its answer.
 */
export async function ask<R>(request: R): Promise<DataOf<R>> {
  let answer: Answered;
  try {
    answer = await (request as Promise<Answered>);
  } catch {
    throw new NoAnswer();
  }
  if (answer.response.ok) return answer.data as DataOf<R>;
  throw new Problem(answer.response.status, objectOf(answer.error));
}

function objectOf(body: unknown): Record<string, unknown> {
  return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
}

/** What went wrong as one or two sentences, for a message or below a form. */
export function sentence(error: unknown): string {
  if (error instanceof Problem)
    return [ended(error.detail || error.message), error.nextStep].filter(Boolean).join(" ");
  if (error instanceof NoAnswer) return "This server does not answer. Nothing was changed. Try again.";
  return "Something went wrong in this page. Reload it and try again.";
}

/** A title becomes a sentence when another one follows. */
function ended(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

/** A new id for something this browser makes: time first, so that ids sort by age (UUID version 7). */
export function newId(now_ms: number = Date.now(), dice: Uint8Array = randomBytes()): string {
  const bytes = dice.slice();
  const time = BigInt(now_ms);
  for (let i = 0; i < 6; i += 1) bytes[i] = Number((time >> BigInt(40 - 8 * i)) & 0xffn);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function randomBytes(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(16));
}
