// Where a new board's cards come from: one of the connections, or nowhere else.
import type { Connection } from "../../api/types";
import { stateSays } from "../../connections/words";
import { RadioCards } from "../../ui/Field";
import { LOCAL } from "./local";

interface ChoiceProps {
  value: string;
  connections: readonly Connection[];
  now_ms: number;
  onPick: (id: string) => void;
}

export function ConnectionChoice({ value, connections, now_ms, onPick }: ChoiceProps) {
  return (
    <RadioCards
      legend="Connection"
      name="connection"
      value={value}
      onChange={onPick}
      options={[
        ...connections.map((one) => ({
          value: one.id,
          title: one.label,
          says: `${one.host}. ${stateSays(one, now_ms)}`,
        })),
        {
          value: LOCAL,
          title: "None: a local board",
          says: "No Azure DevOps. Plan now; connect the board later, if you want to.",
        },
      ]}
    />
  );
}
