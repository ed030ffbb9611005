import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { Suspense, lazy, useState, useSyncExternalStore } from "react";
import { sentence } from "../api/client";
import { Announcer } from "../ui/announce";
import { Button } from "../ui/Button";
import { Empty } from "../ui/surface";
import { Toasts } from "../ui/toast";
import { secretOf } from "../program-board/shared/secret";
import { ErrorBoundary } from "./ErrorBoundary";
import { newRouter } from "./routes";
import { SessionProvider, useSessionQuery } from "./session";
import style from "./shell.module.css";

const SignIn = lazy(() => import("../accounts/SignIn").then((m) => ({ default: m.SignIn })));
const SharedPage = lazy(() => import("../program-board/shared/SharedPage"));
const Setup = lazy(() => import("../accounts/Setup").then((m) => ({ default: m.Setup })));

export function App({ client }: { client: QueryClient }) {
  // Whoever has a link needs no session, and is asked for none.
  const shared = useSyncExternalStore(onHash, () => secretOf(location));
  return (
    <ErrorBoundary>
      <QueryClientProvider client={client}>
        {shared === null ? (
          <Gate />
        ) : (
          <Suspense>
            <SharedPage key={shared} secret={shared} />
          </Suspense>
        )}
        <Toasts />
        <Announcer />
      </QueryClientProvider>
    </ErrorBoundary>
  );
}

/** Another link in the same tab changes nothing but what stands behind `#`. */
function onHash(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}

/** Nothing of the plan is drawn, or asked for, before the server has said who this is. */
function Gate() {
  const session = useSessionQuery();
  const [router] = useState(newRouter);
  if (session.isPending) return null;
  if (session.data === undefined)
    return (
      <main className={style.alone}>
        <Empty
          art="broken"
          title="This server does not answer"
          acts={
            <Button look="primary" onClick={() => void session.refetch()}>
              Try again
            </Button>
          }
        >
          {sentence(session.error)}
        </Empty>
      </main>
    );
  const { phase, me } = session.data;
  if (phase === "setup")
    return (
      <Suspense>
        <Setup />
      </Suspense>
    );
  if (phase === "signed_out" || me === null)
    return (
      <Suspense>
        <SignIn session={session.data} />
      </Suspense>
    );
  return (
    <SessionProvider session={session.data} me={me} key={me.id}>
      <RouterProvider router={router} />
    </SessionProvider>
  );
}
