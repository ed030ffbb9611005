// The state of the one connection in view, worst first. Announces a change of state, never the ticking age.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Clock, EqualNot, TriangleAlert } from "lucide-react";
import type { Connection } from "../api/types";
import { Steps } from "../ui/marks";
import { useNow } from "../ui/useNow";
import { pillOf } from "./livePillWords";
import { connectionsQuery } from "./queries";
import style from "./shell.module.css";

const TONE = { ok: "", warn: style.pillWarn, bad: style.pillBad, plain: style.pillPlain };

/** Without a connection given: the company's only one. With several none is in view, and there is no pill. */
export function LivePill({ connection }: { connection?: Connection }) {
  const all = useQuery(connectionsQuery).data;
  const now_ms = useNow(1_000);
  const inView = connection ?? (all?.length === 1 ? all[0] : undefined);
  if (!inView) return null;
  const { tone, word, age } = pillOf(inView, now_ms);
  const Icon = { ok: null, warn: EqualNot, bad: TriangleAlert, plain: Clock }[tone];
  return (
    <Link
      to={tone === "warn" ? "/sync" : "/connections/$id"}
      params={{ id: inView.id }}
      className={`${style.pill} ${TONE[tone]}`}
      title={inView.label}
    >
      {Icon ? <Icon size={14} aria-hidden /> : <Steps />}
      <span role="status">{word}</span>
      {age && <small>· {age}</small>}
    </Link>
  );
}
