// Saved queries by folder, as Azure DevOps keeps them. Pure.

export interface QueryRow {
  id: string;
  path: string;
  name: string;
  project_id: string;
}

export interface Folder {
  /** `Shared Queries/Program`; empty for queries without a folder. */
  path: string;
  queries: QueryRow[];
}

/** Folders in order of their path, shared ones first; a search keeps what has every word in its path. */
export function foldersOf(queries: readonly QueryRow[], search: string): Folder[] {
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const folders = new Map<string, QueryRow[]>();
  for (const query of queries) {
    const path = query.path.replaceAll("\\", "/");
    if (!words.every((word) => path.toLocaleLowerCase().includes(word))) continue;
    const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
    const known = folders.get(folder);
    if (known) known.push(query);
    else folders.set(folder, [query]);
  }
  return [...folders]
    .map(([path, rows]) => ({ path, queries: rows.sort((a, b) => a.name.localeCompare(b.name)) }))
    .sort((a, b) => Number(isMine(a.path)) - Number(isMine(b.path)) || a.path.localeCompare(b.path));
}

/** A query of one's own is seen by nobody else, so shared ones come first. */
function isMine(path: string): boolean {
  return /^my queries\b/i.test(path);
}
