// Who is signed in, and what they may do. Only drawn below the gate, so `useMe` always has somebody.
import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useRef, type ReactNode } from "react";
import type { Me, Session } from "../api/types";
import { openLive, useIsLost } from "../live/live";
import { whenDrawn } from "./drawn";
import { sessionQuery } from "./queries";
import { applyTheme } from "./theme";

interface SignedIn {
  session: Session;
  me: Me;
}
const Context = createContext<SignedIn | null>(null);

export function SessionProvider({ session, me, children }: SignedIn & { children: ReactNode }) {
  const client = useQueryClient();
  useEffect(() => applyTheme(me.theme), [me.theme]);
  const after = useRef(session.company?.change ?? null);
  useEffect(() => {
    let close: (() => void) | null = () => undefined;
    void whenDrawn().then(() => {
      if (close === null) return;
      const refresh = (keys: string[]) =>
        keys.forEach((key) => void client.invalidateQueries({ queryKey: [key] }));
      close = openLive(refresh, after.current);
    });
    return () => {
      close?.();
      close = null;
    };
  }, [client, me.id]);
  return <Context value={{ session, me }}>{children}</Context>;
}

export function useSession(): SignedIn {
  const signedIn = useContext(Context);
  if (signedIn === null) throw new Error("useSession outside of a signed-in page");
  return signedIn;
}

export function useMe(): Me {
  return useSession().me;
}

export function useMay(act: string): boolean {
  return useMe().may.includes(act);
}

/** May this person change action items, and can a change reach the server at all? */
export function useCanEdit(): boolean {
  const may = useMay("action_items.edit");
  return !useIsLost() && may;
}

export function useSessionQuery() {
  return useQuery(sessionQuery);
}

/** Another person, or nobody: what the one before saw is forgotten. */
export function enterSession(client: QueryClient, session: Session): void {
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
  client.setQueryData(sessionQuery.queryKey, session);
}
