import type { ButtonHTMLAttributes, ReactNode } from "react";
import style from "./button.module.css";
import { Tip } from "./Tip";

export type Look = "plain" | "primary" | "ghost" | "danger";
export type Size = "normal" | "small" | "tall";

/** The class names of a button, for links that look like one. */
export function buttonClass(look: Look = "plain", size: Size = "normal", extra = ""): string {
  const looks = { plain: "", primary: style.primary, ghost: style.ghost, danger: style.danger };
  const sizes = { normal: "", small: style.small, tall: style.tall };
  return [style.button, looks[look], sizes[size], extra].filter(Boolean).join(" ");
}

type Native = ButtonHTMLAttributes<HTMLButtonElement>;

export interface ButtonProps extends Native {
  look?: Look;
  size?: Size;
  icon?: ReactNode;
  /** Still doing what was asked: the button stays where it is and takes no second click. */
  isBusy?: boolean;
  ref?: React.Ref<HTMLButtonElement>;
}

export function Button({ look, size, icon, isBusy, className, children, onClick, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={buttonClass(look, size, className)}
      aria-disabled={isBusy || rest["aria-disabled"] || undefined}
      aria-busy={isBusy || undefined}
      onClick={isBusy ? (event) => event.preventDefault() : onClick}
    >
      {icon}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonProps, "children" | "aria-label"> {
  label: string;
  icon: ReactNode;
  isOn?: boolean;
}

/** A button that is only an icon; its name is the tooltip. */
export function IconButton({ label, icon, look = "ghost", size, isOn, className, ...rest }: IconButtonProps) {
  const classes = [style.icon, isOn && style.on, className].filter(Boolean).join(" ");
  return (
    <Tip label={label}>
      <Button {...rest} look={look} size={size} icon={icon} aria-label={label} className={classes} />
    </Tip>
  );
}

/** Words that act, looking like a link. */
export function TextButton({ className, ...rest }: Native) {
  return <button type="button" {...rest} className={[style.link, className].filter(Boolean).join(" ")} />;
}
