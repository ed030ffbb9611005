// Which iterations are columns. A column may hold several nodes, one of each project or several of one.
import { ArrowDown, ArrowUp, X } from "lucide-react";
import { IconButton } from "../../ui/Button";
import { Hint, SelectField } from "../../ui/Field";
import { day } from "../../ui/time";
import type { Choices, Column, Iteration, SetUp } from "../list/shapes";
import { addColumn, addNode, freeIterations, moved, removeColumn, removeNode, withColumn } from "./answers";
import style from "./editors.module.css";

interface ColumnsProps {
  set_up: SetUp;
  choices: Choices;
  now_ms: number;
  onChange: (set_up: SetUp) => void;
  /** Another PI: its iterations are proposed anew. */
  onPi: (node_id: number) => void;
}

export function ColumnsEditor({ set_up, choices, now_ms, onChange, onPi }: ColumnsProps) {
  const { columns, pi } = set_up;
  const free = freeIterations(set_up, choices.iterations);
  const find = (id: string) => choices.iterations.find((one) => one.id === Number(id));
  return (
    <>
      {choices.pis.length > 0 && (
        <SelectField
          label="PI"
          hint="Parking a card writes this node; its iterations are the columns."
          value={String(pi?.node_id ?? "")}
          onChange={(id) => onPi(Number(id))}
        >
          {pi === null && <option value="">None</option>}
          {choices.pis.map((one) => (
            <option key={one.node_id} value={one.node_id}>
              {one.path}
            </option>
          ))}
        </SelectField>
      )}
      <ul className={style.rows}>
        {columns.map((column, at) => (
          <ColumnRow
            key={column.id}
            column={column}
            set_up={set_up}
            iterations={choices.iterations}
            free={free}
            now_ms={now_ms}
            isFirst={at === 0}
            isLast={at === columns.length - 1}
            onChange={onChange}
            onMove={(step) => onChange({ ...set_up, columns: moved(columns, at, step) })}
          />
        ))}
      </ul>
      {free.length > 0 && (
        <div className={style.acts}>
          <select
            className={style.select}
            aria-label="Add a column"
            value=""
            onChange={(event) => {
              const iteration = find(event.target.value);
              if (iteration) onChange(addColumn(set_up, iteration));
            }}
          >
            <option value="">Add a column…</option>
            {free.map((one) => (
              <IterationOption key={one.id} iteration={one} now_ms={now_ms} />
            ))}
          </select>
        </div>
      )}
    </>
  );
}

interface RowProps {
  column: Column;
  set_up: SetUp;
  iterations: readonly Iteration[];
  free: readonly Iteration[];
  now_ms: number;
  isFirst: boolean;
  isLast: boolean;
  onChange: (set_up: SetUp) => void;
  onMove: (step: -1 | 1) => void;
}

function ColumnRow({
  column,
  set_up,
  iterations,
  free,
  now_ms,
  isFirst,
  isLast,
  onChange,
  onMove,
}: RowProps) {
  const label = column.name || "Column without a name";
  return (
    <li className={style.column}>
      <input
        className={style.input}
        aria-label={`Name of column ${label}`}
        value={column.name}
        maxLength={60}
        onChange={(event) =>
          onChange(withColumn(set_up, column.id, (old) => ({ ...old, name: event.target.value })))
        }
      />
      <span className={style.arrows}>
        <IconButton
          size="small"
          label={`${label} earlier`}
          icon={<ArrowUp size={14} />}
          aria-disabled={isFirst}
          onClick={() => onMove(-1)}
        />
        <IconButton
          size="small"
          label={`${label} later`}
          icon={<ArrowDown size={14} />}
          aria-disabled={isLast}
          onClick={() => onMove(1)}
        />
        <IconButton
          size="small"
          label={`Leave out ${label}`}
          icon={<X size={14} />}
          onClick={() => onChange(removeColumn(set_up, column.id))}
        />
      </span>
      <div className={style.nodes}>
        {column.node_ids.map((node) => {
          const iteration = iterations.find((one) => one.id === node);
          return (
            <span key={node} className={style.node}>
              <span title={iteration?.path}>{iteration?.path ?? `Node ${node}`}</span>
              {column.node_ids.length > 1 && (
                <button
                  type="button"
                  aria-label={`Take ${iteration?.name ?? node} out of ${label}`}
                  onClick={() => onChange(removeNode(set_up, column.id, node, iterations))}
                >
                  <X size={12} aria-hidden />
                </button>
              )}
            </span>
          );
        })}
        {free.length > 0 && (
          <select
            className={`${style.select} ${style.add}`}
            aria-label={`Add an iteration to ${label}`}
            value=""
            onChange={(event) => {
              const iteration = iterations.find((one) => one.id === Number(event.target.value));
              if (iteration) onChange(addNode(set_up, column.id, iteration));
            }}
          >
            <option value="">Add an iteration…</option>
            {free.map((one) => (
              <IterationOption key={one.id} iteration={one} now_ms={now_ms} />
            ))}
          </select>
        )}
        <Hint>{span(column, now_ms)}</Hint>
      </div>
    </li>
  );
}

function IterationOption({ iteration, now_ms }: { iteration: Iteration; now_ms: number }) {
  return (
    <option value={iteration.id}>
      {iteration.path}
      {iteration.start_on && ` · ${span(iteration, now_ms)}`}
    </option>
  );
}

function span({ start_on, finish_on }: Pick<Column, "start_on" | "finish_on">, now_ms: number): string {
  if (start_on === null || finish_on === null) return "No dates in Azure DevOps";
  return `${day(start_on, now_ms)} – ${day(finish_on, now_ms)}`;
}
