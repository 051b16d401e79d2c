import { beforeEach, describe, expect, test } from 'vitest';
import type { IdentityProvider } from '../../core/federation/identity-provider.ts';
import { type Claims, withClaims } from '../../core/lifecycle/claims.ts';
import type { LifecycleStatus } from '../../core/lifecycle/lifecycle.ts';
import type { ManagedRecords } from '../../core/lifecycle/managed-records.ts';
import { fakeProviders } from '../support/fakes/contract-records.ts';
import { providerOf } from '../support/fakes/samples.ts';

let providers: ReturnType<typeof fakeProviders>;
/** Who has which domain. */
let owners: Map<string, string>;
beforeEach(() => {
  providers = fakeProviders();
  owners = new Map();
});
const owned = () => Object.fromEntries(owners);

const claims: Claims = {
  claim: (domain, ownerId) => {
    const isFree = (owners.get(domain) ?? ownerId) === ownerId;
    if (isFree) owners.set(domain, ownerId);
    return Promise.resolve(isFree);
  },
  release: (domain, ownerId) => {
    if (owners.get(domain) === ownerId) owners.delete(domain);
    return Promise.resolve();
  },
  ownerOf: (domain) => Promise.resolve(owners.get(domain)),
};
const claiming = (records: ManagedRecords<IdentityProvider> = providers) =>
  withClaims(records, {
    claims,
    idOf: ({ providerId }) => providerId,
    thingsOf: ({ domains }) => domains,
    taken: (domain) => new Error(`${domain} is taken`),
  });

/** Returns a version of a provider with these domains. */
const version = (
  number: number,
  status: LifecycleStatus,
  domains: readonly string[],
  providerId = 'provider-1',
): IdentityProvider => ({
  ...providerOf({ partnerId: 'acme', contractId: 'acme-contract' }, { providerId, domains }),
  status,
  version: number,
});

describe('FED-2 a domain is claimed for its provider', () => {
  test('by the activation, changed by a change, kept by a suspension, and released by the end', async () => {
    providers.has(version(1, 'draft', ['a.example', 'b.example']));
    const records = claiming();
    await records.replace(version(2, 'active', ['a.example', 'b.example']));
    expect(owned()).toEqual({ 'a.example': 'provider-1', 'b.example': 'provider-1' });
    await records.replace(version(3, 'active', ['b.example', 'c.example']));
    expect(owned()).toEqual({ 'b.example': 'provider-1', 'c.example': 'provider-1' });
    await records.replace(version(4, 'suspended', ['b.example', 'c.example']));
    expect(owned()).toEqual({ 'b.example': 'provider-1', 'c.example': 'provider-1' });
    await records.replace(version(5, 'ended', ['b.example', 'c.example']));
    expect(owned()).toEqual({});
  });

  test('and nothing is changed or claimed where another provider has one of them', async () => {
    providers.has(version(1, 'suspended', ['b.example'], 'provider-2'));
    owners.set('b.example', 'provider-2');
    providers.has(version(1, 'draft', ['a.example', 'b.example']));
    await expect(claiming().replace(version(2, 'active', ['a.example', 'b.example']))).rejects.toThrow(
      'b.example is taken',
    );
    expect(owned()).toEqual({ 'b.example': 'provider-2' });
    expect(await providers.find('provider-1')).toMatchObject({ version: 1 });
  });

  test.each<[what: string, owner: IdentityProvider | undefined]>([
    ['a draft', version(1, 'draft', ['a.example'], 'provider-2')],
    ['a provider that has ended', version(1, 'ended', ['a.example'], 'provider-2')],
    ['a provider that has it no more', version(1, 'active', ['b.example'], 'provider-2')],
    ['nobody', undefined],
  ])('also where a crash has left it to %s', async (_what, owner) => {
    if (owner !== undefined) providers.has(owner);
    owners.set('a.example', 'provider-2');
    providers.has(version(1, 'draft', ['a.example']));
    expect(await claiming().replace(version(2, 'active', ['a.example']))).toBe(true);
    expect(owned()).toEqual({ 'a.example': 'provider-1' });
  });

  test('and released where somebody else was faster, except what that one has claimed', async () => {
    providers.has(version(1, 'active', ['a.example']));
    owners.set('a.example', 'provider-1');
    const records = claiming({
      ...providers,
      replace: (record) => {
        // Another operator's change, which came between.
        providers.has(version(2, 'active', ['a.example', 'b.example']));
        return providers.replace(record);
      },
    });
    expect(await records.replace(version(2, 'active', ['b.example', 'c.example']))).toBe(false);
    expect(owned()).toEqual({ 'a.example': 'provider-1', 'b.example': 'provider-1' });
  });

  test('once more by a change after a crash, and released by the end although it was not claimed', async () => {
    providers.has(version(1, 'active', ['a.example']));
    await claiming().replace(version(2, 'active', ['a.example']));
    expect(owned()).toEqual({ 'a.example': 'provider-1' });
    owners.set('b.example', 'provider-1');
    providers.has(version(1, 'draft', ['b.example']));
    await claiming().replace(version(2, 'ended', ['b.example']));
    expect(owners.has('b.example')).toBe(false);
  });
});
