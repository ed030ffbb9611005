import { useQuery } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { useState } from "react";
import { api, ask, sentence } from "../api/client";
import type { ActionItem } from "../api/types";
import { Page } from "../app/Page";
import { useCanEdit } from "../app/session";
import { Button } from "../ui/Button";
import layout from "../ui/layout.module.css";
import { Skeleton } from "../ui/marks";
import { Card, Empty } from "../ui/surface";
import { dateOf, day, moment, msOf } from "../ui/time";
import { toast } from "../ui/toast";
import { useNow } from "../ui/useNow";
import style from "./bin.module.css";
import { WorkItemMark } from "./marks";
import { useItemActs } from "./useItems";

/** Deleted action items, for 30 days. */
export function BinPage() {
  const bin = useQuery({
    queryKey: ["action-items", "bin"],
    queryFn: () => ask(api.GET("/api/action-items", { params: { query: { bin: true } } })),
  });
  const acts = useItemActs();
  const canEdit = useCanEdit();
  const now_ms = useNow(60_000);
  const [busy, setBusy] = useState<readonly string[]>([]);
  const restore = async (items: readonly ActionItem[]) => {
    setBusy(items.map((item) => item.id));
    const restored = await Promise.all(items.map((item) => acts.restore(item)));
    setBusy([]);
    const n = restored.filter((item) => item !== null).length;
    if (n > 0) toast(n === 1 ? `“${restored.find(Boolean)?.title}” is back` : `${n} action items are back`);
  };
  const items = [...(bin.data?.items ?? [])].sort(
    (a, b) => (b.deleted?.at_us ?? 0) - (a.deleted?.at_us ?? 0),
  );
  return (
    <Page title="Bin" trail={[{ label: "Action items", to: "/action-items" }]}>
      <div className={`${layout.page} ${layout.narrow}`}>
        <div className={layout.pageHead}>
          <div>
            <h1>Bin</h1>
            <p>
              Deleted action items stay here for 30 days. Restored in Azure DevOps, they come back by
              themselves.
            </p>
          </div>
          {canEdit && items.length > 1 && (
            <Button icon={<Undo2 size={16} />} isBusy={busy.length > 0} onClick={() => void restore(items)}>
              Restore all {items.length}
            </Button>
          )}
        </div>
        {bin.isPending ? (
          <Skeleton height={120} />
        ) : bin.isError ? (
          <Empty
            art="broken"
            title="The bin could not be read"
            acts={
              <Button look="primary" onClick={() => void bin.refetch()}>
                Try again
              </Button>
            }
          >
            {sentence(bin.error)}
          </Empty>
        ) : items.length === 0 ? (
          <Empty art="bin" title="The bin is empty" />
        ) : (
          <Card isFlush>
            <ul className={style.rows}>
              {items.map((item) => (
                <li key={item.id}>
                  <div className={layout.grow}>
                    <b>{item.title}</b>
                    <p>
                      Deleted {item.deleted?.where === "azure_devops" ? "in Azure DevOps" : "here"} by{" "}
                      {item.deleted?.by}, {item.deleted && moment(item.deleted.at_us, now_ms)}. Until{" "}
                      {item.deleted && day(dateOf(msOf(item.deleted.until_us)), now_ms)}.
                    </p>
                  </div>
                  {item.work_item && <WorkItemMark item={item.work_item} isLink />}
                  {canEdit && (
                    <Button size="small" isBusy={busy.includes(item.id)} onClick={() => void restore([item])}>
                      Restore
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          </Card>
        )}
      </div>
    </Page>
  );
}
