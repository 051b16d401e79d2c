import { describe, expect, test } from 'vitest';
import type { ProviderContent } from '../../core/federation/identity-provider.ts';
import { withApprovedContent, withProviderContent } from '../../core/federation/provider-content.ts';
import { providerOf } from '../support/fakes/samples.ts';

const provider = providerOf(
  { partnerId: 'acme', contractId: 'contract-1' },
  { domains: ['a.example', 'b.example'] },
);
const {
  contractId,
  displayName,
  issuer,
  clientId,
  authentication,
  sealedSecret,
  algorithm,
  domains,
  metadata,
} = provider;
const content: ProviderContent = {
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

// Threat T-141
describe('FED-3 other content of an active identity provider', () => {
  test.each<[Partial<ProviderContent>]>([
    [{ issuer: 'https://other.example' }],
    [{ clientId: 'other' }],
    [{ sealedSecret: 'another' }],
    [{ authentication: 'client_secret_post' }],
    [{ algorithm: 'ES256' }],
    [{ contractId: 'contract-2' }],
    [{ domains: [...domains, 'c.example'] }],
    [{ domains: ['c.example'] }],
  ])('is only proposed: %j', (changed) => {
    const wanted = { ...content, ...changed };
    const proposing = withProviderContent(provider, wanted);
    expect(proposing).toEqual({ ...provider, proposed: wanted });
    expect(withApprovedContent(proposing, undefined)).toEqual({ ...provider, ...changed });
  });

  test.each<[Partial<ProviderContent>]>([
    [{ displayName: 'Acme Group' }],
    [{ domains: ['a.example'] }],
    [{}],
  ])('is taken at once where it lets nobody else in, and what is proposed stays: %j', (changed) => {
    expect(withProviderContent(provider, { ...content, ...changed })).toEqual({ ...provider, ...changed });
    const proposing = { ...provider, proposed: { ...content, issuer: 'https://other.example' } };
    expect(withProviderContent(proposing, { ...content, ...changed })).toEqual({ ...proposing, ...changed });
  });

  test.each(['draft', 'suspended'] as const)('is taken at once while it is %s', (status) => {
    const changed = { issuer: 'https://other.example' };
    expect(withProviderContent({ ...provider, status }, { ...content, ...changed })).toEqual({
      ...provider,
      status,
      ...changed,
    });
  });

  test('begins new sessions where it was not active before', () => {
    const at = new Date('2026-11-20T10:00:00.000Z');
    expect(withApprovedContent(provider, at)).toEqual({ ...provider, signInsFrom: at.toISOString() });
  });
});
