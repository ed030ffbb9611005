import { useEffect, useState } from "react";

/** A form's unsaved text, kept until the tab closes. Never for tokens or passwords. */
export function useDraft<T extends object>(name: string, initial: T) {
  const key = `lockstep.draft.${name}`;
  const [value, setValue] = useState<T>(() => ({ ...initial, ...read(key) }));
  useEffect(() => {
    if (JSON.stringify(value) === JSON.stringify(initial)) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(value));
  }, [key, value, initial]);
  const patch = (changes: Partial<T>) => setValue((old) => ({ ...old, ...changes }));
  const clear = () => {
    sessionStorage.removeItem(key);
    setValue(initial);
  };
  return { value, patch, clear };
}

function read(key: string): object {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(key) ?? "{}");
    return typeof stored === "object" && stored !== null ? stored : {};
  } catch {
    return {};
  }
}
