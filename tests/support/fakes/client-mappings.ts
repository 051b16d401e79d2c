import type { ClientMappings } from '../../../core/clients/client-mapping.ts';
import { transition } from '../../../core/lifecycle/change.ts';
import { Conflict } from '../../../core/errors.ts';
import { fakeClients, type FakeManagedRecords } from './contract-records.ts';
import type { ClientMapping } from '../../../core/clients/client-mapping.ts';

export interface FakeClientMappings extends ClientMappings {
  readonly clients: FakeManagedRecords<ClientMapping>;
}

export function fakeClientMappings(): FakeClientMappings {
  const clients = fakeClients();
  return {
    clients,
    find: (clientId) => clients.find(clientId),
    activate: async (mapping) => {
      if (await clients.create(mapping)) return;
      const there = await clients.find(mapping.clientId);
      if (there?.status !== 'active' || there.onboardingId !== mapping.onboardingId) {
        throw new Conflict({
          service: 'sallyport',
          operation: 'ActivateMapping',
          detail: 'the client has been mapped before, and not for this onboarding, or is no longer active',
        });
      }
    },
    end: async (clientId, change) => {
      const mapping = await clients.find(clientId);
      const ended = mapping && transition(mapping, 'ended', change);
      if (ended?.outcome === 'changed') clients.has(ended.record);
    },
    remove: async (clientId) => {
      if ((await clients.find(clientId))?.status === 'ended') clients.remove(clientId);
    },
  };
}
