import { describe, expect, test } from 'vitest';
import type { IdentityProvider, ProviderContent } from '../../core/federation/identity-provider.ts';
import { withApprovedContent, withProviderContent } from '../../core/federation/provider-content.ts';
import { providerOf } from '../support/fakes/samples.ts';

const provider = providerOf(
  { partnerId: 'acme', contractId: 'contract-1' },
  { domains: ['a.example', 'b.example'] },
);
const contentOf = (record: IdentityProvider): ProviderContent => {
  const { contractId, displayName, issuer, clientId } = record;
  const { authentication, sealedSecret, algorithm, domains, metadata } = record;
  return {
    contractId,
    displayName,
    issuer,
    clientId,
    authentication,
    sealedSecret,
    algorithm,
    domains,
    metadata,
  };
};
const content = contentOf(provider);
const at = new Date('2026-11-20T10:00:00.000Z');
const signInsFrom = at.toISOString();
const proposing = { ...provider, proposed: { ...content, issuer: 'https://other.example' } };

// Threat T-141
describe('FED-3 other content of an active identity provider', () => {
  test.each<[Partial<ProviderContent>, more?: object]>([
    [{ issuer: 'https://other.example' }, { signInsFrom }],
    [{ clientId: 'other' }],
    [{ sealedSecret: 'another' }],
    [{ authentication: 'client_secret_post' }],
    [{ algorithm: 'ES256' }],
    [{ contractId: 'contract-2' }],
    [{ metadata: { ...provider.metadata, tokenEndpoint: 'https://other.example/token' } }],
    [{ domains: ['a.example', 'b.example', 'c.example'] }],
    [{ domains: ['c.example'] }],
  ])('is only proposed: %j', (changed, more = {}) => {
    const wanted = { ...content, ...changed };
    expect(withProviderContent(provider, wanted)).toEqual({ ...provider, proposed: wanted });
    expect(withApprovedContent({ ...provider, proposed: wanted }, provider, at)).toEqual({
      ...provider,
      ...changed,
      ...more,
    });
  });

  test.each<[Partial<ProviderContent>]>([[{ displayName: 'Acme Group' }], [{ domains: ['a.example'] }]])(
    'is taken at once where it lets nobody else in, and drops what was proposed: %j',
    (changed) => {
      for (const record of [provider, proposing]) {
        expect(withProviderContent(record, { ...content, ...changed })).toEqual({ ...provider, ...changed });
      }
    },
  );

  test('that is what it has changes nothing, and what is proposed stays', () => {
    expect(withProviderContent(proposing, content)).toEqual(proposing);
  });

  test.each(['draft', 'suspended'] as const)('is taken at once while it is %s', (status) => {
    const changed = { issuer: 'https://third.example' };
    expect(withProviderContent({ ...proposing, status }, { ...content, ...changed })).toEqual({
      ...provider,
      status,
      ...changed,
    });
  });

  test('begins new sessions where it was not active before', () => {
    expect(withApprovedContent(provider, { ...provider, status: 'suspended' }, at)).toEqual({
      ...provider,
      signInsFrom,
    });
    expect(withApprovedContent(provider, provider, at)).toEqual(provider);
  });
});
