import { Tooltip } from "@base-ui/react/tooltip";
import type { ReactElement } from "react";
import style from "./float.module.css";

interface TipProps {
  label: string;
  side?: "top" | "right" | "bottom" | "left";
  children: ReactElement<Record<string, unknown>>;
}

/** A short name beside what is pointed at or focused. The name must also be the element's own. */
export function Tip({ label, side = "bottom", children }: TipProps) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={children} delay={400} />
      <Tooltip.Portal>
        <Tooltip.Positioner side={side} sideOffset={6} className={style.positioner}>
          <Tooltip.Popup className={style.tip}>{label}</Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
