import { toneOf } from "../placement";
import { points } from "../words";
import style from "./lens.module.css";

interface LoadProps {
  load: number;
  capacity: number | null;
  /** How the capacity came about. */
  title: string;
}

/** Load against capacity: solid up to it, hatched beyond. Without a capacity a number alone. */
export function LoadBar({ load, capacity, title }: LoadProps) {
  const over = capacity !== null && load > capacity ? load - capacity : 0;
  const share = capacity === null || capacity === 0 ? 0 : Math.min(1, load / capacity);
  const solid = over > 0 && capacity !== null ? capacity / load : share;
  const words = capacity === null ? points(load) : `${points(load)} of ${points(capacity)}`;
  return (
    <div
      className={style.load}
      data-tone={toneOf(load, capacity)}
      role="img"
      title={title}
      aria-label={`Load ${words}${over > 0 ? `, ${points(over)} over` : ""}`}
    >
      <span className={style.track}>
        {capacity !== null && <i style={{ width: `${solid * 100}%` }} />}
        {over > 0 && <i style={{ flex: 1 }} />}
      </span>
      <span className={style.sum}>
        {points(load)}
        {capacity !== null && <em> / {points(capacity)}</em>}
        {over > 0 && ` · ${points(over)} over`}
      </span>
    </div>
  );
}
