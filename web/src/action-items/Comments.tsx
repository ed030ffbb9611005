import { useState } from "react";
import type { ActionItem, CommentRow } from "../api/types";
import { Button } from "../ui/Button";
import { TextAreaField } from "../ui/Field";
import { Avatar, Skeleton } from "../ui/marks";
import { ago } from "../ui/time";
import { useDraft } from "../ui/useDraft";
import style from "./panel.module.css";
import { shownHtml } from "./richText";
import { useItemActs } from "./useItems";

const BLANK = { text: "" };

interface CommentsProps {
  item: ActionItem;
  rows: CommentRow[] | undefined;
  canEdit: boolean;
  now_ms: number;
}

/** Both sides' comments, oldest first, with who and when. */
export function Comments({ item, rows, canEdit, now_ms }: CommentsProps) {
  return (
    <section className={style.section}>
      <h3>Comments</h3>
      {rows === undefined && <Skeleton width="70%" />}
      {rows && rows.length > 0 && (
        <ul className={style.comments}>
          {rows.map((row) => (
            <li key={row.id}>
              <Avatar name={row.who} />
              <div>
                <b>{row.who}</b>
                <span className={style.as}>
                  {ago(row.at_us, now_ms)}
                  {row.where === "azure_devops" && " · in Azure DevOps"}
                  {row.state !== "settled" && ` · ${row.state}`}
                </span>
                <div className={style.rich} dangerouslySetInnerHTML={{ __html: shownHtml(row.html) }} />
              </div>
            </li>
          ))}
        </ul>
      )}
      {canEdit && <Write item={item} />}
    </section>
  );
}

function Write({ item }: { item: ActionItem }) {
  const acts = useItemActs();
  const draft = useDraft(`comment.${item.id}`, BLANK);
  const [isBusy, setBusy] = useState(false);
  const text = draft.value.text.trim();
  const send = async () => {
    if (text === "" || isBusy) return;
    setBusy(true);
    const isKept = (await acts.comment(item, text)) !== null;
    setBusy(false);
    // What was not kept stays in the box.
    if (isKept) draft.clear();
  };
  return (
    <>
      <TextAreaField
        label="Add a comment"
        rows={2}
        style={{ minHeight: 48 }}
        value={draft.value.text}
        onChange={(next) => draft.patch({ text: next })}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void send();
        }}
      />
      {text !== "" && (
        <div className={style.buttons}>
          <Button look="primary" size="small" isBusy={isBusy} onClick={() => void send()}>
            Comment
          </Button>
        </div>
      )}
    </>
  );
}
