/**
 * Looks up an entry by a name that somebody sent. Inherited properties such as `constructor` or `__proto__` are
 * no entries.
 */
export const entryOf = <Value>(entries: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(entries, name) ? entries[name] : undefined;
