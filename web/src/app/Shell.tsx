// What stays while pages change: the rail (bottom bar on a phone), keys, palette, help.
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { Activity, CircleQuestionMark, Columns3, Moon, Plug, SquareCheck, Sun, User } from "lucide-react";
import { Suspense, lazy, useEffect } from "react";
import { Logo } from "../ui/marks";
import { Tip } from "../ui/Tip";
import { PersonMenu } from "./PersonMenu";
import { useKeys } from "./keys";
import { openKeysHelp, openPalette, useOverlay } from "./palette-state";
import { syncQuery } from "./queries";
import { useChangeMe } from "./useChangeMe";
import { useMe } from "./session";
import style from "./shell.module.css";
import { isDarkNow } from "./theme";

const loadPalette = () => import("./Palette").then((m) => ({ default: m.Palette }));
const Palette = lazy(loadPalette);
const PALETTE_AFTER_MS = 1_500;
const KeysHelp = lazy(() => import("./KeysHelp").then((m) => ({ default: m.KeysHelp })));

const PLACES = [
  { to: "/boards", label: "Boards", short: "Boards", Icon: Columns3 },
  { to: "/action-items", label: "Action items", short: "Actions", Icon: SquareCheck },
  { to: "/sync", label: "Sync health", short: "Sync", Icon: Activity },
  { to: "/connections", label: "Connections", short: "Connections", Icon: Plug },
] as const;

export function Shell() {
  const overlay = useOverlay();
  const navigate = useNavigate();
  // So that Ctrl+K takes the first letter typed.
  useEffect(() => {
    const timer = setTimeout(() => void loadPalette(), PALETTE_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  useKeys({
    "Mod+K": openPalette,
    "?": openKeysHelp,
    "G B": () => void navigate({ to: "/boards" }),
    "G A": () => void navigate({ to: "/action-items" }),
    "G S": () => void navigate({ to: "/sync" }),
    "G C": () => void navigate({ to: "/connections" }),
    "G P": () => void navigate({ to: "/profile" }),
  });
  return (
    <div className={style.app}>
      <a href="#content" className={style.skip}>
        Skip to content
      </a>
      <Rail />
      <Outlet />
      <BottomBar />
      <Suspense>
        {overlay === "palette" && <Palette />}
        {overlay === "keys" && <KeysHelp />}
      </Suspense>
    </div>
  );
}

/** Decisions that wait for this person. */
function useDecisions(): number {
  const sync = useQuery(syncQuery);
  return sync.data?.needs_decision.filter((row) => row.edit.may_decide).length ?? 0;
}

function Rail() {
  const n_decisions = useDecisions();
  return (
    <nav className={style.rail} aria-label="Main">
      <Link to="/action-items" className={style.home} aria-label="Lockstep" tabIndex={-1}>
        <Logo />
      </Link>
      {PLACES.map(({ to, label, Icon }) => {
        const n = to === "/sync" ? n_decisions : 0;
        const name = n > 0 ? `${label}, ${n} to decide` : label;
        return (
          <Tip key={to} label={name} side="right">
            <Link to={to} className={style.nav} aria-label={name}>
              <Icon size={16} aria-hidden />
              {n > 0 && <Badge n={n} />}
            </Link>
          </Tip>
        );
      })}
      <span className={style.grow} />
      <Tip label="Keys ( ? )" side="right">
        <button type="button" className={style.nav} aria-label="Keys" onClick={openKeysHelp}>
          <CircleQuestionMark size={16} aria-hidden />
        </button>
      </Tip>
      <ThemeSwitch />
      <PersonMenu />
    </nav>
  );
}

function ThemeSwitch() {
  const me = useMe();
  const change = useChangeMe();
  const isDark = me.theme === "system" ? isDarkNow() : me.theme === "dark";
  const label = isDark ? "Switch to light" : "Switch to dark";
  return (
    <Tip label={label} side="right">
      <button
        type="button"
        className={style.nav}
        aria-label={label}
        onClick={() => change.mutate({ theme: isDark ? "light" : "dark" })}
      >
        {isDark ? <Moon size={16} aria-hidden /> : <Sun size={16} aria-hidden />}
      </button>
    </Tip>
  );
}

function BottomBar() {
  const n_decisions = useDecisions();
  return (
    <nav className={style.bottom} aria-label="Main">
      {PLACES.map(({ to, short, Icon }) => (
        <Link key={to} to={to}>
          <Icon size={20} aria-hidden />
          {short}
          {to === "/sync" && n_decisions > 0 && <Badge n={n_decisions} />}
        </Link>
      ))}
      <Link to="/profile">
        <User size={20} aria-hidden />
        You
      </Link>
    </nav>
  );
}

function Badge({ n }: { n: number }) {
  return <span className={style.dot}>{n > 99 ? "99+" : n}</span>;
}
