// The preview of a set-up, asked for once typing pauses. Until the next one is there the last is kept, as old.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { askPreview } from "../list/calls";
import type { Preview, SetUp } from "../list/shapes";
import { useLater } from "./useLater";

const PAUSE_MS = 350;

export interface Previewed {
  preview: Preview | null;
  /** When it was asked for, ms. */
  at_ms: number;
  isOld: boolean;
  error: Error | null;
  retry: () => void;
}

export function usePreview(connection_id: string, set_up: SetUp, isWanted = true): Previewed {
  const asked = useLater(set_up, PAUSE_MS);
  const [last, setLast] = useState<{ preview: Preview; at_ms: number } | null>(null);
  const answer = useQuery({
    queryKey: ["board-preview", connection_id, asked],
    queryFn: () => askPreview(connection_id, asked),
    enabled: isWanted,
    retry: false,
    staleTime: 60_000,
    gcTime: 60_000,
    refetchOnWindowFocus: false,
  });
  // Kept during drawing, so that there is no picture without it.
  if (answer.data && answer.data !== last?.preview)
    setLast({ preview: answer.data, at_ms: answer.dataUpdatedAt });
  const isOld = asked !== set_up || answer.isFetching || answer.isError;
  return {
    preview: answer.data ?? last?.preview ?? null,
    at_ms: answer.data ? answer.dataUpdatedAt : (last?.at_ms ?? 0),
    isOld,
    error: answer.error,
    retry: () => void answer.refetch(),
  };
}
