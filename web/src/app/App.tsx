import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { Suspense, lazy, useState } from "react";
import { sentence } from "../api/client";
import { Announcer } from "../ui/announce";
import { Button } from "../ui/Button";
import { Empty } from "../ui/surface";
import { Toasts } from "../ui/toast";
import { ErrorBoundary } from "./ErrorBoundary";
import { newQueryClient } from "./queries";
import { newRouter } from "./routes";
import { SessionProvider, useSessionQuery } from "./session";
import style from "./shell.module.css";

const SignIn = lazy(() => import("../accounts/SignIn").then((m) => ({ default: m.SignIn })));
const Setup = lazy(() => import("../accounts/Setup").then((m) => ({ default: m.Setup })));

export function App() {
  const [client] = useState(newQueryClient);
  return (
    <ErrorBoundary>
      <QueryClientProvider client={client}>
        <Gate />
        <Toasts />
        <Announcer />
      </QueryClientProvider>
    </ErrorBoundary>
  );
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
