// What things lie on: cards, banners, empty states, tabs, folds, figures.
import { ChevronRight, CircleAlert, Clock, CloudOff, Info, KeyRound, TriangleAlert } from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";
import style from "./surface.module.css";

interface CardProps {
  title?: ReactNode;
  says?: ReactNode;
  acts?: ReactNode;
  isDangerous?: boolean;
  isFlush?: boolean;
  id?: string;
  children?: ReactNode;
}

export function Card({ title, says, acts, isDangerous, isFlush, id, children }: CardProps) {
  return (
    <section id={id} className={[style.card, isDangerous && style.dangerous].filter(Boolean).join(" ")}>
      {title && (
        <header className={style.cardHead}>
          <div>
            {typeof title === "string" ? <h2>{title}</h2> : title}
            {says && <p>{says}</p>}
          </div>
          {acts}
        </header>
      )}
      {children && (isFlush ? children : <div className={style.cardBody}>{children}</div>)}
    </section>
  );
}

const BANNER_ICON = {
  warn: Clock,
  bad: TriangleAlert,
  info: Info,
  key: KeyRound,
  cloud: CloudOff,
  alert: CircleAlert,
};

interface BannerProps {
  tone?: "warn" | "bad" | "info";
  icon?: keyof typeof BANNER_ICON;
  isEdge?: boolean;
  act?: ReactNode;
  /** First what happened, in bold; then what it means. */
  title: ReactNode;
  children?: ReactNode;
  role?: "status" | "alert";
}

/** A lasting condition of the page. */
export function Banner({ tone = "warn", icon, isEdge, act, title, children, role }: BannerProps) {
  const Icon = BANNER_ICON[icon ?? tone];
  const tones = { warn: "", bad: style.bannerBad, info: style.bannerInfo };
  return (
    <div className={[style.banner, tones[tone], isEdge && style.edge].filter(Boolean).join(" ")} role={role}>
      <Icon size={16} aria-hidden />
      <div>
        <b>{title}</b> <span>{children}</span>
      </div>
      {act}
    </div>
  );
}

const ART = {
  steps: (
    <path
      d="M14 50h18V36h18V22h18V8h18M20 58h18V44h18V30h18V16h18"
      stroke="var(--accent)"
      strokeWidth="2.5"
    />
  ),
  list: (
    <>
      <rect x="22" y="6" width="60" height="52" rx="6" />
      <path d="M34 20h34M34 32h22M34 44h30" stroke="var(--accent)" strokeDasharray="3 3" />
    </>
  ),
  search: (
    <>
      <circle cx="48" cy="28" r="17" />
      <path d="m60 40 14 14" />
      <path d="M41 28h14" stroke="var(--accent)" strokeWidth="2.500" />
    </>
  ),
  plug: (
    <>
      <rect x="6" y="20" width="32" height="24" rx="6" />
      <rect x="66" y="20" width="32" height="24" rx="6" />
      <path d="M38 32h10M56 32h10" stroke="var(--accent)" strokeWidth="2.500" />
    </>
  ),
  broken: (
    <>
      <rect x="6" y="20" width="32" height="24" rx="6" />
      <rect x="66" y="20" width="32" height="24" rx="6" />
      <path d="M38 32h9m10 0h9M48 25l8 14" stroke="var(--bad)" strokeWidth="2" />
    </>
  ),
  bin: (
    <>
      <path d="M30 18h44M44 18v-6h16v6M35 18l3 38h28l3-38" />
      <path d="M48 28v18M56 28v18" stroke="var(--accent)" />
    </>
  ),
};

interface EmptyProps {
  art: keyof typeof ART;
  title: string;
  children?: ReactNode;
  acts?: ReactNode;
}

/** Nothing here, why, and what to do about it. */
export function Empty({ art, title, children, acts }: EmptyProps) {
  return (
    <div className={style.empty}>
      <svg
        className={style.emptyArt}
        width="104"
        height="64"
        viewBox="0 0 104 64"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.500"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden
      >
        {ART[art]}
      </svg>
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {acts && <div className={style.emptyActs}>{acts}</div>}
    </div>
  );
}

/** A row of links of which one is where we are; on a narrow page that one is scrolled into view. */
export function Tabs({ label, children }: { label: string; children: ReactNode }) {
  const row = useRef<HTMLElement>(null);
  useEffect(() => {
    row.current?.querySelector("[aria-current]")?.scrollIntoView?.({ inline: "center", block: "nearest" });
  });
  return (
    <nav ref={row} className={style.tabs} aria-label={label}>
      {children}
    </nav>
  );
}

interface SegmentsProps<V extends string> {
  label: string;
  value: V;
  options: { value: V; label: string; icon?: ReactNode }[];
  onChange: (value: V) => void;
}

export function Segments<V extends string>({ label, value, options, onChange }: SegmentsProps<V>) {
  return (
    <div className={style.segments} role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
        >
          {option.icon}
          {option.label}
        </button>
      ))}
    </div>
  );
}

export function Fold({
  title,
  isOpen,
  children,
}: {
  title: ReactNode;
  isOpen?: boolean;
  children: ReactNode;
}) {
  return (
    <details className={style.fold} open={isOpen}>
      <summary>
        <ChevronRight size={14} aria-hidden />
        {title}
      </summary>
      {children}
    </details>
  );
}

export function Kpis({ children }: { children: ReactNode }) {
  return <div className={`${style.card} ${style.kpis}`}>{children}</div>;
}

interface KpiProps {
  name: string;
  value: ReactNode;
  of?: string;
  says: ReactNode;
  tone?: "warn" | "bad";
  isWord?: boolean;
}

export function Kpi({ name, value, of, says, tone, isWord }: KpiProps) {
  const colour = tone && { color: `var(--${tone}-text)` };
  return (
    <div className={style.kpi}>
      <span>{name}</span>
      <b className={isWord ? style.word : undefined} style={colour}>
        {value} {of && <small>{of}</small>}
      </b>
      <span>{says}</span>
    </div>
  );
}
