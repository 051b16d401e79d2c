import { type Clock, secondsAfter } from './clock.ts';

export interface TtlCacheOptions<Value> {
  readonly clock: Clock;
  /** Entries at most. When full, the oldest goes. */
  readonly limit: number;
  /** The moment up to which a value is kept; nothing for one that is not. */
  readonly until: (value: Exclude<Value, undefined>, now: Date) => Date | undefined;
  /** A part of a long key that two hardly ever share, by which it is found sooner. The whole key is compared, too. */
  readonly indexOf?: (key: string) => string;
}

/**
 * A bounded memory of loaded values, each kept until a moment that the value itself decides, if it is kept at
 * all. What is not found (`undefined`) is not remembered.
 * @param keyOf what is remembered in place of a key that is a secret
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
      // One from the future is of a clock that has jumped back since: its end would come too late.
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

/** For values without an end of their own. */
export const forSeconds =
  (seconds: number) =>
  (_value: unknown, now: Date): Date =>
    secondsAfter(now, seconds);

/** What follows from an object alone, worked out once for as long as the object lives. */
export function memoize<Source extends object, Value>(
  workOut: (source: Source) => Value,
): (source: Source) => Value {
  const known = new WeakMap<Source, Value>();
  return (source) => {
    let value = known.get(source);
    if (value === undefined) known.set(source, (value = workOut(source)));
    return value;
  };
}
