// A dependency as the agreement it is: who gives, who takes, by when, and how far it has come. Kept in the link's comment,
// so that Azure DevOps shows it too.
import { ArrowRight, Check, Handshake, PanelTop, Unlink2, X } from "lucide-react";
import { useRef } from "react";
import inner from "../../action-items/panel.module.css";
import { Button } from "../../ui/Button";
import { Pill, TeamMark, type Tone } from "../../ui/marks";
import { day, daysUntil, plural } from "../../ui/time";
import { useNow } from "../../ui/useNow";
import type { TypeLook } from "../icons";
import { HEALTH_WORDS, type Dependencies, type Dependency } from "../links";
import type { Model } from "../model";
import type { Placement } from "../placement";
import type { Agreement, Card } from "../shapes";
import type { BoardActs } from "../useActs";
import { short } from "../words";
import { HEALTH_TONES, TypeMark } from "./Links";
import { DateValue } from "./DateValue";
import style from "./panel.module.css";
import { PanelFrame } from "./PanelFrame";

interface AgreementProps {
  model: Model;
  placement: Placement;
  dependencies: Dependencies;
  looks: ReadonlyMap<string, TypeLook>;
  one: Dependency;
  canEdit: boolean;
  takesFocus: boolean;
  acts: BoardActs;
  onClose: () => void;
  onOpen: (id: string) => void;
  onLink: (one: Dependency) => void;
  onShow: (id: string) => void;
}

const STEPS: readonly Agreement[] = ["proposed", "accepted", "done"];
const STEP_WORDS: Record<Agreement, string> = {
  none: "Not agreed",
  proposed: "Proposed",
  accepted: "Accepted",
  refused: "Refused",
  done: "Done",
};
const STEP_TONES: Record<Agreement, Tone> = {
  none: "plain",
  proposed: "info",
  accepted: "plain",
  refused: "bad",
  done: "ok",
};

export default function AgreementPanel(props: AgreementProps) {
  const { model, placement, one, looks, canEdit, acts } = props;
  const now_ms = useNow(60_000);
  const fields = useRef<HTMLDListElement>(null);
  const giver = one.from === null ? undefined : model.cards.get(one.from);
  const taker = one.to === null ? undefined : model.cards.get(one.to);
  const { set_up } = model.frame;
  const teamOf = (card: Card | undefined) => {
    const team = card && (placement.tileOf.get(card.id)?.team ?? card.team);
    return set_up.teams[team ?? -1]?.name ?? null;
  };
  const outside =
    one.outside === null ? null : `${one.outside} ${model.frame.outside.get(one.outside) ?? ""}`;
  const title = `${teamOf(taker) ?? (taker ? short(taker) : (outside ?? "Somebody"))} needs “${giver?.title ?? outside ?? "something"}”${teamOf(giver) ? ` from ${teamOf(giver)}` : ""}`;
  const agree = (agreement: Agreement, needed_by?: string) => {
    if (giver && taker) acts.agree(giver.id, taker.id, agreement, needed_by ?? one.needed_by ?? undefined);
  };
  const canAgree = canEdit && giver !== undefined && taker !== undefined;
  const waits = giver ? waitsFor(props.dependencies, giver, placement, one) : [];
  return (
    <PanelFrame
      label={title}
      shown={one.key}
      takesFocus={props.takesFocus}
      onClose={props.onClose}
      kind={
        <>
          <Handshake size={16} aria-hidden /> Agreement
          <Pill tone={one.is_done ? "ok" : HEALTH_TONES[one.health]}>
            {one.is_done ? "done" : HEALTH_WORDS[one.health]}
          </Pill>
        </>
      }
      title={<h2 className={inner.title}>{title}</h2>}
      menu={[
        {
          entries: canAgree
            ? [
                {
                  id: "remove",
                  label: "Remove link",
                  icon: <Unlink2 size={16} />,
                  isDanger: true,
                  onPick: () => {
                    acts.unlink(giver.id, taker.id);
                    props.onClose();
                  },
                },
              ]
            : [],
        },
      ]}
      foot={
        <Button icon={<PanelTop size={16} />} onClick={() => props.onShow(one.to ?? one.from ?? "")}>
          Show on board
        </Button>
      }
    >
      <div className={style.sides}>
        <Side {...props} name="Giver" card={giver} outside={outside} team={teamOf(giver)} looks={looks} />
        <ArrowRight size={16} aria-hidden />
        <Side {...props} name="Taker" card={taker} outside={outside} team={teamOf(taker)} looks={looks} />
      </div>
      <ol className={style.steps} aria-label="State of the agreement">
        {STEPS.map((step) => (
          <li key={step} data-step={stepOf(one.agreement, step)}>
            {one.agreement === "refused" && step === "accepted" ? "Refused" : STEP_WORDS[step]}
          </li>
        ))}
      </ol>
      <Trouble
        {...props}
        giver={giver}
        taker={taker}
        now_ms={now_ms}
        canAgree={canAgree}
        onAsk={() => fields.current?.querySelector("input")?.focus()}
      />
      <dl ref={fields} className={inner.fields}>
        <dt>Needed by</dt>
        <dd>
          <DateValue
            key={`${one.key} ${one.needed_by}`}
            label="Needed by"
            value={one.needed_by}
            canEdit={canAgree}
            now_ms={now_ms}
            onKeep={(to) => to && agree("proposed", to)}
          />
        </dd>
        <dt>Agreed</dt>
        <dd>
          <Pill tone={STEP_TONES[one.agreement]}>{STEP_WORDS[one.agreement]}</Pill>
        </dd>
        <dt>Kept in</dt>
        <dd className={style.faint}>
          {model.board.is_local ? "This board" : "Link comment in Azure DevOps"}
        </dd>
      </dl>
      {canAgree && (
        <div className={style.buttons}>
          {one.agreement !== "accepted" && one.agreement !== "done" && (
            <Button look="primary" size="small" icon={<Check size={14} />} onClick={() => agree("accepted")}>
              Accept
            </Button>
          )}
          {one.agreement === "accepted" && (
            <Button look="primary" size="small" icon={<Check size={14} />} onClick={() => agree("done")}>
              Mark as done
            </Button>
          )}
          {one.agreement !== "refused" && one.agreement !== "done" && (
            <Button size="small" icon={<X size={14} />} onClick={() => agree("refused")}>
              Refuse
            </Button>
          )}
          {(one.agreement === "refused" || one.agreement === "done") && (
            <Button size="small" onClick={() => agree("proposed")}>
              Propose again
            </Button>
          )}
        </div>
      )}
      {waits.length > 0 && (
        <section className={inner.section}>
          <h3>
            Waits for {teamOf(giver) ?? "this team"} <span className={style.faint}>{waits.length}</span>
          </h3>
          <div className={style.waits}>
            {waits.map((other) => (
              <button key={other.key} type="button" onClick={() => props.onLink(other)}>
                <TeamMark name={teamOf(other.to === null ? undefined : model.cards.get(other.to)) ?? "?"} />
                <span>
                  {nameOf(model, other.to)} needs {nameOf(model, other.from)}
                </span>
                <Pill tone={STEP_TONES[other.agreement]}>{STEP_WORDS[other.agreement].toLowerCase()}</Pill>
                <small>
                  {other.needed_by ? `Needed by ${day(other.needed_by, now_ms)} · ` : ""}
                  {HEALTH_WORDS[other.health]}
                </small>
              </button>
            ))}
          </div>
        </section>
      )}
    </PanelFrame>
  );
}

function nameOf(model: Model, id: string | null): string {
  const card = id === null ? undefined : model.cards.get(id);
  return card ? `${card.number ?? ""} ${card.title}`.trim() : "outside";
}

/** What others need from the giver's team: unanswered first, then by date. */
function waitsFor(
  dependencies: Dependencies,
  giver: Card,
  placement: Placement,
  shown: Dependency,
): Dependency[] {
  const team = placement.tileOf.get(giver.id)?.team ?? giver.team;
  return dependencies.all
    .filter(
      (one) =>
        one !== shown &&
        !one.is_done &&
        one.giver !== null &&
        one.giver.team === team &&
        one.taker?.team !== team,
    )
    .sort(
      (a, b) =>
        Number(b.agreement === "proposed") - Number(a.agreement === "proposed") ||
        (a.needed_by ?? "9999").localeCompare(b.needed_by ?? "9999"),
    );
}

function stepOf(agreement: Agreement, step: Agreement): string | undefined {
  if (agreement === "refused") return step === "proposed" ? "done" : step === "accepted" ? "no" : undefined;
  const at = STEPS.indexOf(agreement);
  const own = STEPS.indexOf(step);
  return own < at ? "done" : own === at ? "now" : undefined;
}

interface SideProps {
  name: string;
  card: Card | undefined;
  outside: string | null;
  team: string | null;
  looks: ReadonlyMap<string, TypeLook>;
  model: Model;
  placement: Placement;
  onOpen: (id: string) => void;
}

function Side({ name, card, outside, team, looks, model, placement, onOpen }: SideProps) {
  if (!card)
    return (
      <div className={style.side}>
        <small>{name}</small>
        <span>{outside ?? "Outside"}</span>
        <small>Not on this board</small>
      </div>
    );
  const tile = placement.tileOf.get(card.id);
  const column = model.frame.set_up.columns[tile?.column ?? -1]?.name ?? "Parking lot";
  return (
    <button type="button" className={style.side} onClick={() => onOpen(card.id)}>
      <small>{name}</small>
      {team && (
        <span>
          <TeamMark name={team} /> <b>{team}</b>
        </span>
      )}
      <span>
        <TypeMark looks={looks} type={card.type} /> {card.number ?? "new"}
      </span>
      <small>
        {column}
        {tile && tile.n_stories > 0
          ? `, ${tile.n_closed} of ${tile.n_stories} closed`
          : `, ${card.state || "New"}`}
      </small>
    </button>
  );
}

interface TroubleProps extends AgreementProps {
  giver: Card | undefined;
  taker: Card | undefined;
  now_ms: number;
  canAgree: boolean;
  onAsk: () => void;
}

/** Why this dependency needs a person, and the two ways out: move the taker, or ask for another date. */
function Trouble({ model, placement, one, taker, now_ms, canAgree, acts, onAsk }: TroubleProps) {
  if (one.is_done || one.health === "ok" || one.health === "stub") return null;
  const { columns } = model.frame.set_up;
  const tile = taker && placement.tileOf.get(taker.id);
  const next = one.giver ? one.giver.column + 1 : -1;
  const to = columns[next];
  const late = one.needed_by === null ? 0 : -daysUntil(one.needed_by, now_ms);
  const where = columns[one.giver?.column ?? -1]?.name ?? "";
  return (
    <div className={style.callout} data-tone={one.health === "bad" ? "bad" : undefined}>
      <span>
        <b>
          {one.needed_by
            ? `Needed by ${day(one.needed_by, now_ms)}${late > 0 ? `, ${plural(late, "day")} late` : ""}.`
            : HEALTH_LINES[one.health].title}
        </b>{" "}
        {one.health === "risk"
          ? `Both sides sit in ${where}, so there is no slack left.`
          : `It is given in ${where}, after it is needed.`}
      </span>
      {canAgree && (
        <div className={style.buttons}>
          {to && tile && taker && (
            <Button size="small" onClick={() => acts.move([tile], { team: tile.team, column: next }, null)}>
              Move {short(taker)} to {to.name}
            </Button>
          )}
          <Button size="small" onClick={onAsk}>
            Ask for a new date
          </Button>
        </div>
      )}
    </div>
  );
}

const HEALTH_LINES = {
  risk: { title: "Same sprint." },
  bad: { title: "Wrong order." },
};
