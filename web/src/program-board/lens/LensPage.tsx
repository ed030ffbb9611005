// The lens of one team: its stories large under their features, its load, and what binds it to others. A view, not a filter.
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { Handshake, Link2 } from "lucide-react";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { Problem, sentence } from "../../api/client";
import { useKeys } from "../../app/keys";
import { Page } from "../../app/Page";
import { useMay } from "../../app/session";
import { useIsLost } from "../../live/live";
import { Button } from "../../ui/Button";
import layout from "../../ui/layout.module.css";
import { Skeleton, TeamMark } from "../../ui/marks";
import { Empty } from "../../ui/surface";
import { dateOf } from "../../ui/time";
import { useMedia } from "../../ui/useMedia";
import { useNow } from "../../ui/useNow";
import { stepPlace, ARROWS, type Arrow } from "../moves";
import { BoardPill } from "../tabs/BoardPill";
import { placeOf } from "../tabs/boardPlace";
import { BoardTabs } from "../tabs/BoardTabs";
import { useKeptScroll } from "../tabs/scroll";
import { useActs } from "../useActs";
import { useBoard, type BoardData } from "../useBoard";
import { AgreementPanel } from "./AgreementPanel";
import { LensColumnView } from "./LensColumnView";
import {
  agreements,
  columnNow,
  dependencyWords,
  lensColumns,
  neighbourOf,
  parentsFor,
  type Side,
} from "./lens";
import style from "./lens.module.css";
import { teamLoad, teamLoadWords } from "./loads";

export function LensPage() {
  const { id = "", team } = useParams({ strict: false });
  const data = useBoard(id);
  const { plan, state } = data;
  if (plan) {
    const { teams } = plan.model.frame.set_up;
    const wanted = teams.findIndex((one) => one.id === team);
    const at = wanted >= 0 ? wanted : teams.findIndex((one) => one.is_shown);
    if (at >= 0) return <Lens key={id} data={{ ...data, plan }} team={at} />;
  }
  return (
    <Page
      title="Lens"
      trail={[{ label: "Boards", to: "/boards" }]}
      place={plan && <BoardTabs board={plan.model.board} here="lens" />}
    >
      <div className={layout.page}>
        {plan ? (
          <Empty art="list" title="This board shows no team">
            Show one in the board’s settings, and its lens is here.
          </Empty>
        ) : state.error ? (
          <Empty
            art="broken"
            title="The board could not be read"
            acts={
              <Button look="primary" onClick={() => void data.store.load()}>
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

function elementOf(place: HTMLElement | null, key: string): HTMLElement | null {
  return place?.querySelector(`[data-story="${CSS.escape(key)}"]`) ?? null;
}

interface LensProps {
  data: BoardData & { plan: NonNullable<BoardData["plan"]> };
  team: number;
}

function Lens({ data, team }: LensProps) {
  const { model, placement, dependencies } = data.plan;
  const { board, frame } = model;
  const { set_up } = frame;
  const navigate = useNavigate();
  const now_ms = useNow(60_000);
  const isPhone = useMedia("(max-width: 640px)");
  const isLost = useIsLost();
  const mayEdit = useMay("boards.edit");
  const canEdit = mayEdit && board.may_edit && board.write_mode !== "read_only" && !isLost;
  const acts = useActs(data.store);
  const [side, setSide] = useState<Side | null>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const [adding, setAdding] = useState<number | null>(null);
  const [sprint, setSprint] = useState(() => columnNow(set_up.columns, dateOf(Date.now())));
  const scroller = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  // A story that moves to another iteration is drawn anew there; the focus goes along.
  const kept = useRef<string | null>(null);
  useEffect(() => {
    if (kept.current !== null && document.activeElement === document.body)
      elementOf(scroller.current, kept.current)?.focus();
  });
  useKeptScroll(`lens:${board.id}`, scroller);

  const columns = lensColumns(model, placement, team);
  const shown = isPhone ? columns.filter((one) => one.column === sprint) : columns;
  const all = shown.flatMap((column) => column.groups.flatMap((group) => group.stories));
  // One tab stop: the story last looked at, else the first.
  const stop = all.some((tile) => tile.key === focused) ? focused : (all[0]?.key ?? null);
  const name = set_up.teams[team]?.name ?? "";
  const gives = agreements(model, dependencies, team, "gives", now_ms);
  const takes = agreements(model, dependencies, team, "takes", now_ms);
  const load = teamLoad(set_up, placement.load, team);

  const back = () =>
    void navigate({ to: "/boards/$id", params: { id: board.id }, search: placeOf(board.id) });
  const focusOn = (key: string | null) => {
    if (key === null) return;
    setFocused(key);
    kept.current = key;
    elementOf(scroller.current, key)?.focus();
  };
  const toggle = (wanted: Side, button: HTMLButtonElement) => {
    opener.current = button;
    setSide(side === wanted ? null : wanted);
  };
  const closeSide = () => {
    setSide(null);
    opener.current?.focus();
  };
  useKeys({
    Escape: () => (side === null ? back() : closeSide()),
    C: () => {
      const column = shown.find((one) =>
        one.groups.some((group) => group.stories.some((tile) => tile.key === focused)),
      );
      if (canEdit) setAdding(column?.column ?? shown[0]?.column ?? null);
    },
  });
  const onStoryKey = (event: KeyboardEvent, key: string) => {
    if (!ARROWS.includes(event.key) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (!event.shiftKey) return focusOn(neighbourOf(shown, key, event.key));
    const tile = all.find((one) => one.key === key);
    if (!tile || !canEdit) return;
    const to = stepPlace(tile, event.key as Arrow, [team], set_up.columns.length, tile);
    if (!to || to.column < 0 || !acts.move([tile], { team: null, column: to.column })) return;
    if (isPhone) setSprint(to.column);
    focusOn(key);
  };

  return (
    <Page
      title={`Lens: ${name}`}
      place={<BoardTabs board={board} here="lens" />}
      pill={<BoardPill board={board} />}
    >
      <div className={style.lens} data-panel={side ?? undefined}>
        <TeamNav data={data} team={team} />
        <div className={style.body}>
          <div className={style.bar}>
            <TeamMark name={name} />
            <h1>{name}</h1>
            <span className={`${layout.muted} ${layout.small} ${layout.num}`}>
              {teamLoadWords(load, set_up.unit.name)}
            </span>
            <span className={layout.grow} />
            <SideButton
              label={`Waits for ${name}`}
              icon={<Handshake size={14} />}
              n={gives.length}
              isOn={side === "gives"}
              onClick={(button) => toggle("gives", button)}
            />
            <SideButton
              label={`${name} waits for`}
              icon={<Link2 size={14} />}
              n={takes.length}
              isOn={side === "takes"}
              onClick={(button) => toggle("takes", button)}
            />
          </div>
          {isPhone && (
            <div className={style.sprints} role="group" aria-label="Iteration">
              {set_up.columns.map((column, index) => (
                <button
                  key={column.id}
                  type="button"
                  aria-pressed={index === sprint}
                  onClick={() => setSprint(index)}
                >
                  {column.name}
                </button>
              ))}
            </div>
          )}
          <div
            className={style.scroller}
            ref={scroller}
            onBlur={({ target }) =>
              // Left by a person, not by being drawn elsewhere.
              setTimeout(() => {
                if (target.isConnected && document.activeElement !== target) kept.current = null;
              })
            }
          >
            <div
              className={style.grid}
              style={{ gridTemplateColumns: `repeat(${shown.length}, minmax(var(--lens-col), 1fr))` }}
            >
              {shown.map((one) => (
                <LensColumnView
                  key={set_up.columns[one.column]?.id}
                  model={model}
                  placement={placement}
                  team={team}
                  column={one}
                  now_ms={now_ms}
                  stop={stop}
                  canEdit={canEdit}
                  isAdding={adding === one.column}
                  parents={parentsFor(model, placement, team, one.column)}
                  isSlow={data.isSlow}
                  wordsOf={(card) => dependencyWords(model, dependencies, card, now_ms)}
                  onFocus={(key) => {
                    kept.current = key;
                    setFocused(key);
                  }}
                  onKeyDown={onStoryKey}
                  onOpen={(card) =>
                    void navigate({
                      to: "/boards/$id",
                      params: { id: board.id },
                      search: { ...placeOf(board.id), card },
                    })
                  }
                  onAdding={(isOpen) => setAdding(isOpen ? one.column : null)}
                  onCreate={(made) => acts.create({ ...made, team, column: one.column })}
                />
              ))}
            </div>
          </div>
        </div>
        {side && (
          <AgreementPanel
            model={model}
            side={side}
            team={name}
            all={side === "gives" ? gives : takes}
            now_ms={now_ms}
            canEdit={canEdit}
            onAgree={acts.agree}
            onClose={closeSide}
          />
        )}
      </div>
    </Page>
  );
}

function TeamNav({ data, team }: LensProps) {
  const { model, placement } = data.plan;
  const { set_up } = model.frame;
  return (
    <nav className={style.nav} aria-label="Teams">
      {set_up.teams.map((one, index) => {
        if (!one.is_shown) return null;
        const { load, capacity, n_over } = teamLoad(set_up, placement.load, index);
        return (
          <Link
            key={one.id}
            to="/boards/$id/lens/$team"
            params={{ id: model.board.id, team: one.id }}
            replace
            activeProps={{ "aria-current": undefined }}
            aria-current={index === team ? "page" : undefined}
          >
            <TeamMark name={one.name} />
            <span className={style.name}>{one.name}</span>
            <span className={style.sumOf} data-over={n_over > 0 || undefined}>
              {load}
              {capacity !== null && `/${capacity}`}
            </span>
            {capacity !== null && (
              <span className={style.share} aria-hidden>
                <i style={{ width: `${Math.min(100, capacity === 0 ? 0 : (load / capacity) * 100)}%` }} />
              </span>
            )}
          </Link>
        );
      })}
    </nav>
  );
}

interface SideProps {
  label: string;
  icon: React.ReactNode;
  n: number;
  isOn: boolean;
  onClick: (button: HTMLButtonElement) => void;
}

function SideButton({ label, icon, n, isOn, onClick }: SideProps) {
  return (
    <Button size="small" icon={icon} aria-pressed={isOn} onClick={(event) => onClick(event.currentTarget)}>
      {label} {n > 0 && <span className={style.count}>{n}</span>}
    </Button>
  );
}
