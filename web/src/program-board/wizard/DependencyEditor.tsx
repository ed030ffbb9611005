// Which link type the board's dependencies are.
import { SelectField } from "../../ui/Field";
import type { SetUp } from "../list/shapes";

interface DependencyProps {
  set_up: SetUp;
  links: readonly SetUp["dependency"][];
  onChange: (set_up: SetUp) => void;
}

export function DependencyEditor({ set_up, links, onChange }: DependencyProps) {
  return (
    <SelectField
      label="A card waits for another one by the link"
      value={set_up.dependency.taker}
      onChange={(taker) => {
        const dependency = links.find((one) => one.taker === taker);
        if (dependency) onChange({ ...set_up, dependency });
      }}
    >
      {links.map((one) => (
        <option key={one.taker} value={one.taker}>
          {one.name}
        </option>
      ))}
    </SelectField>
  );
}
