import { cloneElement, type ReactElement } from "react";
import style from "./float.module.css";

interface TipProps {
  label: string;
  side?: "right" | "bottom";
  children: ReactElement<{ className?: string; "data-tip"?: string }>;
}

/**
 * A short name beside what is pointed at or focused. The name must also be the element's own.
 * Drawn by the style sheet alone, so a hundred of them cost nothing.
 */
export function Tip({ label, side = "bottom", children }: TipProps) {
  const className = [children.props.className, style.tipped, side === "right" && style.tipRight];
  return cloneElement(children, { className: className.filter(Boolean).join(" "), "data-tip": label });
}
