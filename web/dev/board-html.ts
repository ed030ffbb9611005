// `board.html`: the page with everything that a board begins with named in its head, so that the browser asks for all of it at
// once and not for one thing after the other. The server gives it for the address of a board, with the board's id filled in.
import type { Plugin } from "vite";

const FIRST = /\/program-board\/BoardPage\.tsx$/;
const OURS = /\/src\/program-board\//;
/** What the server puts the board's id in place of. */
const ID = "{board}";
/** Answers that the page asks for first. */
const ANSWERS = ["/api/session", `/api/boards/${ID}/snapshot`];

interface Modules {
  getModuleInfo(id: string): { importers: string[] } | null;
}

/** Whether a module is one of the board's own that its page begins with, and not one that is loaded later. */
export function isOfBoard(id: string, modules: Modules, asked = new Set<string>()): boolean {
  if (FIRST.test(id)) return true;
  if (!OURS.test(id) || asked.has(id)) return false;
  asked.add(id);
  return modules.getModuleInfo(id)?.importers.some((by) => isOfBoard(by, modules, asked)) ?? false;
}

export function boardHtml(): Plugin {
  return {
    name: "board-html",
    enforce: "post",
    apply: "build",
    generateBundle(_options, bundle) {
      const index = bundle["index.html"];
      const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
      const first = chunks.find((chunk) => chunk.moduleIds.some((id) => FIRST.test(id)));
      if (index?.type !== "asset" || !first)
        throw new Error("index.html or the page of a board was not built");
      const page = String(index.source);
      const scripts = new Set<string>();
      const styles = new Set<string>();
      const visit = (name: string) => {
        const chunk = bundle[name];
        if (chunk?.type !== "chunk" || scripts.has(name)) return;
        scripts.add(name);
        chunk.viteMetadata?.importedCss.forEach((css) => styles.add(css));
        chunk.imports.forEach(visit);
      };
      visit(first.fileName);
      const isNew = (name: string) => !page.includes(`/${name}"`);
      const links = [
        ...ANSWERS.map((address) => `<link rel="preload" as="fetch" crossorigin href="${address}" />`),
        ...[...styles].filter(isNew).map((name) => `<link rel="stylesheet" crossorigin href="/${name}" />`),
        ...[...scripts]
          .filter(isNew)
          .map((name) => `<link rel="modulepreload" crossorigin href="/${name}" />`),
      ];
      this.emitFile({
        type: "asset",
        fileName: "board.html",
        source: page.replace("</head>", `${links.map((link) => `  ${link}\n  `).join("")}</head>`),
      });
    },
  };
}
