// What is shown: teams, types, states, people, tags, dependencies, sync.
import { useEffect, useMemo, useRef } from "react";
import { Button } from "../ui/Button";
import { Checkbox } from "../ui/Field";
import type { SyncFilter } from "./filter";
import { optionsOf } from "./filters";
import type { Health } from "./links";
import { HEALTH_WORDS } from "./links";
import type { Model } from "./model";
import { SavedFilters } from "./SavedFilters";
import { NO_FILTER_SEARCH, type BoardSearch } from "./search";
import type { StateCategory } from "./shapes";
import style from "./toolbar.module.css";

interface FilterPopProps {
  model: Model;
  search: BoardSearch;
  health: Record<Health, number>;
  n_shown: number;
  n_items: number;
  me: string;
  isShared?: boolean;
  onSearch: (changes: Partial<BoardSearch>) => void;
  onClose: () => void;
}

const STATE_WORDS: Record<StateCategory, string> = {
  proposed: "Proposed",
  in_progress: "In progress",
  resolved: "Resolved",
  completed: "Completed",
  removed: "Removed",
};
const SYNC_WORDS: Record<SyncFilter, string> = {
  in_step: "In step",
  waiting: "Waiting or unpublished",
  decision: "Needs a decision",
};
const N_TAGS = 16;

export function FilterPop({
  model,
  search,
  health,
  n_shown,
  n_items,
  me,
  isShared = false,
  onSearch,
  onClose,
}: FilterPopProps) {
  const pop = useRef<HTMLDivElement>(null);
  const options = useMemo(() => optionsOf(model), [model]);
  useEffect(() => {
    pop.current?.querySelector<HTMLElement>("button, input")?.focus();
    const outside = (event: PointerEvent) => {
      const target = event.target as Element;
      if (!pop.current?.contains(target) && !target.closest("[aria-haspopup='dialog']")) onClose();
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, when it opens
  }, []);
  const teams = model.frame.set_up.teams.filter((team) => team.is_shown);
  const toggled = <T extends string>(list: readonly T[] | undefined, value: T): T[] | undefined => {
    const next = list?.includes(value) ? list.filter((one) => one !== value) : [...(list ?? []), value];
    return next.length > 0 ? next : undefined;
  };
  // Choosing every team is choosing none.
  const team = (id: string) => {
    const next = toggled(search.teams, id);
    onSearch({ teams: next?.length === teams.length ? undefined : next });
  };
  return (
    <div
      ref={pop}
      className={style.pop}
      role="dialog"
      aria-label="Filter"
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Escape") onClose();
      }}
    >
      <div className={style.popHead}>
        <h3>Filter</h3>
        <span>
          {n_shown} of {n_items} items shown
        </span>
      </div>
      <div className={style.popBody}>
        <Section title="Dependencies">
          {(["ok", "risk", "bad", "stub"] as const).map((kind) => (
            <Toggle
              key={kind}
              label={HEALTH_WORDS[kind]}
              n={health[kind]}
              isOn={search.deps?.includes(kind) ?? false}
              tone={kind === "risk" ? "warn" : kind === "bad" ? "bad" : undefined}
              onClick={() => onSearch({ deps: toggled(search.deps, kind) })}
            />
          ))}
        </Section>
        <div className={style.boxes}>
          <Checkbox
            label="Only what needs a person"
            isOn={search.problems ?? false}
            onChange={(isOn) => onSearch({ problems: isOn || undefined })}
          />
        </div>
        <Section title="Team">
          {teams.map((one) => (
            <Toggle
              key={one.id}
              label={one.name}
              isOn={search.teams?.includes(one.id) ?? false}
              onClick={() => team(one.id)}
            />
          ))}
        </Section>
        <Section title="Type">
          {options.types.map(([type, n]) => (
            <Toggle
              key={type}
              label={type}
              n={n}
              isOn={search.types?.includes(type) ?? false}
              onClick={() => onSearch({ types: toggled(search.types, type) })}
            />
          ))}
        </Section>
        <Section title="State">
          {options.states.map(([state, n]) => (
            <Toggle
              key={state}
              label={STATE_WORDS[state]}
              n={n}
              isOn={search.states?.includes(state) ?? false}
              onClick={() => onSearch({ states: toggled(search.states, state) })}
            />
          ))}
        </Section>
        <Section title="Assignee">
          {options.people.map(([name, n]) => (
            <Toggle
              key={name}
              label={name || "Nobody"}
              n={n}
              isOn={search.people?.includes(name) ?? false}
              onClick={() => onSearch({ people: toggled(search.people, name) })}
            />
          ))}
        </Section>
        {options.tags.length > 0 && (
          <Section title="Tag">
            {options.tags.slice(0, N_TAGS).map(([tag, n]) => (
              <Toggle
                key={tag}
                label={tag}
                n={n}
                isOn={search.tags?.includes(tag) ?? false}
                onClick={() => onSearch({ tags: toggled(search.tags, tag) })}
              />
            ))}
          </Section>
        )}
        {!isShared && (
          <Section title="Sync">
            {(["in_step", "waiting", "decision"] as const).map((sync) => (
              <Toggle
                key={sync}
                label={SYNC_WORDS[sync]}
                n={options.sync[sync]}
                isOn={search.sync?.includes(sync) ?? false}
                onClick={() => onSearch({ sync: toggled(search.sync, sync) })}
              />
            ))}
          </Section>
        )}
      </div>
      {isShared ? (
        <div className={style.popFoot}>
          <Button
            look="ghost"
            size="small"
            onClick={() => onSearch({ ...NO_FILTER_SEARCH, group: undefined })}
          >
            Clear all
          </Button>
        </div>
      ) : (
        <SavedFilters search={search} board={model.board} me={me} onSearch={onSearch} />
      )}
    </div>
  );
}

function Section({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div className={style.section} role="group" aria-label={title}>
      <span>{title}</span>
      <div>{children}</div>
    </div>
  );
}

interface ToggleProps {
  label: string;
  n?: number;
  isOn: boolean;
  tone?: "warn" | "bad";
  onClick: () => void;
}

function Toggle({ label, n, isOn, tone, onClick }: ToggleProps) {
  return (
    <button type="button" className={style.toggle} aria-pressed={isOn} data-tone={tone} onClick={onClick}>
      {label.charAt(0).toUpperCase() + label.slice(1)} {n !== undefined && <span>{n}</span>}
    </button>
  );
}
