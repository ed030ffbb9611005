// The still parts of the board: the header of iterations, and the rows with their names, cells and loads.
import { Link } from "@tanstack/react-router";
import { ChevronDown, ChevronRight, Flag } from "lucide-react";
import { memo } from "react";
import { TeamMark } from "../ui/marks";
import style from "./board.module.css";
import { flagsOf } from "./flags";
import { cellRect, type Layout } from "./layout";
import type { Dependency } from "./links";
import type { LoadOf } from "./moves";
import type { SetUp } from "./shapes";
import { datesOf, loadName, points } from "./words";

interface HeaderProps {
  layout: Layout;
  set_up: SetUp;
  corner: string;
  today: string;
  now_ms: number;
  dependencies: readonly Dependency[];
}

export const Header = memo(function Header({
  layout,
  set_up,
  corner,
  today,
  now_ms,
  dependencies,
}: HeaderProps) {
  const flags = flagsOf(layout, set_up, dependencies, now_ms);
  return (
    <div
      className={style.header}
      style={{ width: layout.width, height: layout.metrics.head_h }}
      role="row"
      aria-rowindex={1}
    >
      <div className={style.corner} style={{ width: layout.team_w }} role="columnheader" aria-colindex={1}>
        {corner}
      </div>
      {set_up.columns.map((column, k) => {
        const x = layout.column_x[k] ?? 0;
        const isNow =
          column.start_on !== null &&
          column.finish_on !== null &&
          column.start_on <= today &&
          today <= column.finish_on;
        return (
          <div
            key={column.id}
            className={style.columnHead}
            style={{
              left: x,
              width: (layout.column_x[k + 1] ?? x) - x,
              paddingInline: layout.metrics.gutter,
            }}
            role="columnheader"
            aria-colindex={k + 2}
            data-now={isNow || undefined}
          >
            <b>
              {column.name} {isNow && <small>now</small>}
            </b>
            <span>{datesOf(column, now_ms)}</span>
            {flags
              .filter((flag) => flag.column === k)
              .map((flag) => (
                <i
                  key={flag.id}
                  className={style.flag}
                  data-late={flag.is_late || undefined}
                  data-left={flag.is_left || undefined}
                  data-high={flag.is_high || undefined}
                  data-tall={flag.is_tall || undefined}
                  style={flag.is_left ? { right: flag.right } : { left: flag.left }}
                  title={flag.says}
                >
                  <Flag size={12} aria-label={flag.says} role="img" />
                  {flag.label !== null && <span aria-hidden>{flag.label}</span>}
                </i>
              ))}
          </div>
        );
      })}
    </div>
  );
});

export interface CellShown {
  load: LoadOf;
  /** Ids of the tiles that lie here and are drawn. */
  owns: string;
  n_cards: number;
  is_over: boolean;
  has_focus: boolean;
}

interface RowProps {
  layout: Layout;
  row: number;
  /** `null`: there is no lens to lead to. */
  board_id: string | null;
  team_id: string | null;
  name: string;
  sub: string | null;
  unit: string;
  is_folded: boolean;
  /** Not on a phone, where a row is one cell. */
  onFold: ((row: string) => void) | undefined;
  load: number;
  capacity: number | null;
  columns: readonly [number, number];
  now_column: number;
  cells: readonly CellShown[];
  column_names: readonly string[];
}

export const RowView = memo(function RowView(props: RowProps) {
  const { layout, row, name, sub, load, capacity, unit, columns, cells } = props;
  const box = layout.rows[row];
  if (!box) return null;
  const isPhone = layout.only_column !== null;
  const sum = `${points(load)}${capacity === null ? "" : ` of ${points(capacity)}`} ${unit}`;
  return (
    <div
      className={style.row}
      style={{ top: box.y, height: box.h, width: layout.width }}
      role="row"
      aria-rowindex={row + 2}
      data-phone={isPhone || undefined}
    >
      <div
        className={style.rowHead}
        style={isPhone ? { height: layout.metrics.row_head_h } : { width: layout.team_w }}
        role="rowheader"
        aria-colindex={1}
        data-low={box.h < 46 || undefined}
      >
        <div className={style.rowName} style={{ top: layout.metrics.head_h }}>
          <b>
            <TeamMark name={name} />
            {props.team_id === null || props.board_id === null ? (
              <span className={style.rowTitle}>{name}</span>
            ) : (
              <Link
                className={style.rowTitle}
                to="/boards/$id/lens/$team"
                params={{ id: props.board_id, team: props.team_id }}
                title={`Look through the lens of ${name} (T)`}
              >
                {name}
              </Link>
            )}
            {props.onFold && (
              <FoldButton row={box.key} name={name} isFolded={props.is_folded} onFold={props.onFold} />
            )}
          </b>
          {sub && layout.density !== "fit" && !isPhone && !props.is_folded && (
            <span className={style.sub}>{sub}</span>
          )}
          <span className={style.sum}>{sum}</span>
        </div>
      </div>
      {cells.map((cell, i) => {
        const column = columns[0] + i;
        return (
          <CellView
            key={column}
            layout={layout}
            row={row}
            column={column}
            cell={cell}
            name={`${name}, ${props.column_names[column] ?? ""}`}
            is_now={column === props.now_column}
          />
        );
      })}
    </div>
  );
}, sameRow);

interface FoldProps {
  row: string;
  name: string;
  isFolded: boolean;
  onFold: (row: string) => void;
}

function FoldButton({ row, name, isFolded, onFold }: FoldProps) {
  const Icon = isFolded ? ChevronRight : ChevronDown;
  const says = `${isFolded ? "Show" : "Hide"} the cards of ${name}`;
  return (
    <button
      type="button"
      className={style.fold}
      aria-expanded={!isFolded}
      aria-label={says}
      title={says}
      data-tools
      onClick={() => onFold(row)}
    >
      <Icon size={14} aria-hidden />
    </button>
  );
}

function sameRow(a: RowProps, b: RowProps): boolean {
  for (const key of Object.keys(b) as (keyof RowProps)[])
    if (key !== "cells" && a[key] !== b[key]) return false;
  return a.cells.length === b.cells.length && a.cells.every((cell, i) => sameCell(cell, b.cells[i]));
}

function sameCell(a: CellShown, b: CellShown | undefined): boolean {
  return (
    b !== undefined &&
    a.owns === b.owns &&
    a.n_cards === b.n_cards &&
    a.is_over === b.is_over &&
    a.has_focus === b.has_focus &&
    a.load.load === b.load.load &&
    a.load.capacity === b.load.capacity
  );
}

interface CellProps {
  layout: Layout;
  row: number;
  column: number;
  cell: CellShown;
  name: string;
  is_now: boolean;
}

function CellView({ layout, row, column, cell, name, is_now }: CellProps) {
  const rect = cellRect(layout, row, column);
  const top = rect.y - (layout.rows[row]?.y ?? 0);
  const { gutter, pad_top, load_h, pad_bottom } = layout.metrics;
  // A target's room: the bar reaches up to where the cards of the row above end.
  const reach = Math.min(9, pad_top + pad_bottom - 2);
  const n = cell.n_cards === 0 ? "no cards" : cell.n_cards === 1 ? "1 card" : `${cell.n_cards} cards`;
  return (
    <div
      className={style.cell}
      style={{ left: rect.x, top, width: rect.w, height: rect.h }}
      role="gridcell"
      aria-colindex={column + 2}
      aria-label={`${name}, ${n}, ${loadName(cell.load)}`}
      aria-owns={cell.owns || undefined}
      data-now={is_now || undefined}
      data-over={cell.is_over || undefined}
    >
      <LoadBar
        load={cell.load}
        style={{
          left: gutter,
          right: gutter,
          top: pad_top - reach,
          height: load_h - 1 + reach,
          paddingTop: reach,
        }}
        tabIndex={cell.has_focus ? 0 : -1}
        data-load={`${row},${column}`}
      />
    </div>
  );
}

interface LoadBarProps extends React.ButtonHTMLAttributes<HTMLButtonElement> {
  load: LoadOf;
  "data-load"?: string;
}

/** Solid to capacity, hatched beyond; its text says by how much. */
export function LoadBar({ load, ...rest }: LoadBarProps) {
  const { capacity, over, tone } = load;
  const whole = Math.max(load.load, capacity ?? load.load, 1);
  const within = ((Math.min(load.load, capacity ?? load.load) / whole) * 100).toFixed(1);
  return (
    <button
      {...rest}
      type="button"
      className={style.load}
      data-tone={tone}
      aria-label={`${loadName(load)}. Show how it comes about`}
    >
      <span className={style.loadBar}>
        <i style={{ width: `${within}%` }} />
        {over > 0 && <i style={{ width: `${((over / whole) * 100).toFixed(1)}%` }} />}
      </span>
      <span className={style.loadText}>
        {points(load.load)}
        {capacity !== null && (
          <em>
            {" "}
            / {points(capacity)}
            {over > 0 && (
              <>
                {" "}
                · <b>{points(over)} over</b>
              </>
            )}
          </em>
        )}
      </span>
    </button>
  );
}
