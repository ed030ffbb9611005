// What a board shows where it has no cards to show: while it is read, and when there are none.
import { Button } from "../ui/Button";
import { Skeleton } from "../ui/marks";
import { Empty } from "../ui/surface";
import style from "./board.module.css";

export function Loading() {
  return (
    <div className={style.loading} role="status" aria-label="Reading the board" data-skeleton>
      <Skeleton height={30} />
      {Array.from({ length: 5 }, (_, row) => (
        <div key={row}>
          {Array.from({ length: 5 }, (__, column) => (
            <Skeleton key={column} height={110} />
          ))}
        </div>
      ))}
    </div>
  );
}

export function NothingShown({
  isFiltered,
  board,
  onClear,
}: {
  isFiltered: boolean;
  board: { import: { state: string } };
  onClear: () => void;
}) {
  if (board.import.state === "importing") return null;
  return (
    <div className={style.nothing} data-tools>
      {isFiltered ? (
        <Empty
          art="search"
          title="No card matches these filters"
          acts={
            <Button look="primary" onClick={onClear}>
              Clear filters
            </Button>
          }
        />
      ) : (
        <Empty art="list" title="Nothing is planned yet">
          Work items of this board’s scope appear here once they have a team and an iteration. What has none
          lies in the parking lot.
        </Empty>
      )}
    </div>
  );
}
