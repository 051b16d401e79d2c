import { type Clock, secondsAfter } from './clock.ts';

/** The settings of a cache. */
export interface TtlCacheOptions<Value> {
  readonly clock: Clock;
  /** The maximum number of entries. When the cache is full, the oldest entry is removed. */
  readonly limit: number;
  /** The moment up to which a value is cached; undefined for a value that must not be cached. */
  readonly until: (value: Exclude<Value, undefined>, now: Date) => Date | undefined;
  /**
   * Returns a part of a long key that two keys hardly ever share, for a faster look-up. The whole key is
   * compared, too.
   */
  readonly indexOf?: (key: string) => string;
}

/**
 * Creates a bounded cache of loaded values. Each value is cached until a moment that depends on the value, if
 * it is cached at all. A value that is not found (`undefined`) is not cached.
 * @param keyOf returns what is stored in place of a key that is a secret
 */
export function ttlCache<Value>(
  { clock, limit, until, indexOf = (key) => key }: TtlCacheOptions<Value>,
  load: (key: string) => Promise<Value>,
  keyOf: (key: string) => string = (key) => key,
): (key: string) => Promise<Value> {
  const entries = new Map<
    string,
    { readonly key: string; readonly value: Value; readonly since: number; readonly until: number }
  >();
  return async (given) => {
    const key = keyOf(given);
    const index = indexOf(key);
    const now = clock.now();
    const time = now.getTime();
    const entry = entries.get(index);
    if (entry?.key === key) {
      // An entry from the future comes from a clock that was set back since then. It would be cached for too
      // long.
      if (entry.since <= time && time < entry.until) return entry.value;
      entries.delete(index);
    }
    const value = await load(given);
    const end = isFound(value) ? until(value, now) : undefined;
    if (end === undefined) return value;
    if (entries.size >= limit) entries.delete(entries.keys().next().value ?? index);
    entries.set(index, { key, value, since: time, until: end.getTime() });
    return value;
  };
}

const isFound = <Value>(value: Value): value is Exclude<Value, undefined> => value !== undefined;

/** Caches every value for the same number of seconds. */
export const forSeconds =
  (seconds: number) =>
  (_value: unknown, now: Date): Date =>
    secondsAfter(now, seconds);

/** Memoizes a function of an object. The value is computed once, and kept for as long as the object lives. */
export function memoize<Source extends object, Value>(
  compute: (source: Source) => Value,
): (source: Source) => Value {
  const known = new WeakMap<Source, Value>();
  return (source) => {
    let value = known.get(source);
    if (value === undefined) known.set(source, (value = compute(source)));
    return value;
  };
}
