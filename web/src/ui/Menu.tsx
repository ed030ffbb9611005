import { Menu as Base } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import style from "./float.module.css";

export interface MenuEntry {
  id: string;
  label: string;
  icon?: ReactNode;
  hint?: string;
  isDanger?: boolean;
  isDisabled?: boolean;
  onPick: () => void;
}

interface MenuProps {
  trigger: ReactElement<Record<string, unknown>>;
  /** Groups of entries, with a line between them. */
  groups: { label?: string; entries: MenuEntry[] }[];
  align?: "start" | "end" | "center";
  side?: "top" | "right" | "bottom" | "left";
}

export function Menu({ trigger, groups, align = "end", side = "bottom" }: MenuProps) {
  const shown = groups.filter((group) => group.entries.length > 0);
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className={style.positioner} side={side} align={align} sideOffset={4}>
          <Base.Popup className={style.menu}>
            {shown.map((group, index) => (
              <Base.Group key={group.entries[0]?.id}>
                {index > 0 && <div className={style.separator} role="separator" />}
                {group.label && <Base.GroupLabel className={style.label}>{group.label}</Base.GroupLabel>}
                {group.entries.map((entry) => (
                  <Base.Item
                    key={entry.id}
                    className={[style.item, entry.isDanger && style.danger].filter(Boolean).join(" ")}
                    disabled={entry.isDisabled}
                    onClick={entry.onPick}
                  >
                    {entry.icon}
                    {entry.label}
                    {entry.hint && <span className={style.hint}>{entry.hint}</span>}
                  </Base.Item>
                ))}
              </Base.Group>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export interface Choice {
  value: string;
  label: string;
  icon?: ReactNode;
  hint?: string;
}

interface ChoiceMenuProps {
  trigger: ReactElement<Record<string, unknown>>;
  choices: Choice[];
  value: string;
  onChoose: (value: string) => void;
  label?: string;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
}

/** One of several, marked with a tick. */
export function ChoiceMenu(props: ChoiceMenuProps) {
  const { trigger, choices, value, onChoose, label, open, onOpenChange } = props;
  return (
    <Base.Root open={open} onOpenChange={(isOpen) => onOpenChange?.(isOpen)}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className={style.positioner} align="start" sideOffset={4}>
          <Base.Popup className={style.menu}>
            <Base.RadioGroup value={value} onValueChange={(chosen: string) => onChoose(chosen)}>
              {label && <div className={style.label}>{label}</div>}
              {choices.map((choice) => (
                <Base.RadioItem
                  key={choice.value}
                  value={choice.value}
                  className={style.item}
                  closeOnClick
                  label={choice.label}
                >
                  {choice.icon}
                  <span>{choice.label}</span>
                  {choice.hint && <span className={style.hint}>{choice.hint}</span>}
                  <Base.RadioItemIndicator className={style.check}>
                    <Check size={14} />
                  </Base.RadioItemIndicator>
                </Base.RadioItem>
              ))}
            </Base.RadioGroup>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
