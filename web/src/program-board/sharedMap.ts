// A map that shares with the one it was copied from all but what was changed since: a change on a board of ten thousand
// cards copies none of them. Its order is that of a `Map`; only what was removed and comes back has its old place.

/** What a copy may hold of its own; past that all of it is written out, once. */
const N_OWN_MAX = 512;

/** A map that is never written to, and what stands in its place; `undefined`: removed. */
interface Layers<K, V> {
  base: ReadonlyMap<K, V>;
  own: ReadonlyMap<K, V | undefined>;
}

export class SharedMap<K, V> implements ReadonlyMap<K, V> {
  private readonly base: ReadonlyMap<K, V>;
  private readonly own: Map<K, V | undefined>;
  size: number;
  /** What it was before it was written out, for comparing with what is older. */
  private readonly past: Layers<K, V> | null;

  private constructor(
    base: ReadonlyMap<K, V>,
    own: Map<K, V | undefined>,
    size: number,
    past: Layers<K, V> | null,
  ) {
    this.base = base;
    this.own = own;
    this.size = size;
    this.past = past;
  }

  /** A copy to write to. What it is made from must not change any more. */
  static copy<K, V>(map: ReadonlyMap<K, V>): SharedMap<K, V> {
    if (!(map instanceof SharedMap)) return new SharedMap(map, new Map(), map.size, null);
    const { base, own, size, past } = map as SharedMap<K, V>;
    if (own.size <= N_OWN_MAX) return new SharedMap(base, new Map(own), size, past);
    return new SharedMap(new Map(map as SharedMap<K, V>), new Map(), size, { base, own });
  }

  /** The keys under which two maps differ; `null`: nothing is known of how one came from the other. */
  static changed<K, V>(before: ReadonlyMap<K, V>, after: ReadonlyMap<K, V>): ReadonlySet<K> | null {
    const [a, b] = [layersOf(before), layersOf(after)];
    const past = after instanceof SharedMap ? (after as SharedMap<K, V>).past : null;
    const apart = a.base === b.base ? [] : past?.base === a.base ? [past.own] : null;
    if (apart === null) return null;
    const touched = [a.own, b.own, ...apart].flatMap((own) => [...own.keys()]);
    return new Set(touched.filter((key) => before.get(key) !== after.get(key)));
  }

  get(key: K): V | undefined {
    const own = this.own.get(key);
    return own !== undefined || this.own.has(key) ? own : this.base.get(key);
  }
  has(key: K): boolean {
    return this.own.has(key) ? this.own.get(key) !== undefined : this.base.has(key);
  }
  set(key: K, value: V): void {
    if (!this.has(key)) this.size += 1;
    this.own.set(key, value);
  }
  delete(key: K): boolean {
    if (!this.has(key)) return false;
    this.size -= 1;
    this.own.set(key, undefined);
    return true;
  }

  *[Symbol.iterator](): MapIterator<[K, V]> {
    for (const entry of this.base) {
      const value = this.own.has(entry[0]) ? this.own.get(entry[0]) : entry[1];
      if (value !== undefined) yield [entry[0], value];
    }
    for (const [key, value] of this.own) if (value !== undefined && !this.base.has(key)) yield [key, value];
  }
  entries(): MapIterator<[K, V]> {
    return this[Symbol.iterator]();
  }
  *keys(): MapIterator<K> {
    for (const [key] of this) yield key;
  }
  *values(): MapIterator<V> {
    for (const [, value] of this) yield value;
  }
  forEach(visit: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this) visit(value, key, this);
  }
}

function layersOf<K, V>(map: ReadonlyMap<K, V>): Layers<K, V> {
  return map instanceof SharedMap ? (map as unknown as Layers<K, V>) : { base: map, own: new Map() };
}
