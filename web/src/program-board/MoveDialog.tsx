// "Move to…": team and sprint from two lists that show what the load would be, and what will be written.
import { ArrowRight } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "../ui/Button";
import { Dialog, FootHint } from "../ui/Dialog";
import { TeamMark } from "../ui/marks";
import { LoadBar } from "./BoardFrame";
import style from "./dialogs.module.css";
import type { Model } from "./model";
import { isParking, loadAfter, whyNot, type Place } from "./moves";
import type { Placement, Tile } from "./placement";
import { datesOf, short, writesWords } from "./words";

interface MoveProps {
  model: Model;
  placement: Placement;
  tiles: readonly Tile[];
  now_ms: number;
  onMove: (to: Place) => void;
  onClose: () => void;
}

export function MoveDialog({ model, placement, tiles, now_ms, onMove, onClose }: MoveProps) {
  const { set_up } = model.frame;
  const first = tiles[0];
  const [team, setTeam] = useState(first && first.team >= 0 ? first.team : firstTeam(set_up.teams));
  const [column, setColumn] = useState(first?.column ?? -1);
  const lists = useRef<HTMLDivElement>(null);
  // The dialog looks for an empty field; here the choice of a sprint is what is wanted.
  useEffect(() => {
    const timer = setTimeout(
      () => lists.current?.querySelector<HTMLElement>("input[name='column']:checked")?.focus(),
      50,
    );
    return () => clearTimeout(timer);
  }, []);
  if (!first) return null;
  const to: Place = column < 0 ? { team: null, column: -1 } : { team, column };
  const isSame = tiles.every((tile) => tile.column === column && (column < 0 || tile.team === team));
  const why = tiles.length === 1 ? whyNot(model, first) : null;
  const what = tiles.length === 1 ? short(first.card) : `${tiles.length} cards`;
  return (
    <Dialog
      title={`Move ${what} to…`}
      says={tiles.length === 1 ? first.card.title : undefined}
      isOpen
      onClose={onClose}
      onSubmit={() => !isSame && !why && onMove(to)}
      width="large"
      footer={
        <>
          <FootHint>{why ?? (isSame ? "It lies there already." : writesWords(model, tiles, to))}</FootHint>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            icon={<ArrowRight size={16} />}
            disabled={isSame || why !== null}
          >
            Move {what}
          </Button>
        </>
      }
    >
      <div ref={lists} className={style.two}>
        <fieldset>
          <legend>Team</legend>
          {set_up.teams.map((one, index) =>
            one.is_shown ? (
              <label key={one.id} className={style.choice} data-on={team === index || undefined}>
                <input
                  type="radio"
                  name="team"
                  checked={team === index}
                  disabled={isParking(to)}
                  onChange={() => setTeam(index)}
                />
                <TeamMark name={one.name} />
                <span>{one.name}</span>
                {column >= 0 && (
                  <Load model={model} placement={placement} tiles={tiles} to={{ team: index, column }} />
                )}
              </label>
            ) : null,
          )}
        </fieldset>
        <fieldset>
          <legend>Sprint</legend>
          {set_up.columns.map((one, index) => (
            <label key={one.id} className={style.choice} data-on={column === index || undefined}>
              <input
                type="radio"
                name="column"
                checked={column === index}
                onChange={() => setColumn(index)}
              />
              <span>
                {one.name} <small>{datesOf(one, now_ms)}</small>
              </span>
              <Load model={model} placement={placement} tiles={tiles} to={{ team, column: index }} />
            </label>
          ))}
          <label className={style.choice} data-on={column < 0 || undefined}>
            <input type="radio" name="column" checked={column < 0} onChange={() => setColumn(-1)} />
            <span>
              Parking lot <small>out of the plan</small>
            </span>
          </label>
        </fieldset>
      </div>
    </Dialog>
  );
}

function firstTeam(teams: readonly { is_shown: boolean }[]): number {
  return Math.max(
    0,
    teams.findIndex((team) => team.is_shown),
  );
}

function Load({
  model,
  placement,
  tiles,
  to,
}: {
  model: Model;
  placement: Placement;
  tiles: readonly Tile[];
  to: Place;
}) {
  const load = loadAfter(model, placement, tiles, to);
  if (!load) return null;
  return (
    <span className={style.load}>
      <LoadBar
        load={load}
        tabIndex={-1}
        disabled
        style={{ position: "relative", width: "100%", padding: 0 }}
      />
    </span>
  );
}
