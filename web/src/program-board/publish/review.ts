// What waits to be published, by team and by person, chosen or not, and in words. Pure.
// A change is one edit; a row is one work item with its changes.
import { ago, day, dateOf, msOf, plural } from "../../ui/time";
import type { TeamSetUp } from "../shapes";
import type { Result, Review, ReviewChange, ReviewItem, Run } from "./shapes";

export interface Group {
  key: string;
  name: string;
  items: ReviewItem[];
  n_changes: number;
  n_stopped: number;
}

export type GroupBy = "team" | "person";

/** By team in the board's order, what has none last; or by person in order of name. */
export function groupItems(items: readonly ReviewItem[], by: GroupBy, teams: readonly TeamSetUp[]): Group[] {
  const groups = new Map<string, Group>();
  const put = (key: string, name: string, item: ReviewItem, changes: readonly ReviewChange[]) => {
    const group = groups.get(key) ?? { key, name, items: [], n_changes: 0, n_stopped: 0 };
    groups.set(key, group);
    group.items.push(changes.length === item.changes.length ? item : { ...item, changes: [...changes] });
    group.n_changes += changes.length;
    if (isStopped(item)) group.n_stopped += 1;
  };
  if (by === "team") {
    const order = (item: ReviewItem) => (item.team < 0 ? teams.length : item.team);
    for (const item of [...items].sort((a, b) => order(a) - order(b)))
      put(String(item.team), teams[item.team]?.name ?? "No team", item, item.changes);
    return [...groups.values()];
  }
  for (const item of items)
    for (const id of new Set(item.changes.map((change) => change.by.member_id))) {
      const changes = item.changes.filter((change) => change.by.member_id === id);
      put(id, changes[0]?.by.name ?? "", item, changes);
    }
  return [...groups.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** Would Azure DevOps refuse it, or does somebody have to say something first? */
export function isStopped({ result }: Pick<ReviewItem, "result">): boolean {
  return result === "refused" || result === "conflict" || result === "needs_token";
}

/** Those that go: what a person said, else everything that would be taken. What is stopped never goes. */
export function chosenItems(items: readonly ReviewItem[], said: ReadonlyMap<string, boolean>): ReviewItem[] {
  return items.filter((item) => !isStopped(item) && (said.get(item.item) ?? true));
}

export function changesOf(items: readonly ReviewItem[]): number {
  return items.reduce((sum, item) => sum + item.changes.length, 0);
}

export interface ResultWords {
  word: string;
  tone: "plain" | "info" | "warn" | "bad";
}
const RESULT_WORDS: Record<Result, ResultWords> = {
  not_tried: { word: "not tried yet", tone: "plain" },
  taken: { word: "would be taken", tone: "plain" },
  created: { word: "would be created", tone: "plain" },
  link: { word: "link would be added", tone: "plain" },
  merged: { word: "merged with a change", tone: "info" },
  refused: { word: "refused", tone: "bad" },
  conflict: { word: "conflict", tone: "warn" },
  needs_token: { word: "needs a token", tone: "warn" },
};

/** What the try said; a result of a newer server than this page is told as it came. */
export function resultWords(result: Result): ResultWords {
  return RESULT_WORDS[result] ?? { word: String(result).replaceAll("_", " "), tone: "plain" };
}

/** `12 changes planned since 5 Oct. Azure DevOps tried each of them without saving, 20 s ago.` */
export function headWords(review: Review, now_ms: number): string {
  const n_changes = changesOf(review.items);
  const items = n_changes === review.items.length ? "" : ` on ${plural(review.items.length, "work item")}`;
  const since = review.since_us === null ? "" : ` since ${day(dateOf(msOf(review.since_us)), now_ms)}`;
  const tried =
    review.tried_us === null
      ? "None has been tried yet."
      : `Azure DevOps tried each of them without saving, ${ago(review.tried_us, now_ms)}.`;
  return `${plural(n_changes, "change")}${items} planned${since}. ${tried}`;
}

export interface Figures {
  n_taken: number;
  n_merged: number;
  n_refused: number;
  n_open: number;
  n_created: number;
  /** `Feature, Harbour\Quay`: what is created and where. */
  created: string;
}

export function figuresOf(items: readonly ReviewItem[]): Figures {
  const created = items.filter((item) => item.number === null);
  const places = [...new Set(created.map((item) => createdWords(item)))];
  return {
    n_taken: changesOf(items.filter((item) => !isStopped(item) && item.result !== "not_tried")),
    n_merged: items.filter((item) => item.result === "merged").length,
    n_refused: items.filter((item) => item.result === "refused").length,
    n_open: items.filter((item) => item.result === "conflict" || item.result === "needs_token").length,
    n_created: created.length,
    created: places.length > 2 ? `${places.slice(0, 2).join(", ")} and others` : places.join(", "),
  };
}

function createdWords(item: ReviewItem): string {
  return item.changes.find((change) => change.field === "create")?.to ?? item.type;
}

/** Below the figure of what would be taken. */
export function takenSays({ n_merged }: Pick<Figures, "n_merged">): string {
  return n_merged === 0 ? "As it stands in Azure DevOps now" : `${n_merged} merged with a change there`;
}

/** Below the figure of what is refused; a conflict or a missing token is told there too. */
export function refusedSays({ n_refused, n_open }: Pick<Figures, "n_refused" | "n_open">): string {
  const open = n_open === 0 ? "" : `${plural(n_open, "more waits", "more wait")} for a person`;
  if (n_refused === 0) return open || "Nothing stands in the way";
  return open ? `Fix it here, or leave it out. ${open}` : "Fix it here, or leave it out";
}

/** The bar at the bottom: what is chosen and what becomes of the rest. */
export function barWords(
  items: readonly ReviewItem[],
  chosen: readonly ReviewItem[],
): { is: string; says: string } {
  const n_left = items.length - chosen.length;
  const is = `${chosen.length} of ${plural(items.length, "work item")} chosen.`;
  if (n_left === 0) return { is, says: "One request per item and person." };
  const rest = n_left === 1 ? "The other one stays" : `The other ${n_left} stay`;
  return { is, says: `One request per item and person. ${rest} on the board as unpublished.` };
}

export function publishWords(chosen: readonly ReviewItem[]): string {
  return chosen.length === 0 ? "Nothing to publish" : `Publish ${plural(changesOf(chosen), "change")}`;
}

/** Of what was chosen before a second try, what is stopped now: the reason to wait with publishing. */
export function newlyStopped(items: readonly ReviewItem[], chosen: readonly string[]): ReviewItem[] {
  return items.filter((item) => chosen.includes(item.item) && isStopped(item));
}

/** `Mara, own token`. */
export function writerWords(writer: ReviewItem["writes"][number]): string {
  const first = writer.name.split(" ")[0] ?? writer.name;
  if (writer.with === "own_token") return `${first}, own token`;
  if (writer.with === "connection_token") return `${first}, connection’s token`;
  return `${first}, no token yet`;
}

/** A change as words where it is no field from one value to another. */
export function actWords(change: ReviewChange): string | null {
  switch (change.field) {
    case "create":
      return `New ${change.to ?? ""}`.trim();
    case "link":
      return `${change.label} ${change.to ?? ""}`.trim();
    case "unlink":
      return `No longer: ${change.label.toLowerCase()} ${change.from ?? ""}`.trim();
    case "comment":
      return "A comment";
    case "delete":
      return "Moved to the recycle bin";
    default:
      return null;
  }
}

/** What was typed into a field that a refusal names, as an act says it: a number where the field holds one. */
export function filled(field: string, text: string): { field: string; to: unknown } {
  const number = Number(text.replace(",", "."));
  if (field === "points" || field === "priority")
    return { field, to: Number.isFinite(number) ? number : text };
  // What boards have no word for goes by its reference name.
  return field.includes(".") ? { field: "other", to: { name: field, value: text } } : { field, to: text };
}

export interface RunWords {
  title: string;
  says: string;
  tone: "info" | "warn" | "bad";
}

/** How a publish goes, or went. */
export function runWords(run: Run): RunWords {
  const n_written = run.results.filter((one) => one.outcome === "written").length;
  const others = run.results.filter((one) => one.outcome !== "written");
  const written = `${plural(n_written, "work item")} written`;
  if (run.state === "running")
    return { title: `${run.results.length} of ${run.n_all} done`, says: `${written} so far.`, tone: "info" };
  const n_untouched = run.n_all - run.results.length;
  const rest = [
    n_untouched > 0 &&
      `${plural(n_untouched, "other was", "others were")} not begun and ${n_untouched === 1 ? "stays" : "stay"} unpublished.`,
    others.length > 0 && `${plural(others.length, "needs", "need")} a look, below.`,
  ].filter(Boolean);
  const says = rest.join(" ") || "Everything chosen is in Azure DevOps.";
  if (run.state === "stopped") return { title: `Stopped. ${written}.`, says, tone: "warn" };
  return { title: `Published. ${written}.`, says, tone: others.length > 0 ? "warn" : "info" };
}
