// The board as it would be, small: teams, columns, and the first cards of each cell.
import { legible } from "../../action-items/colour";
import { isDarkNow } from "../../app/theme";
import layout from "../../ui/layout.module.css";
import { Skeleton } from "../../ui/marks";
import type { Preview, SetUp, TypeChoice } from "../list/shapes";
import { shortName, shownTeams } from "./answers";
import { smallBoard } from "./preview";
import style from "./small.module.css";

interface SmallProps {
  set_up: SetUp;
  preview: Preview | null;
  types: readonly TypeChoice[];
  /** What is shown is of an older answer; the next one is on its way. */
  isOld: boolean;
}

export function SmallBoard({ set_up, preview, types, isOld }: SmallProps) {
  const teams = shownTeams(set_up);
  const rows = smallBoard(set_up, preview);
  const isDark = isDarkNow();
  const edge = (type: string) => {
    const colour = types.find((one) => one.name === type)?.color;
    return (colour && legible(colour, isDark)) || "var(--text-3)";
  };
  const columns = {
    gridTemplateColumns: `var(--team) repeat(${set_up.columns.length}, minmax(52px, 1fr))`,
  };
  return (
    <div
      className={style.scroll}
      data-old={isOld || undefined}
      tabIndex={0}
      role="region"
      aria-label="Small board"
      aria-busy={isOld}
    >
      <table className={style.board}>
        <thead>
          <tr style={columns}>
            <th scope="col">
              <span className={layout.sr}>Team</span>
            </th>
            {set_up.columns.map((column) => (
              <th key={column.id} scope="col" title={column.name}>
                {shortName(column.name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, at) => (
            <tr key={teams[at]?.id} style={columns}>
              <th scope="row" title={teams[at]?.name}>
                {teams[at]?.name}
              </th>
              {cells.map((cell) => (
                <td key={cell.column_id}>
                  {preview === null && <Skeleton height={15} />}
                  {cell.cards.map((card) => (
                    <span
                      key={card.id}
                      className={style.card}
                      style={{ borderLeftColor: edge(card.type) }}
                      title={`${card.type} ${card.id}${card.title ? ` ${card.title}` : ""}`}
                    >
                      {card.id}
                    </span>
                  ))}
                  {cell.n_more > 0 && <span className={style.more}>{cell.n_more} more</span>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
