import { normalizeCompanyName } from '../../../core/partners/company-name.ts';
import type {
  LookAlikeAlert,
  LookAlikeAlerts,
  NamedPartner,
  NameLooks,
} from '../../../core/partners/look-alikes.ts';

export function fakeNameLooks(): NameLooks {
  const looks = new Map<string, Map<string, NamedPartner>>();
  return {
    find: async (look) => Promise.resolve([...(looks.get(look)?.values() ?? [])]),
    add: async (look, { partnerId, name }) => {
      const names = looks.get(look) ?? new Map<string, NamedPartner>();
      looks.set(look, names.set(normalizeCompanyName(name), { partnerId, name }));
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
