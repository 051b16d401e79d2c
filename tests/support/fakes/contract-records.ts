import type { Application } from '../../../core/applications/application.ts';
import type { IdentityProvider } from '../../../core/federation/identity-provider.ts';
import type { ClientMapping } from '../../../core/clients/client-mapping.ts';
import type { Managed } from '../../../core/lifecycle/lifecycle.ts';
import type { Contract } from '../../../core/contracts/records.ts';
import type { ManagedRecords } from '../../../core/lifecycle/managed-records.ts';
import type { Partner } from '../../../core/partners/partner.ts';
import type { Issuer } from '../../../core/trust/records.ts';
import type { User } from '../../../core/users/user.ts';

export interface FakeManagedRecords<Item extends Managed> extends ManagedRecords<Item> {
  all(): readonly Item[];
  /** Stores an item regardless of its lifecycle. */
  has(item: Item): void;
  remove(id: string): void;
}

const fakeManagedRecords =
  <Item extends Managed & { readonly partnerId: string }>(idOf: (item: Item) => string) =>
  (): FakeManagedRecords<Item> => {
    const items = new Map<string, Item>();
    const placeOf = (item: Item): string => `${item.partnerId}/${idOf(item)}`;
    return {
      all: () => [...items.values()],
      has: (item) => {
        items.set(idOf(item), item);
      },
      remove: (id) => {
        items.delete(id);
      },
      find: async (id) => Promise.resolve(items.get(id)),
      create: async (item) => {
        if (items.has(idOf(item))) return Promise.resolve(false);
        items.set(idOf(item), item);
        return Promise.resolve(true);
      },
      replace: async (item) => {
        if (items.get(idOf(item))?.version !== item.version - 1) return Promise.resolve(false);
        items.set(idOf(item), item);
        return Promise.resolve(true);
      },
      list: async ({ limit, after = '' }, partnerId) => {
        const found = [...items.values()]
          .filter(
            (item) => placeOf(item) > after && (partnerId === undefined || item.partnerId === partnerId),
          )
          .toSorted((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1));
        const last = found[limit - 1];
        return Promise.resolve({
          items: found.slice(0, limit),
          ...(found.length > limit && last !== undefined && { next: placeOf(last) }),
        });
      },
    };
  };

export const fakePartners = fakeManagedRecords<Partner>(({ partnerId }) => partnerId);
export const fakeContracts = fakeManagedRecords<Contract>(({ contractId }) => contractId);
export const fakeClients = fakeManagedRecords<ClientMapping>(({ clientId }) => clientId);
export const fakeIssuers = fakeManagedRecords<Issuer>(({ issuer }) => issuer);
export const fakeApplications = fakeManagedRecords<Application>(({ applicationId }) => applicationId);
export const fakeProviders = fakeManagedRecords<IdentityProvider>(({ providerId }) => providerId);
export const fakeUsers = fakeManagedRecords<User>(({ userId }) => userId);
