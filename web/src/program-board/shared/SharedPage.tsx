// A board for whoever has a link to it: no account, no names of other boards, nothing to change.
import { Suspense, lazy, useEffect } from "react";
import { NoAnswer, Problem, sentence } from "../../api/client";
import { rememberedTheme } from "../../app/theme";
import { Button } from "../../ui/Button";
import { Logo, Pill } from "../../ui/marks";
import { Empty } from "../../ui/surface";
import { ago, clock } from "../../ui/time";
import { useNow } from "../../ui/useNow";
import { useIsDark } from "../useIsDark";
import style from "./shared.module.css";
import { useShared, type SharedState } from "./useShared";

const SharedBoard = lazy(() => import("./SharedBoard"));

export default function SharedPage({ secret }: { secret: string }) {
  const { state, plan, retry } = useShared(secret);
  const isDark = useIsDark(rememberedTheme());
  const name = plan?.model.board.name;
  useEffect(() => {
    document.title = name === undefined ? "Lockstep" : `${name} · Lockstep`;
  }, [name]);
  return (
    <div className={style.page}>
      <header className={style.top}>
        <Logo />
        <b>{name ?? "Shared board"}</b>
        {plan && <Pill>read-only</Pill>}
        {plan && <Freshness state={state} />}
      </header>
      <main className={style.main}>
        {plan ? (
          <Suspense>
            <SharedBoard plan={plan} isDark={isDark} />
          </Suspense>
        ) : state.error ? (
          <Nothing error={state.error} onRetry={retry} />
        ) : (
          <p className={style.reading} role="status">
            Reading the board…
          </p>
        )}
      </main>
    </div>
  );
}

/** How old what is shown is; neutral while it is fresh. */
function Freshness({ state }: { state: SharedState }) {
  const now_ms = useNow(5_000);
  if (state.error !== null)
    return (
      <span className={style.stale} role="status">
        No answer. Shown as of {clock(state.seen_ms)}
      </span>
    );
  return (
    <span className={style.fresh}>Updated {ago(state.seen_ms * 1000, Math.max(now_ms, state.seen_ms))}</span>
  );
}

function Nothing({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const mayRetry = error instanceof NoAnswer || (error instanceof Problem && error.status === 429);
  return (
    <Empty
      art="broken"
      title={error instanceof Problem ? error.message : "This server does not answer"}
      acts={
        mayRetry && (
          <Button look="primary" onClick={onRetry}>
            Try again
          </Button>
        )
      }
    >
      {error instanceof NoAnswer ? "The board is shown as soon as it does." : sentence(error)}
    </Empty>
  );
}
