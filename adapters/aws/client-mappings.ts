/** Creates the store of client mappings, the records that tie an app client to its contract and partner. */
import type { ClientMappings } from '../../core/clients/client-mapping.ts';
import { transition } from '../../core/lifecycle/change.ts';
import { Conflict } from '../../core/errors.ts';
import { clientRecords } from './contract-records.ts';
import { createManagedRecords } from './managed-records.ts';
import type { Table } from './table.ts';

export function createClientMappings(table: Table): ClientMappings {
  const clients = createManagedRecords(table, clientRecords);
  const end: ClientMappings['end'] = async (clientId, change) => {
    const existing = await clients.find(clientId);
    if (existing === undefined) return;
    const ended = transition(existing, 'ended', change);
    // If another writer has changed the record in the meantime, read it and try again.
    if (ended.outcome === 'changed' && !(await clients.replace(ended.record))) await end(clientId, change);
  };
  return {
    find: (clientId) => clients.find(clientId),
    end,
    activate: async (mapping) => {
      if (await clients.create(mapping)) return;
      const existing = await clients.find(mapping.clientId);
      if (existing?.status === 'active' && existing.onboardingId === mapping.onboardingId) return;
      throw new Conflict({
        service: 'sallyport',
        operation: 'ActivateMapping',
        detail: 'the client has been mapped before, and not for this onboarding, or is no longer active',
      });
    },
    remove: async (clientId) => {
      await table.delete(clientRecords.keyOf(clientId), 'attribute_not_exists(pk) OR #status = :ended', {
        ended: 'ended',
      });
    },
  };
}
