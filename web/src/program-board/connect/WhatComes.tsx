// What publishing would create, and what does not go along.
import { TriangleAlert } from "lucide-react";
import layout from "../../ui/layout.module.css";
import { Skeleton } from "../../ui/marks";
import { Card } from "../../ui/surface";
import { count, plural } from "../../ui/time";
import type { ConnectPreview } from "../list/shapes";
import style from "./connect.module.css";

interface ComesProps {
  preview: ConnectPreview | null;
  /** Work items that are there already and come onto the board too. */
  n_there: number | null;
  /** Why there is nothing to tell. */
  lacks: string | null;
  isOld: boolean;
}

export function WhatComes({ preview, n_there, lacks, isOld }: ComesProps) {
  return (
    <Card
      title="What publishing will create"
      isFlush
      acts={
        preview && (
          <span className={`${layout.small} ${layout.muted} ${layout.num}`} role="status">
            {isOld ? "Asking again…" : countWords(preview)}
          </span>
        )
      }
    >
      {lacks !== null ? (
        <p className={`${style.said} ${layout.muted}`} role="status">
          {lacks}
        </p>
      ) : preview === null ? (
        <div className={style.said}>
          <Skeleton height={120} />
        </div>
      ) : (
        <ul className={style.comes} data-old={isOld || undefined}>
          {preview.types.map((one) => (
            <li key={`${one.from} ${one.to}`}>
              <b>{one.to}</b> <span className={layout.num}>{count(one.n)}</span>
              {one.from !== one.to && <span className={layout.faint}> from {one.from}</span>}
              {one.samples.map((sample) => (
                <small key={sample.title}>
                  {sample.title}
                  <span>
                    {sample.area} · {sample.iteration}
                  </span>
                </small>
              ))}
            </li>
          ))}
          {preview.n_items === 0 && <li className={layout.muted}>The board has no cards yet.</li>}
          {preview.states.map((one) => (
            <li key={`${one.type} ${one.from}`}>
              {one.type}: {plural(one.n, "card")} then {one.n === 1 ? "goes" : "go"} to <b>{one.to}</b>
              {one.from !== one.to && <span className={layout.faint}> for {one.from}</span>}
            </li>
          ))}
          {preview.doubts.map((one) => (
            <li key={`${one.what} ${one.why}`} className={style.doubt}>
              <TriangleAlert size={14} aria-hidden />
              <span>
                <b>{one.what}</b> <span className={layout.num}>({plural(one.n, "card")})</span>
                <small>{one.why}</small>
              </span>
            </li>
          ))}
          {n_there !== null && n_there > 0 && (
            <li className={layout.muted}>
              {plural(n_there, "work item is", "work items are")} in these teams and iterations already and{" "}
              {n_there === 1 ? "comes" : "come"} onto the board too.
            </li>
          )}
        </ul>
      )}
    </Card>
  );
}

function countWords({ n_items, n_links, n_comments }: ConnectPreview): string {
  return [
    `${count(n_items)} ${n_items === 1 ? "work item" : "work items"}`,
    n_links > 0 && plural(n_links, "dependency", "dependencies"),
    n_comments > 0 && plural(n_comments, "comment"),
  ]
    .filter(Boolean)
    .join(" · ");
}
