import { forSeconds, ttlCache } from '../../core/cache.ts';
import type { ClientMapping } from '../../core/clients/client-mapping.ts';
import type { Clock } from '../../core/clock.ts';
import type { Clients } from '../../core/clients/clients.ts';
import type { Contract, Contracts } from '../../core/contracts/records.ts';
import type { FindClientContext, ClientContext } from '../../core/clients/client-context.ts';
import type { Partner, Partners } from '../../core/partners/partner.ts';
import { recordCacheSeconds } from '../../core/clients/in-force.ts';
import { createManagedRecords, type RecordKind } from './managed-records.ts';
import { partitionKey } from './partitions.ts';
import type { Table } from './table.ts';

export const partnerRecords: RecordKind<Partner> = {
  keyOf: (partnerId) => ({ pk: partitionKey('PARTNER', partnerId), sk: 'PARTNER' }),
  idOf: ({ partnerId }) => partnerId,
  partnerOf: ({ partnerId }) => partnerId,
  index: 'PARTNERS',
};
export const contractRecords: RecordKind<Contract> = {
  keyOf: (contractId) => ({ pk: partitionKey('CONTRACT', contractId), sk: 'CONTRACT' }),
  idOf: ({ contractId }) => contractId,
  partnerOf: ({ partnerId }) => partnerId,
  index: 'CONTRACTS',
};
export const clientRecords: RecordKind<ClientMapping> = {
  keyOf: (clientId) => ({ pk: partitionKey('CLIENT', clientId), sk: 'MAPPING' }),
  idOf: ({ clientId }) => clientId,
  partnerOf: ({ partnerId }) => partnerId,
  index: 'CLIENTS',
};

export const createPartners = (table: Table): Partners => createManagedRecords(table, partnerRecords);
export const createContracts = (table: Table): Contracts => createManagedRecords(table, contractRecords);
export const createClients = (table: Table): Clients => createManagedRecords(table, clientRecords);

/** Reads a client with its contract and its partner as they are now. */
export async function readClientContext(table: Pick<Table, 'get'>, clientId: string): Promise<ClientContext> {
  const client = await table.get<ClientMapping>(clientRecords.keyOf(clientId));
  if (client === undefined) return { client, contract: undefined, partner: undefined };
  const [contract, partner] = await Promise.all([
    table.get<Contract>(contractRecords.keyOf(client.contractId)),
    table.get<Partner>(partnerRecords.keyOf(client.partnerId)),
  ]);
  return { client, contract, partner };
}

/** How many clients are cached at most. */
const maxEntries = 10_000;

/**
 * Creates the lookup of a client together with its contract and partner. A complete result is cached for
 * {@link recordCacheSeconds}. If a record is missing, nothing is cached.
 */
export function createClientContexts({
  table,
  clock,
}: {
  readonly table: Pick<Table, 'get'>;
  readonly clock: Clock;
}): FindClientContext {
  const cacheExpiry = forSeconds(recordCacheSeconds);
  return ttlCache(
    {
      clock,
      limit: maxEntries,
      until: (clientContext: ClientContext, now) =>
        clientContext.contract === undefined || clientContext.partner === undefined
          ? undefined
          : cacheExpiry(clientContext, now),
    },
    (clientId) => readClientContext(table, clientId),
  );
}
