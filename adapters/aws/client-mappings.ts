import type { ClientMapping, ClientMappings } from '../../core/authorization/client-mapping.ts';
import { Conflict } from '../../core/errors.ts';
import type { Key, Table } from './table.ts';

const mappingKey = (clientId: string): Key => ({ pk: `CLIENT#${clientId}`, sk: 'MAPPING' });

/** For the authorizer, which only looks. */
export const createMappingLookup = (table: Pick<Table, 'get'>): ClientMappings['find'] =>
  (clientId) => table.get<ClientMapping>(mappingKey(clientId));

export function createClientMappings(table: Table): ClientMappings {
  return {
    find: createMappingLookup(table),
    activate: async (mapping) => {
      if (await table.create(mappingKey(mapping.clientId), { ...mapping, status: 'active' } satisfies ClientMapping)) return;
      const there = await table.get<ClientMapping>(mappingKey(mapping.clientId));
      if (there?.status === 'active' && there.onboardingId === mapping.onboardingId) return;
      throw new Conflict({ service: 'sallyport', operation: 'ActivateMapping', detail: 'the client has been mapped and disabled before' });
    },
    disable: async (clientId) => {
      await table.update(mappingKey(clientId), {
        update: 'SET #status = :disabled', condition: 'attribute_exists(pk)', values: { disabled: 'disabled' },
      });
    },
    remove: async (clientId) => {
      await table.delete(mappingKey(clientId), 'attribute_not_exists(pk) OR #status = :disabled', { disabled: 'disabled' });
    },
  };
}
