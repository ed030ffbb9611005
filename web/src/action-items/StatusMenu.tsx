import type { ActionItem, Status } from "../api/types";
import { ChoiceMenu } from "../ui/Menu";
import style from "./items.module.css";
import { StatusGlyph } from "./marks";
import { STATUSES, STATUS_WORDS } from "./words";

interface StatusMenuProps {
  item: ActionItem;
  isDisabled?: boolean;
  tabIndex?: number;
  onStatus: (item: ActionItem, status: Status) => void;
}

/** The status as its shape; a click chooses another. */
export function StatusMenu({ item, isDisabled, tabIndex, onStatus }: StatusMenuProps) {
  if (isDisabled)
    return (
      <span className={style.glyph}>
        <StatusGlyph status={item.status} />
      </span>
    );
  return (
    <ChoiceMenu
      label="Status"
      value={item.status}
      choices={STATUSES.map((status) => ({
        value: status,
        label: STATUS_WORDS[status],
        icon: <StatusGlyph status={status} />,
      }))}
      onChoose={(status) => onStatus(item, status as Status)}
      trigger={
        <button
          type="button"
          className={style.glyph}
          tabIndex={tabIndex}
          aria-label={`Status of ${item.title}: ${STATUS_WORDS[item.status]}`}
        >
          <StatusGlyph status={item.status} />
        </button>
      }
    />
  );
}
