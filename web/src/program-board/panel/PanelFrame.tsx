// The frame of what stands beside the board: docked on a wide screen, over the board on a smaller one, all of a phone.
import { Ellipsis, X } from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";
import inner from "../../action-items/panel.module.css";
import { CopyButton } from "../../ui/CopyButton";
import { IconButton } from "../../ui/Button";
import { Menu, type MenuEntry } from "../../ui/Menu";
import style from "./panel.module.css";

interface FrameProps {
  label: string;
  /** Changes when something else is shown: with the keyboard the focus follows. */
  shown: string;
  takesFocus: boolean;
  kind: ReactNode;
  title: ReactNode;
  menu: { label?: string; entries: MenuEntry[] }[];
  foot: ReactNode;
  /** Whether the page's address leads here. */
  hasLink?: boolean;
  onClose: () => void;
  children: ReactNode;
}

export function PanelFrame({
  label,
  shown,
  takesFocus,
  kind,
  title,
  menu,
  foot,
  hasLink = true,
  onClose,
  children,
}: FrameProps) {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    if (takesFocus) panel.current?.focus({ preventScroll: true });
  }, [shown, takesFocus]);
  return (
    <aside
      ref={panel}
      className={style.panel}
      tabIndex={-1}
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.stopPropagation();
        onClose();
      }}
    >
      <header className={inner.head}>
        <div className={style.bar}>
          <span className={inner.id}>{kind}</span>
          <span className={style.acts}>
            {hasLink && <CopyButton text={location.href} noun="link" />}
            {menu.some((group) => group.entries.length > 0) && (
              <Menu
                trigger={<IconButton label="More" size="small" icon={<Ellipsis size={16} />} />}
                groups={menu}
              />
            )}
            <IconButton label="Close" size="small" icon={<X size={16} />} onClick={onClose} />
          </span>
        </div>
        {title}
      </header>
      <div className={inner.scroll}>{children}</div>
      <footer className={inner.foot}>{foot}</footer>
    </aside>
  );
}
