// Links that show the board to people without an account: made with an end, told once, listed, ended.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sentence } from "../../api/client";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/Button";
import { CopyButton } from "../../ui/CopyButton";
import { Dialog } from "../../ui/Dialog";
import { FieldError, SelectField } from "../../ui/Field";
import { Pill, type Tone } from "../../ui/marks";
import { dateOf, day, moment, msOf, plural } from "../../ui/time";
import { useNow } from "../../ui/useNow";
import type { BoardSummary } from "../shapes";
import { endLink, linksQuery, makeLink, type ShareLink } from "./calls";
import style from "./share.module.css";

const DAYS = [1, 7, 30, 90] as const;
const USUAL = 7;

export default function ShareDialog({ board, onClose }: { board: BoardSummary; onClose: () => void }) {
  const client = useQueryClient();
  const query = linksQuery(board.id);
  const links = useQuery({ ...query, staleTime: 0 });
  const now_ms = useNow(60_000);
  const [days, setDays] = useState<string>(String(USUAL));
  const refresh = () => void client.invalidateQueries({ queryKey: query.queryKey });
  const make = useMutation({
    mutationFn: () => makeLink(board.id, Number(days)),
    onSuccess: () => {
      refresh();
      announce("Link made. Copy it now: it is shown this once.");
    },
  });
  const end = useMutation({
    mutationFn: (link: ShareLink) => endLink(board.id, link.id),
    onSuccess: (_, link) => {
      if (make.data?.link.id === link.id) make.reset();
      announce("Link ended");
    },
    onSettled: refresh,
  });
  const url = make.data ? new URL(make.data.path, location.origin).href : null;
  const error = make.error ?? end.error ?? links.error;
  return (
    <Dialog
      title="Share by link"
      says="Whoever has the link sees this board as it is at that moment, without an account, and changes nothing."
      isOpen
      onClose={onClose}
      width="medium"
    >
      <form
        className={style.make}
        onSubmit={(event) => {
          event.preventDefault();
          if (!make.isPending) make.mutate();
        }}
      >
        <SelectField label="It ends by itself after" value={days} onChange={setDays}>
          {DAYS.map((n) => (
            <option key={n} value={n}>
              {plural(n, "day")}
            </option>
          ))}
        </SelectField>
        <Button look="primary" type="submit" isBusy={make.isPending}>
          Make a link
        </Button>
      </form>
      {url !== null && (
        <div className={style.made}>
          <label>
            <span>The new link. It is shown this once.</span>
            <input
              readOnly
              value={url}
              spellCheck={false}
              onFocus={(event) => event.currentTarget.select()}
            />
          </label>
          <CopyButton text={url} noun="link" />
        </div>
      )}
      {error && <FieldError>{sentence(error)}</FieldError>}
      <section className={style.links} aria-label="Links to this board">
        {links.data?.length === 0 && <p className={style.none}>No link shows this board.</p>}
        {links.data && links.data.length > 0 && (
          <ul>
            {links.data.map((link) => (
              <li key={link.id}>
                <span>
                  <Pill tone={TONES[link.state]}>{WORDS[link.state]}</Pill>
                </span>
                <span>
                  <b>{endWords(link, now_ms)}</b>
                  <small>
                    made by {link.made_by}, {moment(link.made_us, now_ms)}
                  </small>
                </span>
                {(link.state === "open" || link.state === "maker_may_not") && (
                  <Button
                    size="small"
                    aria-label={`End the link made by ${link.made_by}, ${moment(link.made_us, now_ms)}`}
                    disabled={end.isPending}
                    onClick={() => end.mutate(link)}
                  >
                    End
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </section>
      <p className={style.says}>
        The page shows cards with their assignees, loads and dependencies. It shows no sync state, nobody who
        is here, and nothing of Azure DevOps’ address. Links end with their time, when somebody ends them, and
        when whoever made one manages boards no more.
      </p>
    </Dialog>
  );
}

const WORDS: Record<ShareLink["state"], string> = {
  open: "open",
  expired: "expired",
  ended: "ended",
  maker_may_not: "asleep",
};
const TONES: Record<ShareLink["state"], Tone> = {
  open: "ok",
  expired: "plain",
  ended: "plain",
  maker_may_not: "warn",
};

function endWords(link: ShareLink, now_ms: number): string {
  const on = day(dateOf(msOf(link.expires_us)), now_ms);
  switch (link.state) {
    case "open":
      return `Ends ${on}`;
    case "expired":
      return `Ended ${on}`;
    case "ended":
      return "Ended by hand";
    case "maker_may_not":
      return "Its maker manages boards no more";
  }
}
