import { describe, expect, test } from "vitest";
import { CHOICES } from "../../../dev/harbour";
import { foldersOf } from "./queryTree";

const paths = (search: string) => foldersOf(CHOICES.queries, search).map((folder) => folder.path);

describe("saved queries by folder", () => {
  test("shared folders come first, one's own last", () =>
    expect(paths("")).toEqual([
      "Shared Queries",
      "Shared Queries/Program",
      "Shared Queries/Quay",
      "My Queries",
    ]));
  test("a folder's queries are in order of their name", () =>
    expect(foldersOf(CHOICES.queries, "")[1]?.queries.map((query) => query.id)).toEqual(["q2", "q1"]));
  test("a search looks for every word, in the folder too", () => {
    expect(paths("program 26.4")).toEqual(["Shared Queries/Program"]);
    expect(paths("QUAY bugs")).toEqual(["Shared Queries/Quay"]);
    expect(paths("nothing like it")).toEqual([]);
  });
  test("a query without a folder has an empty one", () =>
    expect(foldersOf([{ id: "q", path: "Alone", name: "Alone", project_id: "p" }], "")[0]?.path).toBe(""));
  test("backslashes part folders as well", () =>
    expect(foldersOf([{ id: "q", path: "A\\B", name: "B", project_id: "p" }], "")[0]?.path).toBe("A"));
});
