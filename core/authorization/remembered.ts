import { type Clock, secondsAfter } from '../clock.ts';

/**
 * A bounded memory of loaded values, each kept until a moment that the value itself decides. What is not
 * found (`undefined`) is not remembered. When full, the oldest entry goes.
 */
export function remembered<Value>(
  { clock, limit, until }: { readonly clock: Clock; readonly limit: number; readonly until: (value: Value, now: Date) => Date },
  load: (key: string) => Promise<Value | undefined>,
  keyOf: (key: string) => string = (key) => key,
): (key: string) => Promise<Value | undefined> {
  const entries = new Map<string, { readonly value: Value; readonly since: Date; readonly until: Date }>();
  return async (given) => {
    const key = keyOf(given);
    const now = clock.now();
    const entry = entries.get(key);
    // One from the future is of a clock that has jumped back since: its end would come too late.
    if (entry !== undefined && entry.since <= now && now < entry.until) return entry.value;
    entries.delete(key);
    const value = await load(given);
    if (value === undefined) return undefined;
    if (entries.size >= limit) entries.delete(entries.keys().next().value ?? key);
    entries.set(key, { value, since: now, until: until(value, now) });
    return value;
  };
}

/** For values without an end of their own. */
export const forSeconds = (seconds: number) => (_value: unknown, now: Date): Date => secondsAfter(now, seconds);
