// The board's tools: find, filter, what changed since, group, legend, density.
import {
  Columns2,
  Expand,
  History,
  ListFilter,
  ListTree,
  Menu as Lines,
  Rows3,
  Search,
  X,
} from "lucide-react";
import { useRef, useState, type ReactNode, type Ref } from "react";
import { Button } from "../ui/Button";
import { Menu } from "../ui/Menu";
import { moment } from "../ui/time";
import { FilterPop } from "./FilterPop";
import type { Group } from "./filter";
import { countFilters } from "./filters";
import type { Density } from "./layout";
import type { Health } from "./links";
import type { Model } from "./model";
import type { Expanded } from "./nesting";
import { filterOf, NO_FILTER_SEARCH, type BoardSearch } from "./search";
import { stepZoom } from "./useFolding";
import { MOMENT_WORDS, noteFor, type Moment, type Note } from "./since";
import style from "./toolbar.module.css";

interface ToolbarProps {
  model: Model;
  search: BoardSearch;
  group: Group;
  density: Density;
  zoom: number;
  expanded: Expanded;
  n_folded: number;
  onZoom: (zoom: number) => void;
  onStories: (isAll: boolean) => void;
  onFold: (isFolded: boolean) => void;
  health: Record<Health, number>;
  n_shown: number;
  n_items: number;
  n_found: number;
  at_found: number;
  me: string;
  isPhone: boolean;
  findRef: Ref<HTMLInputElement>;
  readNotes: () => Note[];
  /** Lists what left the board. */
  onLeft: () => void;
  onSearch: (changes: Partial<BoardSearch>) => void;
  onFind: (step: 1 | -1) => void;
  onDensity: (density: Density) => void;
  isFilterOpen: boolean;
  onFilterOpen: (isOpen: boolean) => void;
  /** Seen by whoever has a link: nothing of a person's own, and nothing of sync. */
  isShared?: boolean;
  /** What goes out of the board, at the end. */
  more?: ReactNode;
}

const DENSITIES = [
  { value: "comfortable", label: "Comfortable", Icon: Columns2 },
  { value: "compact", label: "Compact", Icon: Rows3 },
  { value: "fit", label: "Fit", Icon: Lines },
] as const;

export function Toolbar(props: ToolbarProps) {
  const { search, group, density, onSearch, isPhone } = props;
  const filter = filterOf(search);
  const n = countFilters(filter);
  const opener = useRef<HTMLButtonElement>(null);
  return (
    <div className={style.bar} role="toolbar" aria-label="Board tools">
      {!isPhone && <Find {...props} />}
      <div className={style.anchor}>
        <Button
          ref={opener}
          look={n > 0 ? "plain" : "ghost"}
          className={n > 0 ? style.on : undefined}
          icon={<ListFilter size={16} />}
          aria-expanded={props.isFilterOpen}
          aria-haspopup="dialog"
          onClick={() => props.onFilterOpen(!props.isFilterOpen)}
        >
          Filter {n > 0 && <span className={style.count}>{n}</span>}
        </Button>
        {props.isFilterOpen && (
          <FilterPop
            {...props}
            onClose={() => {
              props.onFilterOpen(false);
              opener.current?.focus();
            }}
          />
        )}
      </div>
      <Chips {...props} />
      <span className={style.line} />
      <Menu
        align="start"
        trigger={
          <Button look="ghost" icon={<ListTree size={16} />}>
            Group: {group === "team" ? "Team" : "Type"}
          </Button>
        }
        groups={[
          {
            label: "Rows are",
            entries: [
              {
                id: "team",
                label: "Teams",
                hint: group === "team" ? "now" : undefined,
                onPick: () => onSearch({ group: undefined }),
              },
              {
                id: "type",
                label: "Types of work",
                hint: group === "type" ? "now" : undefined,
                onPick: () => onSearch({ group: "type" }),
              },
            ],
          },
        ]}
      />
      {!props.isShared && <Since {...props} />}
      {!isPhone && <ViewMenu {...props} />}
      <span className={style.grow} />
      <Legend health={props.health} />
      <span className={`${style.segments} ${style.hideSmall}`} role="group" aria-label="Density">
        {DENSITIES.map(({ value, label, Icon }) => (
          <button
            key={value}
            type="button"
            aria-pressed={density === value}
            aria-label={label}
            title={`${label} (D)`}
            onClick={() => props.onDensity(value)}
          >
            <Icon size={14} aria-hidden />
            {density === value && <span>{label}</span>}
          </button>
        ))}
      </span>
      {props.more}
    </div>
  );
}

function Find({ search, onSearch, onFind, n_found, at_found, findRef }: ToolbarProps) {
  const isFinding = (search.q ?? "") !== "";
  return (
    <label className={style.find} data-on={isFinding || undefined}>
      <Search size={16} aria-hidden />
      <input
        ref={findRef}
        type="search"
        placeholder="Find on board"
        aria-label="Find on board"
        value={search.q ?? ""}
        onChange={(event) => onSearch({ q: event.target.value })}
        onKeyDown={(event) => {
          if (event.key === "Enter") {
            event.preventDefault();
            onFind(event.shiftKey ? -1 : 1);
          }
          if (event.key === "Escape") {
            event.stopPropagation();
            if (isFinding) onSearch({ q: undefined });
            else event.currentTarget.blur();
          }
        }}
      />
      {isFinding ? (
        <span className={style.found} role="status">
          {n_found === 0 ? "none" : `${at_found + 1}/${n_found}`}
        </span>
      ) : (
        <kbd>/</kbd>
      )}
    </label>
  );
}

/** What is filtered, in words; each goes with a click. */
function Chips({ model, search, onSearch }: ToolbarProps) {
  const { teams } = model.frame.set_up;
  const n_teams = teams.filter((team) => team.is_shown).length;
  const chips: [string, Partial<BoardSearch>][] = [];
  if (search.teams) chips.push([`Teams: ${search.teams.length} of ${n_teams}`, { teams: undefined }]);
  if (search.types) chips.push([search.types.join(", "), { types: undefined }]);
  if (search.people)
    chips.push([search.people.map((name) => name || "nobody").join(", "), { people: undefined }]);
  if (search.tags) chips.push([search.tags.join(", "), { tags: undefined }]);
  if (search.problems) chips.push(["Only problems", { problems: undefined }]);
  if (search.states || search.sync || search.deps)
    chips.push(["State", { states: undefined, sync: undefined, deps: undefined }]);
  if (chips.length > 2) chips.splice(0, chips.length, [`${chips.length} filters`, NO_FILTER_SEARCH]);
  return chips.map(([label, changes]) => (
    <span key={label} className={style.chip}>
      <span>{label}</span>
      <button type="button" aria-label={`Remove filter ${label}`} onClick={() => onSearch(changes)}>
        <X size={12} aria-hidden />
      </button>
    </span>
  ));
}

/** Expand, collapse and zoom. */
function ViewMenu({ zoom, expanded, n_folded, group, onZoom, onStories, onFold }: ToolbarProps) {
  const percent = (value: number) => `${Math.round(value * 100)} %`;
  const [larger, smaller] = [stepZoom(zoom, 1), stepZoom(zoom, -1)];
  const stories = {
    label: "Stories",
    entries: [
      {
        id: "expand",
        label: "Show below every feature",
        isDisabled: expanded === "all",
        onPick: () => onStories(true),
      },
      {
        id: "collapse",
        label: "Show inside their features",
        isDisabled: expanded !== "all" && expanded.length === 0,
        onPick: () => onStories(false),
      },
    ],
  };
  return (
    <Menu
      align="start"
      trigger={
        <Button look="ghost" icon={<Expand size={16} />}>
          View
        </Button>
      }
      groups={[
        ...(group === "team" ? [stories] : []),
        {
          label: "Rows",
          entries: [
            { id: "fold", label: "Show loads alone", onPick: () => onFold(true) },
            {
              id: "unfold",
              label: "Show their cards",
              isDisabled: n_folded === 0,
              onPick: () => onFold(false),
            },
          ],
        },
        {
          label: `Zoom: ${percent(zoom)}`,
          entries: [
            {
              id: "larger",
              label: `Larger, ${percent(larger)}`,
              hint: "+",
              isDisabled: larger === zoom,
              onPick: () => onZoom(larger),
            },
            {
              id: "smaller",
              label: `Smaller, ${percent(smaller)}`,
              hint: "-",
              isDisabled: smaller === zoom,
              onPick: () => onZoom(smaller),
            },
            { id: "usual", label: "Usual size", isDisabled: zoom === 1, onPick: () => onZoom(1) },
          ],
        },
      ]}
    />
  );
}

const MOMENTS: readonly Moment[] = ["visit", "hour", "today"];

/** What changed since a moment that this browser remembers. */
function Since({ search, onSearch, readNotes, onLeft }: ToolbarProps) {
  const [notes, setNotes] = useState<{ notes: Note[]; now_ms: number }>({ notes: [], now_ms: 0 });
  const isOn = search.since !== undefined;
  const choices = MOMENTS.flatMap((one) => {
    const note = noteFor(notes.notes, one, notes.now_ms);
    return note ? [{ one, note }] : [];
  });
  return (
    <span
      className={style.hideSmall}
      onPointerEnter={() => setNotes({ notes: readNotes(), now_ms: Date.now() })}
      onFocus={() => setNotes({ notes: readNotes(), now_ms: Date.now() })}
    >
      <Menu
        align="start"
        trigger={
          <Button
            look={isOn ? "plain" : "ghost"}
            className={isOn ? style.on : undefined}
            icon={<History size={16} />}
          >
            Changes
          </Button>
        }
        groups={[
          {
            label: choices.length > 0 ? "What changed since" : "Nothing was seen on this board before now",
            entries: choices.map(({ one, note }) => ({
              id: one,
              label: MOMENT_WORDS[one],
              hint: moment(note.at_ms * 1000, notes.now_ms),
              onPick: () => onSearch({ since: note.change }),
            })),
          },
          {
            entries: isOn
              ? [{ id: "off", label: "Show everything", onPick: () => onSearch({ since: undefined }) }]
              : [],
          },
          { entries: [{ id: "left", label: "What left this board…", onPick: onLeft }] },
        ]}
      />
    </span>
  );
}

const DASHES: Record<"risk" | "bad" | "ok", string | undefined> = {
  risk: undefined,
  bad: "5 3",
  ok: undefined,
};

function Legend({ health }: { health: Record<Health, number> }) {
  const line = (kind: "risk" | "bad" | "ok") => (
    <svg width="22" height="8" viewBox="0 0 22 8" aria-hidden>
      <path
        d="M1 4h20"
        stroke={`var(--dep-${kind})`}
        strokeWidth={kind === "ok" ? 1.6 : 2}
        strokeDasharray={DASHES[kind]}
      />
    </svg>
  );
  return (
    <span className={style.legend}>
      <span>
        {line("risk")}
        {health.risk} same sprint
      </span>
      <span>
        {line("bad")}
        {health.bad} wrong order
      </span>
      <span className={style.faint} title="Shown on hover, focus or selection">
        {line("ok")}
        {health.ok} on track, on hover
      </span>
    </span>
  );
}
