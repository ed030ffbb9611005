import { Component, type ReactNode } from "react";
import { Button } from "../ui/Button";
import { Empty } from "../ui/surface";
import style from "./shell.module.css";

/** The last net: a page that broke says so and can be loaded again. Nothing typed on the server's side is lost by it. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { hasBroken: boolean }> {
  override state = { hasBroken: false };

  static getDerivedStateFromError() {
    return { hasBroken: true };
  }

  override render() {
    return this.state.hasBroken ? <Broken /> : this.props.children;
  }
}

export function Broken() {
  return (
    <main className={style.alone}>
      <Empty
        art="broken"
        title="This page broke"
        acts={
          <Button look="primary" onClick={() => location.reload()}>
            Reload
          </Button>
        }
      >
        What was saved is safe on the server. Reload the page; if it breaks again, tell whoever runs this
        server.
      </Empty>
    </main>
  );
}
