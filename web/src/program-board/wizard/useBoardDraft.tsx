// The answers of a board that is being made: kept until the tab closes, and told when they are those of before.
import { useState, type ReactNode } from "react";
import { Button } from "../../ui/Button";
import { Banner } from "../../ui/surface";
import { useDraft } from "../../ui/useDraft";

/** The draft, and what to show above it. `anew` names the way back to `initial`. */
export function useBoardDraft<T extends object>(key: string, initial: T, anew: string) {
  const draft = useDraft(key, initial);
  const [isRestored, setRestored] = useState(() => JSON.stringify(draft.value) !== JSON.stringify(initial));
  const banner: ReactNode = isRestored && (
    <Banner
      tone="info"
      title="These are the answers you changed before."
      act={
        <Button
          size="small"
          onClick={() => {
            draft.clear();
            setRestored(false);
          }}
        >
          {anew}
        </Button>
      }
    >
      They are kept until this tab closes.
    </Banner>
  );
  return { ...draft, banner };
}
