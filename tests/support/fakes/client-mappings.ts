import type { ClientMapping, ClientMappings } from '../../../core/authorization/client-mapping.ts';
import { Conflict } from '../../../core/errors.ts';

export interface FakeClientMappings extends ClientMappings {
  all(): readonly ClientMapping[];
}

export function fakeClientMappings(): FakeClientMappings {
  const mappings = new Map<string, ClientMapping>();
  return {
    all: () => [...mappings.values()],
    find: async (clientId) => Promise.resolve(mappings.get(clientId)),
    activate: async (mapping) => {
      const there = mappings.get(mapping.clientId);
      if (there === undefined) mappings.set(mapping.clientId, { ...mapping, status: 'active' });
      else if (there.status !== 'active' || there.onboardingId !== mapping.onboardingId) {
        throw new Conflict({ service: 'sallyport', operation: 'ActivateMapping', detail: 'the client has been mapped and disabled before' });
      }
      return Promise.resolve();
    },
    disable: async (clientId) => {
      const mapping = mappings.get(clientId);
      if (mapping !== undefined) mappings.set(clientId, { ...mapping, status: 'disabled' });
      return Promise.resolve();
    },
    remove: async (clientId) => {
      if (mappings.get(clientId)?.status === 'disabled') mappings.delete(clientId);
      return Promise.resolve();
    },
  };
}
