import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createKeyReader } from '../../adapters/trust/key-reader.ts';
import type { Contract } from '../../core/contracts/records.ts';
import { initialState } from '../../core/lifecycle/change.ts';
import type { LifecycleStatus } from '../../core/lifecycle/lifecycle.ts';
import type { Partner } from '../../core/partners/partner.ts';
import type { Issuer, TrustedKey } from '../../core/trust/records.ts';
import type { OperatorApiDependencies } from '../../functions/operator-api/dependencies.ts';
import { operations } from '../../functions/operator-api/operations.ts';
import {
  fakeApplications,
  fakeClients,
  fakeContracts,
  fakeIssuers,
  fakePartners,
  fakeProviders,
} from '../support/fakes/contract-records.ts';
import { fakeDisclosedKeys } from '../support/fakes/disclosed-keys.ts';
import { fakeNameLooks } from '../support/fakes/name-looks.ts';
import { fakePartnerNames } from '../support/fakes/partner-names.ts';
import {
  applicationOf,
  catalogue,
  clientMappingOf,
  contractOf,
  otherPartnerId,
  partner,
  providerOf,
} from '../support/fakes/samples.ts';

const puts = operations.filter(
  ({ method, resource }) => method === 'PUT' && /^\/operator\/[\w-]+\/\{\w+\}$/u.test(resource),
);
const membersOf = (schema: z.ZodType | undefined): readonly string[] =>
  Object.keys(z.object({ shape: z.record(z.string(), z.unknown()) }).parse(schema).shape);

const clock = { now: () => new Date('2026-11-20T10:00:00Z') };
const key = (kid: string, more: Partial<TrustedKey> = {}): TrustedKey => ({
  kid,
  jwk: { crv: 'Ed25519', kty: 'OKP', x: kid },
  algorithm: 'EdDSA',
  thumbprint: `print-of-${kid}`,
  ...more,
});
const client = clientMappingOf();
const clientKey = {
  ...generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }),
  kid: 'client-1',
  alg: 'EdDSA',
  use: 'sig',
};
/** Records with every member that the API shows. */
const fullPartner: Partner = {
  ...partner,
  otherNames: ['Acme Insights'],
  formerNames: ['Acme Analytics'],
  proposed: { name: 'Acme Ltd', otherNames: ['Acme Data'] },
};
const fullContract: Contract = contractOf({
  endsAt: '2030-01-01T00:00:00.000Z',
  grants: ['client_credentials', 'password'],
  password: { owner: 'owner@company.example', sunset: '2029-01-01T00:00:00.000Z' },
});
const fullIssuer: Issuer = {
  issuer: 'https://portal.acme.example',
  partnerId: client.partnerId,
  clientId: client.clientId,
  audiences: ['urn:sallyport'],
  principalClaim: 'upn',
  longestLife: 600,
  uses: ['session', 'bearer'],
  sessionPage: 'https://access.company.example/portal',
  jwksAlgorithm: 'PS256',
  jwksUrl: 'https://portal.acme.example/keys',
  unreadableToldAt: '2026-11-19T10:00:00.000Z',
  keys: [
    key('lost'),
    key('published', {
      fromUrl: true,
      notBefore: '2026-01-01T00:00:00.000Z',
      notAfter: '2027-01-01T00:00:00.000Z',
      warned: 45,
    }),
  ],
  leftOut: [{ key: 'odd', code: 'weak_key' }],
  removedKeys: ['print-of-removed'],
  proposed: { keys: [key('proposed')], jwksUrl: 'https://portal.acme.example/next', jwksAlgorithm: 'PS384' },
  ...initialState('draft', { at: '2026-11-01T10:00:00.000Z', by: 'olga', why: 'agreed' }),
};

const fullApplication = applicationOf({ clientId: client.clientId, contractId: fullContract.contractId });
const fullProvider = providerOf({
  partnerId: fullContract.partnerId,
  contractId: fullContract.contractId,
});

/** Starts an API with one record of each kind in this status. */
async function apiWith(status: LifecycleStatus) {
  const [partners, contracts, clients, issuers] = [
    fakePartners(),
    fakeContracts(),
    fakeClients(),
    fakeIssuers(),
  ];
  partners.has({ ...fullPartner, status });
  partners.has({ ...partner, partnerId: otherPartnerId, name: 'Acrne Insights' });
  contracts.has({ ...fullContract, status });
  clients.has({ ...client, contractId: fullContract.contractId });
  issuers.has({ ...fullIssuer, status });
  const [applications, providers] = [fakeApplications(), fakeProviders()];
  applications.has({ ...fullApplication, status });
  providers.has({ ...fullProvider, status });
  const nameLooks = fakeNameLooks();
  const partnerNames = fakePartnerNames();
  const disclosedKeys = fakeDisclosedKeys(clock.now);
  await disclosedKeys.add(['print-of-lost']);
  const told: object[] = [];
  const deps = {
    clock,
    partners,
    partnerNames,
    nameLooks,
    contracts,
    clients,
    issuers,
    disclosedKeys,
    clientKeys: { keysOf: () => Promise.resolve([clientKey]), put: () => expect.fail('keys are put') },
    grantUse: { of: () => Promise.resolve([]) },
    readKeys: createKeyReader({ clock, readJson: () => Promise.reject(new Error('nothing is fetched')) }),
    catalogue,
    applications,
    providers,
    secretSealer: { seal: (owner: string) => Promise.resolve(`another of ${owner}`) },
    readProviderMetadata: () => Promise.resolve({ metadata: fullProvider.metadata }),
    signInUrl: 'https://access.company.example',
    loopback: false,
    addresses: { publicUrl: 'https://access.company.example', otherIssuers: [] },
    proposalAlerts: {
      raise: (alert: object) => {
        told.push(alert);
        return Promise.resolve();
      },
    },
  } as unknown as OperatorApiDependencies;
  const ids: Readonly<Record<string, string>> = {
    partnerId: fullPartner.partnerId,
    contractId: fullContract.contractId,
    clientId: client.clientId,
    applicationId: fullApplication.applicationId,
    providerId: fullProvider.providerId,
    issuerId: Buffer.from(fullIssuer.issuer).toString('base64url'),
  };
  return {
    told,
    stored: () => [partners, contracts, issuers, applications, providers].map((each) => each.all()),
    call: async (
      method: string,
      resource: string,
      headers: Readonly<Record<string, string>> = {},
      body?: object,
    ) => {
      const operation =
        operations.find((each) => each.method === method && each.resource === resource) ??
        expect.fail(`there is no ${method} ${resource}`);
      const request = {
        method,
        resource,
        pathParameters: ids,
        query: method === 'DELETE' ? { why: 'sent back' } : {},
        repeatedQuery: [],
        headers: { 'content-type': 'application/json', ...headers },
        body: Buffer.from(JSON.stringify(body ?? {})),
        requestId: 'request-1',
        sourceIp: '203.0.113.1',
      };
      const answer = await operation.run(deps, request, {
        subject: 'ada',
        mailbox: 'ada@operators.example',
        role: 'operator',
      });
      return { ...answer, body: JSON.parse(answer.body) as Readonly<Record<string, unknown>> };
    },
  };
}

describe.each(puts)('OAU-1 what answers have can be sent back to PUT $resource', ({ resource, body }) => {
  test('each of their members', () => {
    const answers = operations.filter(
      (each) => each.kind === 'record' && `${each.resource}/`.startsWith(`${resource}/`),
    );
    expect(answers.length).toBeGreaterThan(2);
    const members = new Set(answers.flatMap(({ answer }) => membersOf(answer)));
    expect([...members].filter((name) => !membersOf(body).includes(name))).toEqual([]);
  });

  test.each(['draft', 'active', 'suspended'] as const)(
    'unchanged, and changes nothing that is %s',
    async (status) => {
      const api = await apiWith(status);
      const before = structuredClone(api.stored());
      const read = await api.call('GET', resource);
      const members = Object.keys(read.body);
      expect(members.length).toBeGreaterThan(5);
      const answer = await api.call(
        'PUT',
        resource,
        { 'if-match': read.headers['etag'] ?? '' },
        { ...read.body, why: 'sent back' },
      );
      expect(answer.status).toBe(200);
      expect(answer.headers).toEqual(read.headers);
      expect(read.body).toMatchObject(answer.body);
      expect(api.stored()).toEqual(before);
    },
  );

  test('with what an answer to a change has besides', async () => {
    const api = await apiWith('suspended');
    const read = await api.call('GET', resource);
    const more = {
      cacheFlushed: true,
      decidedWithinSeconds: 12,
      operatorsTold: true,
      warnings: ['a warning'],
    };
    const accepted = Object.fromEntries(
      Object.entries(more).filter(([name]) => membersOf(body).includes(name)),
    );
    expect(Object.keys(accepted)).toEqual(expect.arrayContaining(['cacheFlushed', 'decidedWithinSeconds']));
    const answer = await api.call(
      'PUT',
      resource,
      { 'if-match': '*' },
      { ...read.body, ...accepted, why: 'sent back' },
    );
    expect(answer.status).toBe(200);
  });
});

test('OAU-2 the keys of a client can be sent back as a set, which changes nothing', async () => {
  const api = await apiWith('active');
  const { body } = await api.call('GET', '/operator/clients/{clientId}');
  const upload = { kind: 'jwks', document: { keys: body['keys'] } };
  const answer = await api.call(
    'PUT',
    '/operator/clients/{clientId}/keys',
    { 'if-match': '*' },
    { upload, why: 'sent back' },
  );
  expect(answer.status).toBe(200);
  expect(body).toMatchObject({ version: answer.body['version'], changes: answer.body['changes'] });
});

// Threat T-141
test('FED-3 another issuer of an active identity provider waits for another person, who is told of it', async () => {
  const api = await apiWith('active');
  const resource = '/operator/identity-providers/{providerId}';
  const { body: before } = await api.call('GET', resource);
  const moved = { ...before, issuer: 'https://other.example', why: 'moved' };
  await expect(api.call('PUT', resource, { 'if-match': '"1"' }, moved)).rejects.toMatchObject({
    problem: { extensions: { errors: [{ path: '/clientSecret', code: 'secret_needed' }] } },
  });
  const proposal = { ...moved, clientSecret: 'new' };
  const { body } = await api.call('PUT', resource, { 'if-match': '"1"' }, proposal);
  expect(body).toMatchObject({
    issuer: before['issuer'],
    version: 2,
    proposed: { issuer: 'https://other.example', hasNewSecret: true },
    operatorsTold: true,
  });
  expect(JSON.stringify(body)).not.toContain('sealed');
  expect(api.told).toEqual([
    {
      about: 'identity_provider_proposed',
      partnerId: fullProvider.partnerId,
      providerId: fullProvider.providerId,
      by: 'ada@operators.example',
    },
  ]);
  const again = await api.call(
    'PUT',
    resource,
    { 'if-match': '"2"' },
    { ...body, issuer: proposal.issuer, why: 'again' },
  );
  expect(again.body).toMatchObject({ version: 2 });
  const withdrawn = await api.call('DELETE', `${resource}/proposal`, { 'if-match': '"2"' });
  expect(withdrawn.body).toMatchObject({ version: 3, issuer: before['issuer'] });
  expect(withdrawn.body['proposed']).toBeUndefined();
});

test('there is such a PUT of each kind of record that operators edit as a whole', () => {
  expect(puts.map(({ resource }) => resource)).toEqual([
    '/operator/partners/{partnerId}',
    '/operator/contracts/{contractId}',
    '/operator/issuers/{issuerId}',
    '/operator/applications/{applicationId}',
    '/operator/identity-providers/{providerId}',
  ]);
});
