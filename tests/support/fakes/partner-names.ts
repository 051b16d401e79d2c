import { normalizeCompanyName } from '../../../core/partners/company-name.ts';
import type { PartnerNames } from '../../../core/partners/partner-names.ts';

export interface FakePartnerNames extends PartnerNames {
  /** Normalized name → id. */
  all(): Readonly<Record<string, string>>;
}

export function fakePartnerNames(): FakePartnerNames {
  const reserved = new Map<string, string>();
  return {
    all: () => Object.fromEntries(reserved),
    find: async (name) => Promise.resolve(reserved.get(normalizeCompanyName(name))),
    reserve: async (name, partnerId) => {
      const key = normalizeCompanyName(name);
      const id = reserved.get(key) ?? partnerId;
      reserved.set(key, id);
      return Promise.resolve(id);
    },
  };
}
