// The pages of one board, in the order of its tabs.

export const BOARD_PAGES = [
  { key: "board", label: "Program board", to: "/boards/$id" },
  { key: "lens", label: "Lens", to: "/boards/$id/lens" },
  { key: "timeline", label: "Timeline", to: "/boards/$id/timeline" },
] as const;

/** `publish` and `settings` belong to the board and have no tab of their own. */
export type BoardPage = (typeof BOARD_PAGES)[number]["key"] | "publish" | "settings";
