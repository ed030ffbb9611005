// Fixed words for fixed things: one place, so that the same thing has the same name everywhere.
import type { ConflictRule, Role, WithoutOwnToken } from "../api/types";

export const ROLE_WORDS: Record<Role, string> = {
  company_admin: "Company admin",
  board_admin: "Board admin",
  member: "Member",
  viewer: "Viewer",
};
export const ROLE_SAYS: Record<Role, string> = {
  company_admin: "Connections, people and everything else",
  board_admin: "Decides conflicts of others, edits action items",
  member: "Edits action items, decides own conflicts",
  viewer: "Reads",
};
const FLAVOR_WORDS: Record<string, string> = {
  services: "Azure DevOps Services",
  server_2022: "Azure DevOps Server 2022",
  server_2020: "Azure DevOps Server 2020",
  server_2019: "Azure DevOps Server 2019",
  tfs_2018: "TFS 2018",
};

/** What the server calls itself; a kind we do not know is an Azure DevOps Server all the same. */
export function flavorWord(flavor: string): string {
  return FLAVOR_WORDS[flavor] ?? "Azure DevOps Server";
}
export const WITHOUT_OWN_TOKEN_WORDS: Record<WithoutOwnToken, string> = {
  hold: "Hold the edit",
  write_as_connection: "Write as the connection’s account",
};
export const CONFLICT_RULE_WORDS: Record<ConflictRule, string> = {
  ask: "Ask, after 7 days Azure DevOps’ value",
  azure_devops_wins: "Azure DevOps wins",
  lockstep_wins: "Lockstep wins",
};
