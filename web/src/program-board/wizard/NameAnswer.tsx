import { TextField } from "../../ui/Field";
import { Answer } from "./Answer";
import type { AnswerRow } from "./useOpenAnswer";

interface NameProps {
  name: string;
  row: AnswerRow;
  onName: (name: string) => void;
}

export function NameAnswer({ name, row, onName }: NameProps) {
  return (
    <Answer label="Name" is={<b>{name || "No name yet"}</b>} {...row}>
      <TextField label="Name of the board" value={name} maxLength={120} onChange={onName} />
    </Answer>
  );
}
