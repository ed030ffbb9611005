import { expect, test } from "vitest";
import { SharedMap } from "./sharedMap";

const plain = new Map([
  ["a", 1],
  ["b", 2],
  ["c", 3],
]);

test("a copy is written to, and what it was made from stays as it was", () => {
  const copy = SharedMap.copy(plain);
  copy.set("b", 20);
  copy.set("d", 4);
  copy.delete("a");
  expect([...copy]).toEqual([
    ["b", 20],
    ["c", 3],
    ["d", 4],
  ]);
  expect([copy.size, copy.has("a"), copy.get("a"), copy.get("d")]).toEqual([3, false, undefined, 4]);
  expect([...plain.values()]).toEqual([1, 2, 3]);
});

test("a copy of a copy shares nothing that is written later", () => {
  const first = SharedMap.copy(plain);
  const second = SharedMap.copy(first);
  second.set("a", 10);
  expect([first.get("a"), second.get("a")]).toEqual([1, 10]);
});

test("what was removed and comes back counts once", () => {
  const copy = SharedMap.copy(plain);
  expect([copy.delete("a"), copy.delete("a")]).toEqual([true, false]);
  copy.set("a", 1);
  expect([copy.size, [...copy.keys()]]).toEqual([3, ["a", "b", "c"]]);
});

test("two copies of one map tell where they differ", () => {
  const [one, other] = [SharedMap.copy(plain), SharedMap.copy(plain)];
  one.set("a", 10);
  one.set("b", 20);
  other.set("b", 20);
  other.delete("c");
  expect(SharedMap.changed(one, other)).toEqual(new Set(["a", "c"]));
  expect(SharedMap.changed(plain, one)).toEqual(new Set(["a", "b"]));
  expect(SharedMap.changed(one, new Map(one))).toBeNull();
});

test("however often it is changed, it holds what a map would, and knows what the last change was", () => {
  const map = new Map(Array.from({ length: 2_000 }, (_, i) => [i, 0]));
  let shared: ReadonlyMap<number, number> = new Map(map);
  for (let n = 1; n <= 1_500; n += 1) {
    const copy = SharedMap.copy(shared);
    copy.set((n * 7) % 2_000, n);
    map.set((n * 7) % 2_000, n);
    // The last one may be a copy of a copy, as what is shown is of what is confirmed.
    const next = n % 2 === 0 ? copy : SharedMap.copy(copy);
    expect(SharedMap.changed(shared, next)).toEqual(new Set([(n * 7) % 2_000]));
    shared = next;
  }
  expect([...shared]).toEqual([...map]);
});
