import react from "@vitejs/plugin-react";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { boardHtml, isOfBoard } from "./dev/board-html.ts";

// `npm run dev` talks to a server on LOCKSTEP_SERVER (default: its usual address).
// `LOCKSTEP_MOCK=1 npm run dev` answers from memory instead, for work on pages without a server.
const server = process.env["LOCKSTEP_SERVER"] ?? "http://127.0.0.1:8484";

export default defineConfig(async ({ command }): Promise<ViteUserConfig> => {
  const isMocked = command === "serve" && process.env["LOCKSTEP_MOCK"] === "1";
  const plugins = [react(), boardHtml(), ...(isMocked ? [(await import("./dev/mock.ts")).mock()] : [])];
  return {
    plugins,
    build: {
      target: "es2022",
      // The server's content policy allows files from itself only: nothing is inlined as data.
      assetsInlineLimit: 0,
      rolldownOptions: {
        output: {
          codeSplitting: {
            groups: [
              // What every page begins with comes in one piece, not in thirty.
              { name: "start", tags: ["$initial"] },
              // The board itself, too, for whatever page shows one.
              { name: (id, modules) => (isOfBoard(id, modules) ? "board" : null) },
              // What several pages share, by who shares it; crumbs go along with their neighbours.
              { name: "shared", minShareCount: 2, entriesAware: true, entriesAwareMergeThreshold: 3_000 },
            ],
          },
        },
      },
    },
    server: isMocked ? {} : { proxy: { "/api": { target: server } } },
    test: {
      // Pure rules need no page; tests of components ask for one in their first line.
      environment: "node",
      include: ["src/**/*.test.{ts,tsx}"],
      restoreMocks: true,
      // A bound for what hangs: a test that passes takes as long as it takes.
      testTimeout: 30_000,
      setupFiles: ["./dev/test-setup.ts"],
    },
  };
});
