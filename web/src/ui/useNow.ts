import { useEffect, useState } from "react";

/** The present, renewed every `every_ms`, for words like "12 s ago". */
export function useNow(every_ms = 1_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every_ms);
    return () => clearInterval(timer);
  }, [every_ms]);
  return now;
}
