import { beforeEach, describe, expect, test } from 'vitest';
import type { IdentityProvider } from '../../core/federation/identity-provider.ts';
import { secondsAfter } from '../../core/clock.ts';
import { type Claim, type Claims, withClaims } from '../../core/lifecycle/claims.ts';
import type { LifecycleStatus } from '../../core/lifecycle/lifecycle.ts';
import type { ManagedRecords } from '../../core/lifecycle/managed-records.ts';
import { fakeProviders } from '../support/fakes/contract-records.ts';
import { providerOf } from '../support/fakes/samples.ts';

let providers: ReturnType<typeof fakeProviders>;
/** Who has which domain. */
let owners: Map<string, Claim>;
let at: Date;
beforeEach(() => {
  providers = fakeProviders();
  owners = new Map();
  at = new Date('2026-11-20T10:00:00.000Z');
});
const owned = () => Object.fromEntries([...owners].map(([domain, { ownerId }]) => [domain, ownerId]));
/** Leaves a claim behind, as an attempt two minutes ago did. */
const left = (domain: string, ownerId: string): void => {
  owners.set(domain, { ownerId, attempt: 'before', claimedAt: secondsAfter(at, -120).toISOString() });
};

const claims: Claims = {
  claim: (domain, claim) => {
    const isFree = (owners.get(domain)?.ownerId ?? claim.ownerId) === claim.ownerId;
    if (isFree) owners.set(domain, claim);
    return Promise.resolve(isFree);
  },
  release: (domain, ownerId, attempt) => {
    const claim = owners.get(domain);
    if (claim?.ownerId === ownerId && (attempt ?? claim.attempt) === claim.attempt) owners.delete(domain);
    return Promise.resolve();
  },
  find: (domain) => Promise.resolve(owners.get(domain)),
};
let attempts = 0;
const claiming = (records: ManagedRecords<IdentityProvider> = providers) =>
  withClaims(records, {
    claims,
    idOf: ({ providerId }) => providerId,
    thingsOf: ({ domains }) => domains,
    taken: (domain) => new Error(`${domain} is taken`),
    clock: { now: () => at },
    newId: () => `attempt-${(attempts += 1)}`,
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
  test('by the activation, changed by a change, and kept by a suspension and the end', async () => {
    providers.has(version(1, 'draft', ['a.example', 'b.example']));
    const records = claiming();
    await records.replace(version(2, 'active', ['a.example', 'b.example']));
    expect(owned()).toEqual({ 'a.example': 'provider-1', 'b.example': 'provider-1' });
    await records.replace(version(3, 'active', ['b.example', 'c.example']));
    expect(owned()).toEqual({ 'b.example': 'provider-1', 'c.example': 'provider-1' });
    await records.replace(version(4, 'suspended', ['b.example', 'c.example']));
    await records.replace(version(5, 'ended', ['b.example', 'c.example']));
    expect(owned()).toEqual({ 'b.example': 'provider-1', 'c.example': 'provider-1' });
  });

  test('and nothing is changed or claimed where another provider has one of them', async () => {
    providers.has(version(1, 'suspended', ['b.example'], 'provider-2'));
    left('b.example', 'provider-2');
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
  ])('also where it was left to %s, after a minute', async (_what, owner) => {
    if (owner !== undefined) providers.has(owner);
    owners.set('a.example', { ownerId: 'provider-2', attempt: 'before', claimedAt: at.toISOString() });
    providers.has(version(1, 'draft', ['a.example']));
    // Until then, the other provider may be between its claim and its activation.
    at = secondsAfter(at, 59);
    await expect(claiming().replace(version(2, 'active', ['a.example']))).rejects.toThrow(
      'a.example is taken',
    );
    at = secondsAfter(at, 1);
    expect(await claiming().replace(version(2, 'active', ['a.example']))).toBe(true);
    expect(owned()).toEqual({ 'a.example': 'provider-1' });
  });

  test('and released where somebody else was faster, except what that one has', async () => {
    providers.has(version(1, 'active', ['a.example']));
    left('a.example', 'provider-1');
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

  // Threat T-139
  test('whatever a failed attempt for the same provider releases at the same time', async () => {
    providers.has(version(1, 'draft', ['a.example']));
    let isSeen = false;
    const late = claiming({
      ...providers,
      replace: () => Promise.resolve(false),
      find: async (id) => {
        const found = await providers.find(id);
        // The other attempt writes after this one has seen what the record has.
        if (owners.has('a.example') && !isSeen) {
          isSeen = true;
          expect(await claiming().replace(version(2, 'active', ['a.example']))).toBe(true);
        }
        return found;
      },
    });
    expect(await late.replace(version(2, 'active', ['a.example']))).toBe(false);
    expect([isSeen, owned()]).toEqual([true, { 'a.example': 'provider-1' }]);
  });

  test('once more by a change after a crash', async () => {
    providers.has(version(1, 'active', ['a.example']));
    await claiming().replace(version(2, 'active', ['a.example']));
    expect(owned()).toEqual({ 'a.example': 'provider-1' });
  });
});
