// What lies above the plan while something lasts: my token is missing, or Azure DevOps does not answer.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { connectionsQuery, myTokensQuery } from "../app/queries";
import { useMay } from "../app/session";
import { buttonClass } from "../ui/Button";
import { Banner } from "../ui/surface";
import { moment, plural } from "../ui/time";
import { tokenWarning } from "./tokenWarning";

/** Small, and there until my own token is stored, even where the connection's token is mine. */
export function OwnTokenBanner() {
  // Who only looks has no token to store, and may not ask for any.
  const tokens = useQuery({ ...myTokensQuery, enabled: useMay("own_tokens.manage") });
  const mayEdit = useMay("action_items.edit");
  const warning = tokens.data && mayEdit ? tokenWarning(tokens.data) : null;
  if (!warning) return null;
  return (
    <Banner
      isEdge
      icon="key"
      title={warning.title}
      act={
        <Link to="/profile/credentials" className={buttonClass("plain", "small")}>
          {warning.act}
        </Link>
      }
    >
      {warning.says}
    </Banner>
  );
}

/** Connections that do not answer, or whose token is refused: planning goes on, and nothing is lost. `only` is the one in view. */
export function ConnectionBanners({ now_ms, only }: { now_ms: number; only?: string }) {
  const connections = useQuery(connectionsQuery).data ?? [];
  return connections
    .filter((one) => one.is_enabled && ["unreachable", "token_refused"].includes(one.health.state))
    .filter((one) => only === undefined || one.id === only)
    .slice(0, 2)
    .map((one) => (
      <Banner
        key={one.id}
        isEdge
        icon="cloud"
        role="status"
        title={
          one.health.state === "unreachable"
            ? `“${one.label}” has not answered since ${moment(one.health.since_us, now_ms)}.`
            : `“${one.label}” refuses the connection’s token.`
        }
        act={
          <Link to="/connections/$id" params={{ id: one.id }} className={buttonClass("plain", "small")}>
            Details
          </Link>
        }
      >
        Keep planning.{" "}
        {one.counts.waiting > 0
          ? `${plural(one.counts.waiting, "change is", "changes are")} stored here and will be written in order.`
          : "Changes are stored here and will be written in order."}
      </Banner>
    ));
}
