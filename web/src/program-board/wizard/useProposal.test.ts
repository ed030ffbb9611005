import { describe, expect, test } from "vitest";
import { PI, setUp } from "../../../dev/harbour";
import { showTeam } from "./answers";
import { taken } from "./useProposal";

const before = { name: "PI 26.4", set_up: setUp(5) };
const columns = [{ id: "c-401", name: "Sprint 37", node_ids: [401], start_on: null, finish_on: null }];
const next = {
  name: "PI 26.3",
  set_up: { ...setUp(8), pi: { ...PI, node_id: 400, name: "26.3" }, columns },
};

describe("another PI", () => {
  test("brings its iterations and leaves the teams as they were chosen", () => {
    const mine = { name: "PI 26.4", set_up: showTeam(before.set_up, "t-quay", false) };
    const after = taken(mine, before, next, { pi_node_id: 400 });
    expect(after.set_up.columns).toBe(columns);
    expect(after.set_up.pi?.name).toBe("26.3");
    expect(after.set_up.teams).toBe(mine.set_up.teams);
  });
  test("takes along no capacity of columns that are gone", () =>
    expect(taken(before, before, next, { pi_node_id: 400 }).set_up.capacity.overrides).toEqual([]));
  test("renames a board that nobody named", () => {
    expect(taken(before, before, next, { pi_node_id: 400 }).name).toBe("PI 26.3");
    expect(taken({ ...before, name: "Ours" }, before, next, { pi_node_id: 400 }).name).toBe("Ours");
  });
});

describe("other projects", () => {
  test("propose everything anew but the milestones", () => {
    const after = taken(before, before, next, { project_ids: ["p-yard"] });
    expect(after.set_up.teams).toBe(next.set_up.teams);
    expect(after.set_up.milestones).toBe(before.set_up.milestones);
  });
});
