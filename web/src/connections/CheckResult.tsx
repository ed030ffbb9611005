import { Check, CircleCheck, CircleX, Minus, RotateCw, X } from "lucide-react";
import type { Checklist, CheckStep } from "../api/types";
import { flavorWord } from "../app/words";
import { Button } from "../ui/Button";
import layout from "../ui/layout.module.css";
import { Fold } from "../ui/surface";
import style from "./connections.module.css";
import { optionalWords, requiredWords, stepWord } from "./words";

interface CheckResultProps {
  checklist: Checklist;
  isBusy?: boolean;
  onAgain?: () => void;
}

/** What a test found: the two rights first, in one line; whatever lacks with its next step; optional ones folded. */
export function CheckResult({ checklist, isBusy, onAgain }: CheckResultProps) {
  const required = requiredWords(checklist);
  const optional = checklist.steps.filter((step) => step.kind === "optional");
  const isGood = checklist.holds;
  return (
    <div className={style.check} data-bad={!isGood} role="status">
      <div className={style.checkHead}>
        {isGood ? (
          <CircleCheck size={16} className={layout.ok} aria-hidden />
        ) : (
          <CircleX size={16} className={layout.bad} aria-hidden />
        )}
        <div>
          <b className={isGood ? layout.ok : layout.bad}>
            {isGood ? required.word : (checklist.problem?.title ?? required.word)}
          </b>
          <small>{summary(checklist)}</small>
        </div>
        {onAgain && (
          <Button size="small" icon={<RotateCw size={14} />} isBusy={isBusy} onClick={onAgain}>
            Test again
          </Button>
        )}
      </div>
      {!isGood && (
        <ul className={style.steps}>
          {checklist.steps
            .filter((step) => step.kind === "required")
            .map((step) => (
              <Step key={step.id} step={step} />
            ))}
        </ul>
      )}
      {checklist.problem && (
        <div className={style.problem}>
          <span>{checklist.problem.detail}</span>
          {checklist.problem.answer && (
            <span>
              Answer: <q>{checklist.problem.answer}</q>
            </span>
          )}
          <b>{checklist.problem.next_step}</b>
        </div>
      )}
      {isGood && checklist.warnings.length > 0 && (
        <ul className={style.steps}>
          {checklist.warnings.map((warning) => (
            <li key={warning} className={`${style.step} ${layout.warn}`}>
              <Minus size={14} aria-hidden />
              <span>{warning}</span>
            </li>
          ))}
        </ul>
      )}
      {isGood && optional.length > 0 && (
        <div className={style.optional}>
          <Fold title={optionalWords(checklist)}>
            <ul className={style.steps}>
              {optional.map((step) => (
                <Step key={step.id} step={step} />
              ))}
            </ul>
          </Fold>
        </div>
      )}
    </div>
  );
}

function Step({ step }: { step: CheckStep }) {
  const isLacking = step.kind === "required" && step.state === "missing";
  return (
    <li className={style.step}>
      {step.state === "ok" ? (
        <Check size={14} className={layout.ok} aria-hidden />
      ) : isLacking ? (
        <X size={14} className={layout.bad} aria-hidden />
      ) : (
        <Minus size={14} className={layout.faint} aria-hidden />
      )}
      <b>{step.title}</b>
      <span className={isLacking ? layout.bad : layout.faint}>{stepWord(step)}</span>
      {(step.state !== "not_tried" || step.unlocks) && (
        <small>{[step.detail, step.unlocks].filter(Boolean).join(" ")}</small>
      )}
    </li>
  );
}

function summary({ server, owner }: Checklist): string {
  return [
    owner && `Token of ${owner.name}`,
    server && `${flavorWord(server.flavor)}, ${server.organization}`,
    server && `api ${server.api}`,
  ]
    .filter(Boolean)
    .join(" · ");
}
