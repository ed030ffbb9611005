// The menus themselves. Loaded when the first page stands still, or when the first one is asked for.
import { Menu as Base } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import style from "./float.module.css";
import type { AtOnce, ChoiceMenuProps, MenuProps } from "./Menu";

export function MenuPopup({
  trigger,
  isOpenAtOnce,
  groups,
  align = "end",
  side = "bottom",
}: MenuProps & AtOnce) {
  const shown = groups.filter((group) => group.entries.length > 0);
  return (
    <Base.Root defaultOpen={isOpenAtOnce}>
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

/** One of several, marked with a tick. */
export function ChoicePopup(props: ChoiceMenuProps & AtOnce) {
  const { trigger, choices, value, onChoose, label, isOpenAtOnce } = props;
  return (
    <Base.Root defaultOpen={isOpenAtOnce}>
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
