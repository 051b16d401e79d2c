import type { IdentityProvider, IdentityProviders } from '../../core/federation/identity-provider.ts';
import type { FindProviderOfDomain } from '../../core/federation/ports.ts';
import type { Claims } from '../../core/lifecycle/claims.ts';
import { createClaims, createOwnerLookup } from './claims.ts';
import { createManagedRecords, type RecordKind } from './managed-records.ts';
import { partitionKey } from './partitions.ts';
import type { Table } from './table.ts';

export const providerRecords: RecordKind<IdentityProvider> = {
  keyOf: (providerId) => ({ pk: partitionKey('PROVIDER', providerId), sk: 'PROVIDER' }),
  idOf: ({ providerId }) => providerId,
  partnerOf: ({ partnerId }) => partnerId,
  index: 'PROVIDERS',
};

export const createProviders = (table: Table): IdentityProviders =>
  createManagedRecords(table, providerRecords);

/** Which provider vouches for the addresses of which domain. */
export const createProviderDomains = (table: Table): Claims => createClaims(table, 'DOMAIN');

/** Creates the lookup of the provider of a domain. */
export const createProviderOfDomain = (table: Pick<Table, 'get'>): FindProviderOfDomain =>
  createOwnerLookup(table, 'DOMAIN');
