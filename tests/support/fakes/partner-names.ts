import { normalizeCompanyName } from '../../../core/partners/company-name.ts';
import type { NameHolder, PartnerNames } from '../../../core/partners/partner-names.ts';

export interface FakePartnerNames extends PartnerNames {
  /** Normalized name → id. */
  all(): Readonly<Record<string, string>>;
}

export function fakePartnerNames(): FakePartnerNames {
  const reserved = new Map<string, NameHolder>();
  const find = (name: string): string | undefined => reserved.get(normalizeCompanyName(name))?.partnerId;
  return {
    all: () => Object.fromEntries([...reserved].map(([name, { partnerId }]) => [name, partnerId])),
    find: async (name) => Promise.resolve(find(name)),
    reserve: async (name, partnerId) => {
      if (find(name) === undefined) reserved.set(normalizeCompanyName(name), { partnerId, version: 0 });
      return Promise.resolve(find(name) ?? partnerId);
    },
    reserveForChange: async (name, { partnerId, version }, insteadOf) => {
      const present = reserved.get(normalizeCompanyName(name));
      const isOwn = present?.partnerId === partnerId && present.version < version;
      if (present === undefined || isOwn || present.partnerId === insteadOf) {
        reserved.set(normalizeCompanyName(name), { partnerId, version });
      }
      return Promise.resolve(find(name) ?? partnerId);
    },
    release: async (name, { partnerId, version }) => {
      const present = reserved.get(normalizeCompanyName(name));
      if (present?.partnerId === partnerId && present.version <= version) {
        reserved.delete(normalizeCompanyName(name));
      }
      return Promise.resolve();
    },
  };
}
