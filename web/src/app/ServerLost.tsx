import { useQueryClient } from "@tanstack/react-query";
import { useLive } from "../live/live";
import { Button } from "../ui/Button";
import { Banner } from "../ui/surface";
import { clock } from "../ui/time";
import { useNow } from "../ui/useNow";

/** While this page has no link to its server: how old is what it shows, and when it tries again. */
export function ServerLost() {
  const live = useLive();
  return live.phase === "lost" ? <Lost heard_ms={live.heard_ms} retry_ms={live.retry_ms} /> : null;
}

function Lost({ heard_ms, retry_ms }: { heard_ms: number; retry_ms: number | null }) {
  const client = useQueryClient();
  const now = useNow();
  const wait_s = retry_ms === null ? 0 : Math.max(0, Math.ceil((retry_ms - now) / 1000));
  return (
    <Banner
      tone="bad"
      isEdge
      role="alert"
      title="This page lost its live link to the server."
      act={
        <Button size="small" onClick={() => void client.invalidateQueries()}>
          Try now
        </Button>
      }
    >
      What you see is from {clock(heard_ms)}. Nothing can be changed until it is back.{" "}
      <span aria-hidden>{wait_s > 0 ? `Trying again in ${wait_s} s.` : "Trying again."}</span>
    </Banner>
  );
}
