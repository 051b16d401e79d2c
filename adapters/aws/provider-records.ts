import type { IdentityProvider, IdentityProviders } from '../../core/federation/identity-provider.ts';
import type { FindProviderOfDomain } from '../../core/federation/ports.ts';
import { createManagedRecords, type RecordKind } from './managed-records.ts';
import { partitionKey } from './partitions.ts';
import type { Key, Table } from './table.ts';

export const providerRecords: RecordKind<IdentityProvider> = {
  keyOf: (providerId) => ({ pk: partitionKey('PROVIDER', providerId), sk: 'PROVIDER' }),
  idOf: ({ providerId }) => providerId,
  partnerOf: ({ partnerId }) => partnerId,
  index: 'PROVIDERS',
};

export const createProviders = (table: Table): IdentityProviders =>
  createManagedRecords(table, providerRecords);

/** The item that says which provider vouches for the addresses of a domain. */
const domainKey = (domain: string): Key => ({ pk: partitionKey('DOMAIN', domain), sk: 'PROVIDER' });

interface DomainOfProvider {
  readonly providerId: string;
}

/** Creates the lookup of the provider of a domain. */
export const createProviderOfDomain =
  (table: Pick<Table, 'get'>): FindProviderOfDomain =>
  async (domain) =>
    (await table.get<DomainOfProvider>(domainKey(domain)))?.providerId;

/** The domains that providers have. A domain is one provider's. */
export interface ProviderDomains {
  /** Gives a domain to a provider. Returns false if it is another one's. Idempotent. */
  claim(domain: string, providerId: string): Promise<boolean>;
  /** Takes a domain from a provider that has it. Idempotent. */
  release(domain: string, providerId: string): Promise<void>;
}

export const createProviderDomains = (table: Pick<Table, 'update' | 'delete'>): ProviderDomains => ({
  claim: async (domain, providerId) =>
    (await table.update(domainKey(domain), {
      update: 'SET #providerId = :providerId',
      condition: 'attribute_not_exists(pk) OR #providerId = :providerId',
      values: { providerId },
    })) !== undefined,
  release: async (domain, providerId) => {
    await table.delete(domainKey(domain), '#providerId = :providerId', { providerId });
  },
});
