// What each team can take: its velocity, or what is typed into a cell; and the field that load is counted in.
import { useState } from "react";
import { Hint, SelectField } from "../../ui/Field";
import { Segments } from "../../ui/surface";
import type { Choices, SetUp } from "../list/shapes";
import { capacityOf } from "../placement";
import { setCapacity, shortName, typedNumber, withTeam } from "./answers";
import style from "./editors.module.css";

interface CapacityProps {
  set_up: SetUp;
  choices: Choices | null;
  onChange: (set_up: SetUp) => void;
}

export function CapacityEditor({ set_up, choices, onChange }: CapacityProps) {
  const { teams, columns, capacity, unit } = set_up;
  const fields = choices?.number_fields ?? [];
  return (
    <>
      <Segments
        label="Capacity from"
        value={capacity.kind}
        onChange={(kind) => onChange({ ...set_up, capacity: { ...capacity, kind } })}
        options={[
          { value: "velocity", label: "Velocity" },
          { value: "typed", label: "Typed in" },
        ]}
      />
      {fields.length > 0 && (
        <SelectField
          label="Load is counted in"
          value={unit.field}
          onChange={(field) => onChange({ ...set_up, unit: { ...unit, field } })}
        >
          {fields.every((one) => one.reference_name !== unit.field) && (
            <option value={unit.field}>{unit.field}</option>
          )}
          {fields.map((one) => (
            <option key={one.reference_name} value={one.reference_name}>
              {one.name}
            </option>
          ))}
        </SelectField>
      )}
      <div className={style.scroll} tabIndex={0} role="region" aria-label="Capacity of each team">
        <table className={style.capacity}>
          <thead>
            <tr>
              <th scope="col">Team</th>
              {capacity.kind === "velocity" && <th scope="col">Velocity</th>}
              {columns.map((column) => (
                <th key={column.id} scope="col" title={column.name}>
                  {shortName(column.name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {teams.map((team, at) =>
              !team.is_shown ? null : (
                <tr key={team.id}>
                  <th scope="row">{team.name}</th>
                  {capacity.kind === "velocity" && (
                    <td>
                      <NumberCell
                        label={`Velocity of ${team.name}`}
                        value={team.velocity}
                        placeholder="–"
                        onType={(velocity) =>
                          onChange(withTeam(set_up, team.id, (old) => ({ ...old, velocity })))
                        }
                      />
                    </td>
                  )}
                  {columns.map((column, index) => (
                    <td key={column.id}>
                      <NumberCell
                        label={`Capacity of ${team.name} in ${column.name}`}
                        value={typedFor(set_up, team.id, column.id)}
                        placeholder={String(capacityOf(set_up, at, index)?.capacity ?? "–")}
                        onType={(value) => onChange(setCapacity(set_up, team.id, column.id, value))}
                      />
                    </td>
                  ))}
                </tr>
              ),
            )}
          </tbody>
        </table>
      </div>
      <Hint>
        {capacity.kind === "velocity"
          ? "An empty cell takes the velocity, shortened where the iteration is shorter than usual. Type days off into the cell."
          : "A cell left empty has no capacity, and its load no bar."}
      </Hint>
    </>
  );
}

function typedFor(set_up: SetUp, team_id: string, column_id: string): number | null {
  const typed = set_up.capacity.overrides.find(
    (one) => one.team_id === team_id && one.column_id === column_id,
  );
  return typed?.capacity ?? null;
}

interface CellProps {
  label: string;
  value: number | null;
  placeholder: string;
  onType: (value: number | null) => void;
}

/** Takes what is a number; anything else stays in the field, marked, and changes nothing. */
function NumberCell({ label, value, placeholder, onType }: CellProps) {
  const [text, setText] = useState<string | null>(null);
  const shown = text ?? (value === null ? "" : String(value));
  return (
    <input
      className={style.number}
      inputMode="decimal"
      aria-label={label}
      aria-invalid={typedNumber(shown) === undefined || undefined}
      placeholder={placeholder}
      value={shown}
      onChange={(event) => {
        const typed = typedNumber(event.target.value);
        setText(event.target.value);
        if (typed !== undefined) onType(typed);
      }}
      onBlur={() => setText(null)}
    />
  );
}
