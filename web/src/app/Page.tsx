// The frame of one page: where we are, the connection in view, search, lasting conditions, and the page itself.
import { Link, type LinkProps } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { useEffect, type ReactNode } from "react";
import { openPalette } from "./palette-state";
import { ServerLost } from "./ServerLost";
import style from "./shell.module.css";

interface PageProps {
  title: string;
  /** What the page lies below, outermost first. */
  trail?: { label: string; to: LinkProps["to"] }[];
  /** Stands in place of the trail: the board and its pages. */
  place?: ReactNode;
  pill?: ReactNode;
  banners?: ReactNode;
  children: ReactNode;
}

export function Page({ title, trail = [], place, pill, banners, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Lockstep`;
  }, [title]);
  return (
    <div className={style.column}>
      <header className={style.top}>
        {place ?? (
          <nav aria-label="You are here" style={{ flex: 1, minWidth: 0 }}>
            <ol className={style.crumbs}>
              {trail.map((crumb) => (
                <li key={crumb.label}>
                  <Link to={crumb.to}>{crumb.label}</Link>
                </li>
              ))}
              <li>
                <span aria-current="page">{title}</span>
              </li>
            </ol>
          </nav>
        )}
        {pill}
        <button type="button" className={style.search} onClick={openPalette}>
          <Search size={16} aria-hidden />
          <span>Search or command</span>
          <kbd>Ctrl K</kbd>
        </button>
      </header>
      <section className={style.banners} aria-label="Conditions">
        <ServerLost />
        {banners}
      </section>
      <main className={style.main} id="content" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
