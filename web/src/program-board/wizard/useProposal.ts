// What there is to choose for a board, and a new proposal when another PI or other projects are wanted.
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { sentence } from "../../api/client";
import { askProposal } from "../list/calls";
import type { Choices, Proposal, SetUp } from "../list/shapes";
import type { AnswerKey } from "./answers";

interface Answered {
  name: string;
  set_up: SetUp;
}
interface Wish {
  project_ids?: string[];
  pi_node_id?: number;
}

export interface Proposed {
  /** `null`: nobody has said what there is. */
  choices: Choices | null;
  warnings: string[];
  isBusy: boolean;
  errors: Partial<Record<AnswerKey, string>>;
  again: (wish: Wish) => void;
}

export function useProposal(
  connection_id: string,
  first: Proposal | null,
  answers: Answered,
  onAnswers: (answers: Partial<Answered>) => void,
): Proposed {
  const [renewed, setCurrent] = useState<Proposal | null>(null);
  const current = renewed ?? first;
  const ask = useMutation({
    mutationFn: (wish: Wish) => askProposal({ connection_id, ...wish }),
    onSuccess: (next, wish) => {
      onAnswers(taken(answers, current ?? answers, next, wish));
      setCurrent(next);
    },
  });
  const wish = ask.variables;
  return {
    choices: current?.choices ?? null,
    warnings: current?.warnings ?? [],
    isBusy: ask.isPending,
    errors: ask.error ? { [wish?.pi_node_id === undefined ? "scope" : "columns"]: sentence(ask.error) } : {},
    again: (next) => ask.mutate(next),
  };
}

/** A new proposal replaces what it is about and leaves alone what a person has said otherwise. Pure. */
export function taken(
  answers: Answered,
  before: Pick<Proposal, "name" | "set_up">,
  next: Pick<Proposal, "name" | "set_up">,
  wish: Wish,
): Answered {
  // A name that nobody changed follows the proposal.
  const name = answers.name === before.name ? next.name : answers.name;
  const { set_up } = answers;
  if (wish.project_ids !== undefined)
    return { name, set_up: { ...next.set_up, milestones: set_up.milestones } };
  const columns = new Set(next.set_up.columns.map((column) => column.id));
  return {
    name,
    set_up: {
      ...set_up,
      pi: next.set_up.pi,
      columns: next.set_up.columns,
      capacity: {
        ...set_up.capacity,
        overrides: set_up.capacity.overrides.filter((one) => columns.has(one.column_id)),
      },
    },
  };
}
