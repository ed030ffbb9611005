// What others wait for this team to give, or what it waits for, with what can be said to each.
import { X } from "lucide-react";
import { useEffect, useRef } from "react";
import { Link } from "@tanstack/react-router";
import { Button, IconButton } from "../../ui/Button";
import { DateField } from "../../ui/Field";
import layout from "../../ui/layout.module.css";
import { Pill, TeamMark } from "../../ui/marks";
import type { Model } from "../model";
import type { Agreement } from "../shapes";
import { AGREEMENT_WORDS, ANSWER_WORDS, answersFor, type Agreed, type Side } from "./lens";
import style from "./agreement.module.css";

interface PanelProps {
  model: Model;
  side: Side;
  team: string;
  all: readonly Agreed[];
  now_ms: number;
  canEdit: boolean;
  onAgree: (from: string, to: string, agreement: Agreement, needed_by?: string) => void;
  onClose: () => void;
}

export function AgreementPanel({ model, side, team, all, now_ms, canEdit, onAgree, onClose }: PanelProps) {
  const title = side === "gives" ? `Waits for ${team}` : `${team} waits for`;
  const panel = useRef<HTMLElement>(null);
  useEffect(() => panel.current?.focus(), [side]);
  return (
    <aside ref={panel} className={style.panel} aria-label={title} tabIndex={-1}>
      <header>
        <h2>{title}</h2>
        <span className={layout.faint}>{all.length}</span>
        <IconButton label="Close (Esc)" size="small" icon={<X size={16} />} onClick={onClose} />
      </header>
      {all.length === 0 ? (
        <p className={style.nothing}>
          {side === "gives" ? `Nobody waits for ${team}.` : `${team} waits for nobody.`} Dependencies are
          linked on the board, with L on a card.
        </p>
      ) : (
        <ul>
          {all.map((one) => (
            <Row
              key={one.dependency.key}
              model={model}
              side={side}
              agreed={one}
              now_ms={now_ms}
              canEdit={canEdit}
              onAgree={onAgree}
            />
          ))}
        </ul>
      )}
    </aside>
  );
}

type RowProps = Pick<PanelProps, "model" | "side" | "now_ms" | "canEdit" | "onAgree"> & { agreed: Agreed };

function Row({ model, side, agreed, now_ms, canEdit, onAgree }: RowProps) {
  const { dependency, other, title, says } = agreed;
  const { from, to, agreement, needed_by } = dependency;
  const name = other === null ? null : model.frame.set_up.teams[other]?.name;
  const { word, tone } = AGREEMENT_WORDS[agreement];
  const isWhole = from !== null && to !== null;
  const answers = canEdit && isWhole ? answersFor(side, agreement) : [];
  return (
    <li>
      <div className={style.agreed}>
        {name ? <TeamMark name={name} /> : <span className={style.outside} aria-hidden />}
        <span>
          {isWhole ? (
            <Link to="/boards/$id" params={{ id: model.board.id }} search={{ link: dependency.key }}>
              {title}
            </Link>
          ) : (
            title
          )}
          <small data-health={dependency.health}>
            {name ?? "Outside this board"} · {says}
          </small>
        </span>
        <Pill tone={tone}>{word}</Pill>
      </div>
      {isWhole && canEdit && (
        <div className={style.answers}>
          {answers.map((answer) => (
            <Button
              key={answer}
              size="small"
              look={answer === "accepted" || answer === "done" ? "plain" : "ghost"}
              onClick={() => onAgree(from, to, answer)}
            >
              {ANSWER_WORDS[answer]}
            </Button>
          ))}
          <DateField
            label={side === "gives" ? "Offer a date" : "Needed by"}
            value={needed_by ?? ""}
            now_ms={now_ms}
            onChange={(on) =>
              // Another date is another question: it is to be answered again.
              on !== "" && on !== needed_by && onAgree(from, to, "proposed", on)
            }
          />
        </div>
      )}
    </li>
  );
}
