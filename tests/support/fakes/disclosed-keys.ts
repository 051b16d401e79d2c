import type { DisclosedKeys } from '../../../core/trust/disclosed-keys.ts';

/** Creates a store of disclosed keys that has none yet. */
export function fakeDisclosedKeys(): DisclosedKeys {
  const refused = new Set<string>();
  return {
    add: (keys, partnerId) => {
      for (const { thumbprint, isProven } of keys) refused.add(`${thumbprint} ${isProven ? '*' : partnerId}`);
      return Promise.resolve();
    },
    among: (thumbprints, partnerId) =>
      Promise.resolve(
        new Set(
          thumbprints.filter((each) => refused.has(`${each} *`) || refused.has(`${each} ${partnerId}`)),
        ),
      ),
  };
}
