import { useEffect, useState } from "react";

/** `value` once it has stayed the same for `wait_ms`. */
export function useLater<T>(value: T, wait_ms: number): T {
  const [later, setLater] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLater(value), wait_ms);
    return () => clearTimeout(timer);
  }, [value, wait_ms]);
  return later;
}
