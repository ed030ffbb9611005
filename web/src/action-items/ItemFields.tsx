import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useId, useState, type ReactNode } from "react";
import type { ActionItem, Origin, Status } from "../api/types";
import { membersQuery } from "../app/queries";
import { IconButton } from "../ui/Button";
import layout from "../ui/layout.module.css";
import { Avatar, TeamMark } from "../ui/marks";
import { ChoiceMenu, type Choice } from "../ui/Menu";
import { day } from "../ui/time";
import { DueText, StatusGlyph, WorkItemMark } from "./marks";
import style from "./panel.module.css";
import { useItemActs } from "./useItems";
import { ORIGINS, ORIGIN_WORDS, PRIORITIES, STATUSES, STATUS_WORDS } from "./words";

interface FieldsProps {
  item: ActionItem;
  teams: string[];
  canEdit: boolean;
  now_ms: number;
}

/** Every field of an action item, each edited where it stands. */
export function ItemFields({ item, teams, canEdit, now_ms }: FieldsProps) {
  const acts = useItemActs();
  const ref = item.work_item;
  return (
    <dl className={style.fields}>
      <Line name="Status">
        <Pick
          name="Status"
          canEdit={canEdit}
          value={item.status}
          choices={STATUSES.map((status) => ({
            value: status,
            label: STATUS_WORDS[status],
            icon: <StatusGlyph status={status} isSmall />,
          }))}
          onChoose={(status) => void acts.change(item, { status: status as Status })}
        />
        {ref?.state && (
          <span className={`${layout.faint} ${layout.nowrap}`} style={{ marginLeft: 10 }}>
            {ref.state} there
          </span>
        )}
      </Line>
      <Line name="Owner">
        <OwnerPick item={item} canEdit={canEdit} />
      </Line>
      <Line name="Due">
        <DuePick item={item} canEdit={canEdit} now_ms={now_ms} />
      </Line>
      <Line name="Priority">
        <Pick
          name="Priority"
          canEdit={canEdit}
          value={item.priority === null ? "" : String(item.priority)}
          choices={[
            { value: "", label: "None" },
            ...PRIORITIES.map((priority) => ({ value: String(priority), label: `P${priority}` })),
          ]}
          onChoose={(value) => void acts.change(item, { priority: value === "" ? null : Number(value) })}
        />
      </Line>
      <Line name="Team">
        <TeamInput item={item} teams={teams} canEdit={canEdit} />
      </Line>
      <Line name="Came from">
        <Pick
          name="Came from"
          canEdit={canEdit}
          value={item.origin}
          choices={ORIGINS.map((origin) => ({ value: origin, label: ORIGIN_WORDS[origin] }))}
          onChoose={(origin) => void acts.change(item, { origin: origin as Origin })}
        />
      </Line>
      <Line name="Tags">
        <Tags item={item} canEdit={canEdit} />
      </Line>
      {ref && (
        <>
          <Line name="Work item">
            <span className={layout.row}>
              <WorkItemMark item={ref} isLink />
              <span className={layout.muted}>{ref.connection_label}</span>
            </span>
          </Line>
          <Line name="Area">
            <span className={layout.trunc} title={ref.area_path}>
              {ref.area_path}
            </span>
          </Line>
          <Line name="Iteration">
            <span className={layout.trunc} title={ref.iteration_path}>
              {ref.iteration_path}
            </span>
          </Line>
        </>
      )}
      <Line name="Created">
        <span className={layout.muted}>
          {item.created_by}, {day(new Date(item.created_us / 1000).toISOString().slice(0, 10), now_ms)}
        </span>
      </Line>
    </dl>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

interface PickProps {
  name: string;
  value: string;
  choices: Choice[];
  canEdit: boolean;
  shown?: ReactNode;
  onChoose: (value: string) => void;
}

function Pick({ name, value, choices, canEdit, shown, onChoose }: PickProps) {
  const chosen = choices.find((choice) => choice.value === value);
  const inner = shown ?? (
    <>
      {chosen?.icon}
      {chosen?.label}
    </>
  );
  if (!canEdit) return <span className={style.value}>{inner}</span>;
  return (
    <ChoiceMenu
      label={name}
      value={value}
      choices={choices}
      onChoose={(next) => next !== value && onChoose(next)}
      trigger={
        <button type="button" className={style.value} data-empty={value === ""}>
          <span className={layout.sr}>{name}: </span>
          {inner}
        </button>
      }
    />
  );
}

const KEEP = "keep";

function OwnerPick({ item, canEdit }: { item: ActionItem; canEdit: boolean }) {
  const acts = useItemActs();
  const members = useQuery({ ...membersQuery, enabled: canEdit });
  const { owner } = item;
  // An owner who is no member here is shown by their Azure DevOps name and never overwritten by looking.
  const isForeign = owner !== null && owner.member_id === null;
  const people = members.data?.filter((member) => member.is_active || member.id === owner?.member_id) ?? [];
  return (
    <Pick
      name="Owner"
      canEdit={canEdit}
      value={owner === null ? "" : (owner.member_id ?? KEEP)}
      choices={[
        { value: "", label: "No owner", icon: <Avatar name={null} /> },
        ...(isForeign ? [{ value: KEEP, label: owner.name, hint: "in Azure DevOps" }] : []),
        ...people.map((member) => ({
          value: member.id,
          label: member.name,
          icon: <Avatar name={member.name} initials={member.initials} />,
        })),
      ]}
      shown={
        <>
          <Avatar name={owner?.name ?? null} initials={owner?.initials} />
          {owner?.name ?? "No owner"}
          {isForeign && <span className={layout.faint}>in Azure DevOps</span>}
        </>
      }
      onChoose={(id) => {
        const member = people.find((one) => one.id === id);
        const next = member && {
          member_id: member.id,
          name: member.name,
          initials: member.initials,
          avatar: member.avatar,
        };
        if (id !== KEEP) void acts.change(item, { owner_id: member?.id ?? null }, next ?? null);
      }}
    />
  );
}

function DuePick({ item, canEdit, now_ms }: { item: ActionItem; canEdit: boolean; now_ms: number }) {
  const acts = useItemActs();
  if (!canEdit)
    return item.due_on ? <DueText item={item} now_ms={now_ms} /> : <span className={layout.faint}>None</span>;
  return (
    <>
      <span className={style.dateBox}>
        <input
          type="date"
          className={style.value}
          aria-label="Due date"
          // Kept when it is a whole date: typing one passes through years like 0002.
          key={item.due_on}
          defaultValue={item.due_on ?? ""}
          onBlur={(event) => {
            const { value } = event.target;
            if (value !== (item.due_on ?? "") && (value === "" || value > "2000"))
              void acts.change(item, { due_on: value || null });
          }}
          onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
        />
        <span className={item.due_on ? undefined : layout.faint} aria-hidden>
          {item.due_on ? <DueText item={item} now_ms={now_ms} /> : "None"}
        </span>
      </span>
      {item.due_on && (
        <IconButton
          size="small"
          className={style.clear}
          label="Clear due date"
          icon={<X size={14} />}
          onClick={() => void acts.change(item, { due_on: null })}
        />
      )}
    </>
  );
}

function TeamInput({ item, teams, canEdit }: Omit<FieldsProps, "now_ms">) {
  const acts = useItemActs();
  const list = useId();
  const [draft, setDraft] = useState<string | null>(null);
  if (!canEdit)
    return item.team ? (
      <span className={layout.row}>
        <TeamMark name={item.team} /> {item.team}
      </span>
    ) : (
      <span className={layout.faint}>None</span>
    );
  const keep = () => {
    const team = draft?.trim() ?? null;
    if (team !== null && team !== (item.team ?? "")) void acts.change(item, { team: team || null });
    setDraft(null);
  };
  return (
    <>
      {item.team && <TeamMark name={item.team} />}
      <input
        className={style.value}
        style={item.team ? { marginLeft: 1 } : undefined}
        aria-label="Team"
        placeholder="None"
        list={list}
        value={draft ?? item.team ?? ""}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={keep}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
          if (event.key === "Escape") setDraft(null);
        }}
      />
      <datalist id={list}>
        {teams.map((team) => (
          <option key={team} value={team} />
        ))}
      </datalist>
    </>
  );
}

function Tags({ item, canEdit }: { item: ActionItem; canEdit: boolean }) {
  const acts = useItemActs();
  const [draft, setDraft] = useState("");
  const set = (tags: string[]) => void acts.change(item, { tags });
  const add = () => {
    // Azure DevOps parts tags by semicolons, so one cannot hold any.
    const made = draft
      .split(/[;,]/)
      .map((tag) => tag.trim())
      .filter((tag) => tag !== "" && !item.tags.some((known) => known.toLowerCase() === tag.toLowerCase()));
    if (made.length > 0) set([...item.tags, ...made]);
    setDraft("");
  };
  if (!canEdit && item.tags.length === 0) return <span className={layout.faint}>None</span>;
  return (
    <div className={style.tags}>
      {item.tags.map((tag) => (
        <span key={tag} className={style.tag} data-fixed={!canEdit}>
          <span className={layout.trunc}>{tag}</span>
          {canEdit && (
            <button
              type="button"
              aria-label={`Remove tag ${tag}`}
              onClick={() => set(item.tags.filter((t) => t !== tag))}
            >
              <X size={12} aria-hidden />
            </button>
          )}
        </span>
      ))}
      {canEdit && (
        <input
          aria-label="Add a tag"
          placeholder="Add a tag"
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={add}
          onKeyDown={(event) => {
            if (event.key === "Enter" || event.key === ",") {
              event.preventDefault();
              add();
            }
            if (event.key === "Backspace" && draft === "" && item.tags.length > 0)
              set(item.tags.slice(0, -1));
          }}
        />
      )}
    </div>
  );
}
