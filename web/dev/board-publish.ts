// The in-memory server's review before publishing.
import type { Review, ReviewChange, ReviewItem, Run } from "../src/program-board/publish/shapes";
import type { SampleCard } from "./board-snapshot.ts";

export interface Publishing {
  tried_us: number | null;
  changed_us?: number;
  run: Run | null;
  /** Items whose missing field was filled in. */
  filled: Set<string>;
}

type Said = [field: string, label: string, from: string | null, to: string | null];
const CHANGES: Record<number, [who: "ML" | "RS" | "YT", ...Said[]]> = {
  4106: [
    "ML",
    ["iteration", "Iteration", "Sprint 42", "Sprint 43"],
    ["assignee", "Assigned to", "Tom", "Ines"],
  ],
  4131: ["ML", ["iteration", "Iteration", null, "Sprint 44"]],
  4110: ["YT", ["priority", "Priority", "2", "1"]],
  4094: ["YT", ["iteration", "Iteration", "Sprint 43", "Sprint 44"]],
  4163: ["ML", ["state", "State", "New", "Active"], ["iteration", "Iteration", "Sprint 41", "Sprint 42"]],
  4112: ["RS", ["target_on", "Target date", "23 Oct", "30 Oct"]],
  4113: ["RS", ["assignee", "Assigned to", "Ravi", "Jonas"]],
  4115: ["RS", ["iteration", "Iteration", "Sprint 43", "Sprint 44"]],
  4146: ["RS", ["link", "Waits for", null, "4144, needed by 6 Nov"]],
  4152: ["ML", ["iteration", "Iteration", "Sprint 42", "Sprint 43"]],
  4177: ["ML", ["title", "Title", "Retention", "Retention rules"]],
  4144: ["RS", ["title", "Title", "Hold events", "Hold and release events"]],
};
const WHO = {
  ML: { member_id: "m-mara", name: "Mara Lindqvist", initials: "ML" },
  RS: { member_id: "m-ravi", name: "Ravi Shah", initials: "RS" },
  YT: { member_id: "m-yuki", name: "Yuki Tanabe", initials: "YT" },
};

export function review(cards: SampleCard[], publishing: Publishing): Review {
  const { tried_us, changed_us } = publishing;
  return {
    since_us: Date.now() * 1000 - 6 * 86_400e6,
    tried_us,
    is_stale: tried_us !== null && changed_us !== undefined && changed_us > tried_us,
    items: cards.filter((card) => card.sync === 2).map((card) => itemOf(card, publishing)),
    run: publishing.run,
  };
}

function itemOf(card: SampleCard, publishing: Publishing): ReviewItem {
  const [who, ...said] = CHANGES[card.number] ?? ["ML" as const];
  const by = WHO[who];
  const isNew = card.number === 0;
  const changes: ReviewChange[] = isNew
    ? [
        {
          edit: `e-${card.id}`,
          field: "create",
          label: "New",
          from: null,
          to: `${card.type} in Harbour\\Customs`,
          by,
        },
      ]
    : said.map(([field, label, from, to]) => ({
        edit: `e-${card.number}-${field}`,
        field,
        label,
        from,
        to,
        by,
      }));
  const isRefused = card.number === 4163 && !publishing.filled.has(card.id);
  const result: ReviewItem["result"] =
    publishing.tried_us === null
      ? "not_tried"
      : isNew
        ? "created"
        : isRefused
          ? "refused"
          : card.number === 4112
            ? "merged"
            : card.number === 4146
              ? "link"
              : card.number === 4144
                ? "conflict"
                : "taken";
  return {
    item: card.id,
    number: isNew ? null : card.number,
    type: card.type,
    type_color: null,
    title: card.title,
    team: card.team,
    column: card.column,
    changes,
    writes: [{ ...by, with: who === "YT" ? "connection_token" : "own_token" }],
    result,
    answer: result === "refused" ? "TF401320: Root cause is required when the state is Active." : null,
    merged:
      result === "merged"
        ? "Elena changed tags in Azure DevOps meanwhile. Different fields, both stay."
        : null,
    conflict:
      result === "conflict"
        ? {
            edit: `e-4144-title`,
            label: "Title",
            ours: "Hold and release events",
            theirs: "Hold events v2",
            theirs_by: "Elena Petrova",
          }
        : null,
    fix:
      result === "refused"
        ? {
            field: "Microsoft.VSTS.CMMI.RootCause",
            name: "Root cause",
            values: ["Coding error", "Design error", "Specification error", "Unknown"],
          }
        : null,
  };
}
