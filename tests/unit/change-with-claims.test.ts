import { beforeEach, describe, expect, test } from 'vitest';
import type { LifecycleStatus } from '../../core/lifecycle/lifecycle.ts';
import type { ChangeResult } from '../../core/operators/change-record.ts';
import { changeWithClaims } from '../../core/operators/change-with-claims.ts';
import type { IdentityProvider } from '../../core/federation/identity-provider.ts';
import { fakeProviders } from '../support/fakes/contract-records.ts';
import { providerOf } from '../support/fakes/samples.ts';

let providers: ReturnType<typeof fakeProviders>;
/** Who has which domain. */
let owners: Map<string, string>;
beforeEach(() => {
  providers = fakeProviders();
  owners = new Map();
});

const recordWith = (status: LifecycleStatus, domains: readonly string[]): IdentityProvider => ({
  ...providerOf({ partnerId: 'acme', contractId: 'acme-contract' }, { domains }),
  status,
});
const { providerId } = recordWith('draft', []);

/** Changes the provider, which is to have these domains afterwards. */
const changeTo = (domains: readonly string[], change: () => Promise<ChangeResult<IdentityProvider>>) =>
  changeWithClaims(
    {
      records: providers,
      thingsOf: (record) => record.domains,
      claims: {
        claim: (domain, ownerId) => {
          const isFree = (owners.get(domain) ?? ownerId) === ownerId;
          if (isFree) owners.set(domain, ownerId);
          return Promise.resolve(isFree);
        },
        release: (domain, ownerId) => {
          if (owners.get(domain) === ownerId) owners.delete(domain);
          return Promise.resolve();
        },
      },
    },
    providerId,
    domains,
    change,
  );
const become =
  (status: LifecycleStatus, domains: readonly string[]) => (): Promise<ChangeResult<IdentityProvider>> => {
    const record = recordWith(status, domains);
    providers.has(record);
    return Promise.resolve({ outcome: 'changed', record, affectsCalls: true });
  };
const stale = (): Promise<ChangeResult<IdentityProvider>> => Promise.resolve({ outcome: 'stale' });
const owned = () => Object.fromEntries(owners);

describe('FED-2 a domain is claimed for its provider', () => {
  test('by the activation, changed by a change, kept by a suspension, and released by the end', async () => {
    providers.has(recordWith('draft', ['a.example', 'b.example']));
    await changeTo(['a.example', 'b.example'], become('active', ['a.example', 'b.example']));
    expect(owned()).toEqual({ 'a.example': providerId, 'b.example': providerId });
    await changeTo(['b.example', 'c.example'], become('active', ['b.example', 'c.example']));
    expect(owned()).toEqual({ 'b.example': providerId, 'c.example': providerId });
    await changeTo([], become('suspended', ['b.example', 'c.example']));
    expect(owned()).toEqual({ 'b.example': providerId, 'c.example': providerId });
    await changeTo([], become('ended', ['b.example', 'c.example']));
    expect(owned()).toEqual({});
  });

  test('and nothing is changed or claimed where another provider has one of them', async () => {
    owners.set('b.example', 'provider-2');
    providers.has(recordWith('draft', ['a.example', 'b.example']));
    const result = await changeTo(['a.example', 'b.example'], () => expect.fail('it was changed'));
    expect(result).toEqual({ outcome: 'taken', thing: 'b.example' });
    expect(owned()).toEqual({ 'b.example': 'provider-2' });
  });

  test('and released where the change is refused, except what it had before', async () => {
    providers.has(recordWith('active', ['a.example']));
    owners.set('a.example', providerId);
    expect(await changeTo(['b.example'], stale)).toEqual({ outcome: 'stale' });
    expect(owned()).toEqual({ 'a.example': providerId });
  });

  test('and kept where another change has given it the domain meanwhile', async () => {
    providers.has(recordWith('active', ['a.example']));
    await changeTo(['b.example'], () => {
      providers.has(recordWith('active', ['a.example', 'b.example']));
      return stale();
    });
    expect(owned()).toEqual({ 'b.example': providerId });
  });

  test('once more by a change after a crash', async () => {
    providers.has(recordWith('active', ['a.example']));
    await changeTo(['a.example'], stale);
    expect(owned()).toEqual({ 'a.example': providerId });
  });
});
