import type { DisclosedKeys } from '../../../core/trust/disclosed-keys.ts';

/**
 * Creates a store of disclosed keys that has none yet.
 * @param now the time at which keys are added
 */
export function fakeDisclosedKeys(now: () => Date = () => new Date('2026-11-20T10:00:00Z')): DisclosedKeys {
  const told = new Set<string>();
  const times = new Map<string, string>();
  return {
    add: (thumbprints) => {
      for (const each of thumbprints) times.set(each, times.get(each) ?? now().toISOString());
      return Promise.resolve();
    },
    among: (thumbprints) =>
      Promise.resolve(
        new Map(
          thumbprints.flatMap((each) => {
            const time = times.get(each);
            return time === undefined ? [] : [[each, time] as const];
          }),
        ),
      ),
    isTold: (thumbprint, clientId) => Promise.resolve(told.has(`${thumbprint} ${clientId}`)),
    setTold: (thumbprint, clientId) => {
      told.add(`${thumbprint} ${clientId}`);
      return Promise.resolve();
    },
  };
}
