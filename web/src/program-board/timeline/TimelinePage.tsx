// The plan as a timeline: features as bars over the iterations, by team, with milestones and today.
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { Flag } from "lucide-react";
import { useRef } from "react";
import { Problem, sentence } from "../../api/client";
import { TypeIcon } from "../../action-items/marks";
import { legible } from "../../action-items/colour";
import { useKeys } from "../../app/keys";
import { Page } from "../../app/Page";
import { isDarkNow } from "../../app/theme";
import { Button } from "../../ui/Button";
import layout from "../../ui/layout.module.css";
import { Skeleton, TeamMark } from "../../ui/marks";
import { Empty } from "../../ui/surface";
import { dateOf, day, plural } from "../../ui/time";
import { useNow } from "../../ui/useNow";
import { isNow } from "../lens/lens";
import { isEndangered } from "../links";
import { typeOf } from "../model";
import { BoardPill } from "../tabs/BoardPill";
import { placeOf } from "../tabs/boardPlace";
import { BoardTabs } from "../tabs/BoardTabs";
import { useKeptScroll } from "../tabs/scroll";
import { useBoard, type BoardData } from "../useBoard";
import { dateAt, datesOf, points } from "../words";
import { barWords, timelineOf, type Bar, type TeamRow } from "./timeline";
import style from "./timeline.module.css";

type Plan = NonNullable<BoardData["plan"]>;

export function TimelinePage() {
  const { id } = useParams({ from: "/boards/$id/timeline" });
  const { plan, state, store } = useBoard(id);
  if (plan) return <Timeline key={id} plan={plan} />;
  return (
    <Page title="Timeline" trail={[{ label: "Boards", to: "/boards" }]}>
      <div className={layout.page}>
        {state.error ? (
          <Empty
            art="broken"
            title="The board could not be read"
            acts={
              <Button look="primary" onClick={() => void store.load()}>
                Try again
              </Button>
            }
          >
            {state.error instanceof Problem && state.error.status === 404
              ? "It was deleted, is not shared with you, or the address has a typing error."
              : sentence(state.error)}
          </Empty>
        ) : (
          <Skeleton height={320} />
        )}
      </div>
    </Page>
  );
}

function Timeline({ plan }: { plan: Plan }) {
  const { model, placement, dependencies } = plan;
  const { board, frame } = model;
  const { set_up } = frame;
  const navigate = useNavigate();
  const now_ms = useNow(60_000);
  const scroller = useRef<HTMLDivElement>(null);
  useKeptScroll(`timeline:${board.id}`, scroller);
  useKeys({
    Escape: () => void navigate({ to: "/boards/$id", params: { id: board.id }, search: placeOf(board.id) }),
  });
  const { rows, unplanned } = timelineOf(model, placement, dependencies);
  const today = dateOf(now_ms);
  const n = Math.max(1, set_up.columns.length);
  const at = (on: string) => {
    const place = dateAt(set_up.columns, on);
    return place && ((place.column + place.part) / n) * 100;
  };
  const now = at(today);
  const flags = set_up.milestones.flatMap((one) => {
    const left = at(one.on);
    return left === null
      ? []
      : [{ ...one, left, isLate: isEndangered(one.on, set_up.columns, dependencies.all) }];
  });
  return (
    <Page
      title={`Timeline of ${board.name}`}
      place={<BoardTabs board={board} here="timeline" />}
      pill={<BoardPill board={board} />}
    >
      {rows.length === 0 ? (
        <div className={layout.page}>
          <Empty art="steps" title="Nothing is planned yet">
            {unplanned.length > 0
              ? `${plural(unplanned.length, "feature waits", "features wait")} in the parking lot. Give their stories an iteration, and they show here as bars.`
              : "Features show here as bars, from their first story to their last."}
          </Empty>
        </div>
      ) : (
        <div className={style.scroller} ref={scroller}>
          <div className={style.plane} style={{ "--n": n } as React.CSSProperties}>
            <div className={style.header}>
              <div className={style.corner}>
                {plural(
                  rows.reduce((sum, row) => sum + row.bars.length, 0),
                  "feature",
                )}
              </div>
              <div className={style.columns} data-flags={flags.length > 0 || undefined}>
                {set_up.columns.map((column) => (
                  <div key={column.id} data-now={isNow(column, today) || undefined}>
                    <b>{column.name}</b>
                    <span>{datesOf(column, now_ms)}</span>
                  </div>
                ))}
                {flags.map((one) => {
                  const says = `${one.name}, ${day(one.on, now_ms)}${one.isLate ? ": a dependency lies in the wrong order before it" : ""}`;
                  return (
                    <span
                      key={one.id}
                      className={style.flag}
                      data-late={one.isLate || undefined}
                      data-left={one.left > 80 || undefined}
                      style={{ left: `${one.left}%` }}
                      title={says}
                    >
                      <Flag size={12} role="img" aria-label={says} />
                      <span aria-hidden>{one.name}</span>
                    </span>
                  );
                })}
              </div>
            </div>
            <div className={style.rows}>
              <div className={style.lines} aria-hidden>
                {set_up.columns.map((column) => (
                  <i key={column.id} data-now={isNow(column, today) || undefined} />
                ))}
                {flags.map((one) => (
                  <u key={one.id} data-late={one.isLate || undefined} style={{ left: `${one.left}%` }} />
                ))}
                {now !== null && <u data-today style={{ left: `${now}%` }} />}
              </div>
              {rows.map((row) => (
                <Team key={row.team} row={row} plan={plan} n={n} />
              ))}
            </div>
          </div>
          {unplanned.length > 0 && (
            <p className={style.unplanned}>
              {plural(unplanned.length, "feature is", "features are")} in no iteration:{" "}
              {unplanned.slice(0, N_NAMED).map((card, index) => (
                <span key={card.id}>
                  {index > 0 && ", "}
                  <Link
                    to="/boards/$id"
                    params={{ id: board.id }}
                    search={{ card: card.id }}
                    title={card.title}
                  >
                    {card.number ?? card.title}
                  </Link>
                </span>
              ))}
              {unplanned.length > N_NAMED && ` and ${unplanned.length - N_NAMED} more`}.
            </p>
          )}
        </div>
      )}
    </Page>
  );
}

const N_NAMED = 12;

function Team({ row, plan, n }: { row: TeamRow; plan: Plan; n: number }) {
  const { model } = plan;
  const { set_up } = model.frame;
  const team = set_up.teams[row.team];
  const name = team?.name ?? "No team";
  return (
    <section className={style.team} aria-label={name}>
      <div className={style.name}>
        {team ? (
          <Link
            to="/boards/$id/lens/$team"
            params={{ id: model.board.id, team: team.id }}
            title={`Lens of ${name}`}
          >
            <TeamMark name={name} />
            <h2>{name}</h2>
          </Link>
        ) : (
          <h2>{name}</h2>
        )}
      </div>
      <ul className={style.lanes} style={{ "--lanes": row.n_lanes } as React.CSSProperties}>
        {row.bars.map((bar) => (
          <BarView key={bar.card.id} bar={bar} plan={plan} n={n} />
        ))}
      </ul>
    </section>
  );
}

function BarView({ bar, plan, n }: { bar: Bar; plan: Plan; n: number }) {
  const { model } = plan;
  const { set_up } = model.frame;
  const type = typeOf(model.frame, bar.card.type);
  const colour = type?.color ? legible(type.color, isDarkNow()) : null;
  const says = barWords(bar, set_up.columns);
  return (
    <li
      className={style.bar}
      style={
        {
          left: `${(bar.from / n) * 100}%`,
          width: `${((bar.to - bar.from + 1) / n) * 100}%`,
          "--lane": bar.lane,
          "--w": colour ?? "var(--wit-feature)",
        } as React.CSSProperties
      }
    >
      <Link
        to="/boards/$id"
        params={{ id: model.board.id }}
        search={{ card: bar.card.id }}
        title={`${bar.card.title}: ${says}`}
        data-health={bar.health}
      >
        <TypeIcon type={bar.card.type} color={type?.color ?? null} />
        <span className={style.number}>{bar.card.number ?? "new"}</span>
        <span className={style.title}>{bar.card.title}</span>
        {bar.points !== null && <span className={style.points}>{points(bar.points)}</span>}
        <span className={layout.sr}>
          {bar.points !== null && ` ${set_up.unit.name}`}, {says}
        </span>
        {bar.n_stories > 0 && (
          <span className={style.progress}>
            <i style={{ width: `${(bar.n_closed / bar.n_stories) * 100}%` }} />
          </span>
        )}
      </Link>
    </li>
  );
}
