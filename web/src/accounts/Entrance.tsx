import type { ReactNode } from "react";
import { Logo } from "../ui/marks";
import style from "./entrance.module.css";

const FLIGHTS = [
  [0, 0, 1],
  [34, 64, 0.42],
  [68, 128, 0.2],
  [102, 192, 0.1],
] as const;

/** The page before one is in: steps on the left, one form on the right. */
export function Entrance({ children }: { children: ReactNode }) {
  return (
    <div className={style.entrance}>
      <div className={style.art} aria-hidden>
        <svg viewBox="0 0 720 900" preserveAspectRatio="xMidYMid slice">
          <g fill="none" strokeLinecap="round" strokeLinejoin="round" stroke="var(--accent)" strokeWidth="10">
            {FLIGHTS.map(([dx, dy, opacity]) => (
              <path key={dx} opacity={opacity} d={`M${dx - 60} ${760 + dy}${"h150v-130".repeat(5)}h150`} />
            ))}
          </g>
        </svg>
      </div>
      <main className={style.side}>
        <div className={style.inner}>
          <div className={style.brand}>
            <Logo /> Lockstep
          </div>
          {children}
        </div>
      </main>
    </div>
  );
}
