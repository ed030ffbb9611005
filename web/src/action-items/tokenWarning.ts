import type { MyToken } from "../api/types";
import { plural } from "../ui/time";

interface Warning {
  title: string;
  says: string;
  act: string;
}

/** The one line about my own tokens that matters most: held edits first, then a refused token, then a missing one. */
export function tokenWarning(tokens: readonly MyToken[]): Warning | null {
  const lacking = tokens.filter((token) => token.state !== "ok");
  const worst = [...lacking].sort((a, b) => b.held_edits - a.held_edits || rank(a) - rank(b))[0];
  if (!worst) return null;
  const act = worst.state === "none" ? "Add token" : "Replace token";
  if (worst.held_edits > 0)
    return {
      title: `${plural(worst.held_edits, "of your changes", "of your changes")} on “${worst.connection_label}” ${worst.held_edits === 1 ? "waits" : "wait"} for your token.`,
      says: "They are sent under your name once it is stored.",
      act,
    };
  if (worst.state !== "none")
    return {
      title: `Your token for “${worst.connection_label}” no longer works.`,
      says: rule(worst),
      act,
    };
  return {
    title: `You have no token of your own for “${worst.connection_label}”.`,
    says: rule(worst),
    act,
  };
}

function rule(token: MyToken): string {
  return token.without_own_token === "hold"
    ? "What you change waits here until it is stored."
    : "What you change appears in Azure DevOps under the connection’s account.";
}

function rank(token: MyToken): number {
  return token.state === "none" ? 1 : 0;
}
