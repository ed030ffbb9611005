// One work item of the review: what changes, in whose name, what the try said, and what to do when it was stopped.
import { Link } from "@tanstack/react-router";
import { ArrowRight, RotateCw, Undo2 } from "lucide-react";
import { useState } from "react";
import { TypeIcon } from "../../action-items/marks";
import { useMe } from "../../app/session";
import { Button, IconButton, buttonClass } from "../../ui/Button";
import field from "../../ui/field.module.css";
import layout from "../../ui/layout.module.css";
import { Avatar, Pill, TeamMark } from "../../ui/marks";
import { plural } from "../../ui/time";
import type { BoardDetail } from "../list/shapes";
import { actWords, isStopped, resultWords, writerWords, type Group, type GroupBy } from "./review";
import type { ReviewItem } from "./shapes";
import style from "./publish.module.css";
import type { PublishActs } from "./usePublish";

interface Shared {
  board: BoardDetail;
  isChosen: (item: string) => boolean;
  canChange: boolean;
  isBusy: string | null;
  onTick: (item: string, isOn: boolean) => void;
  acts: PublishActs;
}

export function GroupCard({ group, by, ...shared }: Shared & { group: Group; by: GroupBy }) {
  return (
    <section aria-label={group.name}>
      <div className={style.head}>
        {by === "team" ? (
          <TeamMark name={group.name} />
        ) : (
          <Avatar name={group.name} initials={group.items[0]?.changes[0]?.by.initials} />
        )}
        <h2>{group.name}</h2>
        <span className={`${layout.faint} ${layout.small}`}>{plural(group.n_changes, "change")}</span>
        {group.n_stopped > 0 && (
          <span className={`${layout.bad} ${layout.small} ${style.stopped}`}>{group.n_stopped} stopped</span>
        )}
      </div>
      {group.items.map((item) => (
        <Row key={item.item} item={item} {...shared} />
      ))}
    </section>
  );
}

function Row({ item, board, isChosen, canChange, isBusy, onTick, acts }: Shared & { item: ReviewItem }) {
  const isBad = item.result === "refused";
  const isHeld = isStopped(item);
  const { word, tone } = resultWords(item.result);
  const name = item.number === null ? item.title : String(item.number);
  return (
    <div className={style.item} data-result={item.result} data-busy={isBusy === item.item || undefined}>
      <input
        type="checkbox"
        className={`${field.check} ${style.tick}`}
        aria-label={`Publish ${name}`}
        checked={isChosen(item.item)}
        disabled={!canChange || isHeld}
        onChange={(event) => onTick(item.item, event.target.checked)}
      />
      <span className={style.id}>
        <TypeIcon type={item.type} color={item.type_color} />
        {item.number === null ? (
          <span className={layout.faint}>new</span>
        ) : (
          <Link to="/boards/$id" params={{ id: board.id }} title={`Show ${name} on the board`}>
            {item.number}
          </Link>
        )}
      </span>
      <span className={style.title}>{item.title}</span>
      <span className={style.changes}>
        {item.changes.map((change) => (
          <span key={change.edit}>
            {actWords(change) ?? (
              <>
                {change.label} <s>{change.from ?? "none"}</s>{" "}
                <ArrowRight size={12} role="img" aria-label="becomes" /> <b>{change.to ?? "none"}</b>
              </>
            )}
          </span>
        ))}
        {item.merged && <span className={layout.faint}>{item.merged}</span>}
      </span>
      <span className={style.writer}>
        {item.writes.map((writer) => (
          <span key={writer.member_id}>{writerWords(writer)}</span>
        ))}
      </span>
      <span className={style.result}>
        <Pill tone={tone}>{word}</Pill>
        {canChange && !isBad && (
          <IconButton
            size="small"
            className={style.back}
            label={`Put ${name} back`}
            icon={<Undo2 size={14} />}
            isBusy={isBusy === item.item}
            onClick={() => acts.putBack(item)}
          />
        )}
      </span>
      {isBad && <Refused item={item} canChange={canChange} isBusy={isBusy === item.item} acts={acts} />}
      {item.result === "conflict" && item.conflict && (
        <Conflict
          item={item}
          conflict={item.conflict}
          canChange={canChange}
          mayManage={board.may_manage}
          isBusy={isBusy === item.item}
          acts={acts}
        />
      )}
      {item.result === "needs_token" && <NeedsToken item={item} />}
    </div>
  );
}

interface FixProps {
  item: ReviewItem;
  canChange: boolean;
  isBusy: boolean;
  acts: PublishActs;
}

function Refused({ item, canChange, isBusy, acts }: FixProps) {
  const [value, setValue] = useState("");
  const { fix } = item;
  return (
    <form
      className={style.fix}
      onSubmit={(event) => {
        event.preventDefault();
        if (value.trim() !== "" && !isBusy) acts.fill(item, value.trim());
      }}
    >
      <b className={style.answer}>Azure DevOps: “{item.answer ?? "It refused without a word."}”</b>
      {canChange && (
        <span className={style.fixActs}>
          {fix &&
            (fix.values ? (
              <select
                className={style.select}
                aria-label={`${fix.name} of ${item.number ?? item.title}`}
                value={value}
                onChange={(event) => setValue(event.target.value)}
              >
                <option value="">{fix.name}</option>
                {fix.values.map((one) => (
                  <option key={one}>{one}</option>
                ))}
              </select>
            ) : (
              <input
                className={style.select}
                aria-label={`${fix.name} of ${item.number ?? item.title}`}
                placeholder={fix.name}
                value={value}
                onChange={(event) => setValue(event.target.value)}
              />
            ))}
          {fix && (
            <Button
              type="submit"
              size="small"
              icon={<RotateCw size={14} />}
              isBusy={isBusy}
              disabled={value.trim() === ""}
            >
              Fill in and try again
            </Button>
          )}
          {!fix && item.url && (
            <a href={item.url} target="_blank" rel="noreferrer" className={buttonClass("plain", "small")}>
              Open in Azure DevOps
            </a>
          )}
          {!fix && (
            <Button size="small" icon={<RotateCw size={14} />} isBusy={acts.isTrying} onClick={acts.tryAgain}>
              Try again
            </Button>
          )}
          <Button
            look="ghost"
            size="small"
            icon={<Undo2 size={14} />}
            isBusy={isBusy}
            onClick={() => acts.putBack(item)}
          >
            Put back
          </Button>
          <span className={layout.faint}>Left out until then</span>
        </span>
      )}
    </form>
  );
}

function Conflict({
  item,
  conflict,
  canChange,
  mayManage,
  isBusy,
  acts,
}: FixProps & { conflict: NonNullable<ReviewItem["conflict"]>; mayManage: boolean }) {
  const me = useMe();
  const author = item.changes.find((change) => change.edit === conflict.edit)?.by;
  const mayChoose = mayManage || author?.member_id === me.id;
  return (
    <div className={style.fix}>
      <span>
        <b>{conflict.label} changed in both places.</b> Here <b>{conflict.ours ?? "none"}</b>, in Azure DevOps{" "}
        <b>{conflict.theirs ?? "none"}</b>
        {conflict.theirs_by && ` by ${conflict.theirs_by}`}. It is not published until{" "}
        {mayChoose ? "somebody chooses" : `${author?.name ?? "its author"} or a board admin chooses`}.
      </span>
      {canChange && mayChoose && (
        <span className={style.fixActs}>
          <Button size="small" isBusy={isBusy} onClick={() => acts.decide(item, "ours")}>
            Keep Lockstep’s version
          </Button>
          <Button size="small" isBusy={isBusy} onClick={() => acts.decide(item, "theirs")}>
            Take Azure DevOps’ version
          </Button>
        </span>
      )}
    </div>
  );
}

function NeedsToken({ item }: { item: ReviewItem }) {
  const me = useMe();
  const lacking = item.writes.filter((writer) => writer.with === null);
  const isMine = lacking.some((writer) => writer.member_id === me.id);
  const names = lacking.map((writer) => writer.name).join(", ");
  return (
    <div className={style.fix}>
      <span>
        <b>{isMine ? "It needs your token." : `It needs the token of ${names}.`}</b> It is written under that
        name once the token is stored, and stays unpublished until then.
      </span>
      {isMine && (
        <span className={style.fixActs}>
          <Link to="/profile/credentials" className={buttonClass("plain", "small")}>
            Add token
          </Link>
        </span>
      )}
    </div>
  );
}
