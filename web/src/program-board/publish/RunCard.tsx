import { Check, TriangleAlert } from "lucide-react";
import { Button } from "../../ui/Button";
import layout from "../../ui/layout.module.css";
import { Card } from "../../ui/surface";
import { ago } from "../../ui/time";
import { runWords } from "./review";
import type { Outcome, Run } from "./shapes";
import style from "./publish.module.css";

const OUTCOME_WORDS: Record<Outcome, string> = {
  written: "written",
  refused: "refused",
  conflict: "changed in both places",
  held: "held",
  unknown: "it is unknown whether it was taken",
};

interface RunProps {
  run: Run;
  now_ms: number;
  isStopping: boolean;
  onStop: () => void;
}

/** A publish while it runs, and its report when it has ended. */
export function RunCard({ run, now_ms, isStopping, onStop }: RunProps) {
  const { title, says, tone } = runWords(run);
  const isRunning = run.state === "running";
  const others = run.results.filter((one) => one.outcome !== "written");
  return (
    <Card
      title={
        <div className={style.runTitle}>
          {!isRunning &&
            (tone === "info" ? (
              <Check size={16} className={layout.ok} aria-hidden />
            ) : (
              <TriangleAlert size={16} className={layout.warn} aria-hidden />
            ))}
          <h2>{isRunning ? `Publishing, ${title}` : title}</h2>
        </div>
      }
      says={
        <span role="status">
          {says}
          {run.ended_us !== null && ` ${capital(ago(run.ended_us, now_ms))}.`}
        </span>
      }
      acts={
        isRunning && (
          <Button isBusy={isStopping} onClick={onStop}>
            Stop after this one
          </Button>
        )
      }
      isFlush
    >
      {isRunning && (
        <progress
          className={style.progress}
          value={run.results.length}
          max={Math.max(1, run.n_all)}
          aria-label="Published"
        />
      )}
      {others.length > 0 && (
        <ul className={style.outcomes}>
          {others.map((one) => (
            <li key={one.item}>
              <span className={layout.num}>{one.number ?? "new"}</span>
              <span>
                {one.title}: {OUTCOME_WORDS[one.outcome] ?? one.outcome}.{" "}
                {one.answer && (
                  <>
                    Answer: <q>{one.answer}</q>
                  </>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
