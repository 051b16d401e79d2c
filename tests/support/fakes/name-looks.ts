import { normalizeCompanyName } from '../../../core/partners/company-name.ts';
import type {
  FoundName,
  LookAlikeAlert,
  LookAlikeAlerts,
  NameLooks,
} from '../../../core/partners/look-alikes.ts';

/** @param limit how many names of a look are returned */
export function fakeNameLooks(limit = Infinity): NameLooks {
  const looks = new Map<string, Map<string, FoundName>>();
  let added = 0;
  return {
    find: async (look) => {
      const names = [...(looks.get(look)?.values() ?? [])];
      return Promise.resolve({ names: names.slice(0, limit), isComplete: names.length <= limit });
    },
    add: async (look, { partnerId, name }) => {
      const names = looks.get(look) ?? new Map<string, FoundName>();
      const key = normalizeCompanyName(name);
      added += 1;
      const addedAt = names.get(key)?.addedAt ?? new Date(added).toISOString();
      looks.set(look, names.set(key, { partnerId, name, addedAt }));
      return Promise.resolve();
    },
    remove: async (look, { partnerId, name }) => {
      const names = looks.get(look);
      const key = normalizeCompanyName(name);
      if (names?.get(key)?.partnerId === partnerId) names.delete(key);
      return Promise.resolve();
    },
  };
}

export interface FakeLookAlikeAlerts extends LookAlikeAlerts {
  readonly raised: LookAlikeAlert[];
}

export function fakeLookAlikeAlerts(): FakeLookAlikeAlerts {
  const raised: LookAlikeAlert[] = [];
  return {
    raised,
    raise: async (alert) => {
      raised.push(alert);
      return Promise.resolve();
    },
  };
}
