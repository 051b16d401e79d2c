import { generateKeyPairSync } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { createKeyReader } from '../../adapters/trust/key-reader.ts';
import type { ClientKey, ClientMapping } from '../../core/clients/client-mapping.ts';
import { initialState } from '../../core/lifecycle/change.ts';
import { type DisclosedKeys, digestsOf } from '../../core/trust/disclosed-keys.ts';
import type { Issuer, TrustedKey } from '../../core/trust/records.ts';
import type { OperatorApiDependencies } from '../../functions/operator-api/dependencies.ts';
import { operations } from '../../functions/operator-api/operations.ts';
import { ApiProblem } from '../../middleware/http-api/api-problem.ts';
import { fakeClients, fakeIssuers } from '../support/fakes/contract-records.ts';
import { fakeDisclosedKeys } from '../support/fakes/disclosed-keys.ts';
import { clientMappingOf } from '../support/fakes/samples.ts';

const clock = { now: () => new Date('2026-11-20T10:00:00Z') };
const pair = generateKeyPairSync('ed25519');
const secret: JWK = { ...pair.privateKey.export({ format: 'jwk' }), kid: 'lost' };
const open: JWK = { ...pair.publicKey.export({ format: 'jwk' }), kid: 'lost' };
const thumbprint = await calculateJwkThumbprint(open);
const publicMembers = { crv: String(open.crv), kty: String(open.kty), x: String(open.x) };
const trusted: TrustedKey = { kid: 'lost', jwk: publicMembers, algorithm: 'EdDSA', thumbprint };
const other: TrustedKey = {
  ...trusted,
  kid: 'kept',
  jwk: { ...publicMembers, x: 'AQAB' },
  thumbprint: 'of-kept',
};
const client = clientMappingOf();
const issuer: Issuer = {
  issuer: 'https://portal.acme.example',
  partnerId: client.partnerId,
  clientId: client.clientId,
  audiences: ['urn:sallyport'],
  principalClaim: 'sub',
  longestLife: 300,
  uses: ['assertion'],
  keys: [other, trusted],
  ...initialState('active', { at: '2026-11-01T10:00:00.000Z', by: 'olga', why: 'agreed' }),
};
const issuerId = Buffer.from(issuer.issuer).toString('base64url');

let disclosedKeys: DisclosedKeys;
let clientKeys: readonly ClientKey[];
let storedClient: ClientMapping;
let storedIssuer: Issuer;
beforeEach(() => {
  disclosedKeys = fakeDisclosedKeys(clock.now);
  clientKeys = [{ ...publicMembers, kid: 'lost', alg: 'EdDSA', use: 'sig' }];
  [storedClient, storedIssuer] = [client, issuer];
});

/** Calls an operation as API Gateway does, and returns its answer or the problem. */
async function call(
  operationId: string,
  pathParameters: Readonly<Record<string, string>>,
  { body, ifMatch = '*' }: { readonly body?: unknown; readonly ifMatch?: string } = {},
): Promise<{ readonly status: number; readonly body: unknown }> {
  const clients = fakeClients();
  clients.has(storedClient);
  const issuers = fakeIssuers();
  issuers.has(storedIssuer);
  const deps = {
    clock,
    clients,
    issuers,
    disclosedKeys,
    readKeys: createKeyReader({ clock, readJson: () => Promise.reject(new Error('nothing is fetched')) }),
    clientKeys: { keysOf: () => Promise.resolve(clientKeys), put: () => Promise.resolve(true) },
    grantUse: { of: () => Promise.resolve([]) },
  } as unknown as OperatorApiDependencies;
  const operation =
    operations.find((each) => each.operationId === operationId) ?? expect.fail('there is no such operation');
  const request = {
    method: operation.method,
    resource: operation.resource,
    pathParameters,
    query: {},
    repeatedQuery: [],
    headers: { 'content-type': 'application/json', 'if-match': ifMatch },
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? {})),
    requestId: 'request-1',
    sourceIp: '203.0.113.1',
  };
  try {
    const answer = await operation.run(deps, request, {
      subject: 'ada',
      mailbox: 'ada@operators.example',
      role: 'operator',
    });
    return { status: answer.status, body: JSON.parse(answer.body) as unknown };
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    return { status: error.problem.status, body: { ...error.problem.extensions, code: error.problem.code } };
  }
}
const isRemembered = async (): Promise<boolean> => (await disclosedKeys.among([thumbprint])).has(thumbprint);

// Threat T-111
describe('JWT-1 OAU-2 what was disclosed is shown', () => {
  const disclosed = [{ kid: 'lost', thumbprint, at: '2026-11-20T10:00:00.000Z' }];
  const member = async (operationId: string, parameters: Readonly<Record<string, string>>) =>
    ((await call(operationId, parameters)).body as { readonly disclosed?: unknown }).disclosed;

  test.each([
    ['readIssuer', { issuerId }],
    ['readClient', { clientId: client.clientId }],
  ])('with the date, in the answer of %s', async (operationId, parameters) => {
    expect(await member(operationId, parameters)).toBeUndefined();
    await disclosedKeys.add([thumbprint]);
    expect(await member(operationId, parameters)).toEqual(disclosed);
  });

  test('also where the key is only proposed', async () => {
    await disclosedKeys.add([thumbprint]);
    storedClient = { ...client, proposed: { keys: clientKeys } };
    clientKeys = [];
    storedIssuer = { ...issuer, keys: [], proposed: { keys: [trusted] } };
    expect(await member('readIssuer', { issuerId })).toEqual(disclosed);
    expect(await member('readClient', { clientId: client.clientId })).toEqual(disclosed);
  });
});

// Threat T-125
describe('JWT-1 OAU-2 another key that a disclosed private key signs for', () => {
  const rsa = { kty: 'RSA', n: 'AQAC', e: 'AQAB' };
  const variant: TrustedKey = { ...trusted, jwk: { ...rsa, e: 'AQAD' }, thumbprint: 'of-variant' };

  test.each([
    ['readIssuer', { issuerId }],
    ['readClient', { clientId: client.clientId }],
  ])('is shown as disclosed in the answer of %s', async (operationId, parameters) => {
    storedIssuer = { ...issuer, keys: [variant] };
    clientKeys = [{ ...rsa, e: 'AQAD', kid: 'lost', alg: 'RS256', use: 'sig' }];
    await disclosedKeys.add(digestsOf({ thumbprint: 'of-lost', jwk: rsa }));
    expect((await call(operationId, parameters)).body).toMatchObject({
      disclosed: [{ kid: 'lost', at: '2026-11-20T10:00:00.000Z' }],
    });
  });

  test.each([
    ['moveIssuer', { issuerId }],
    ['moveClient', { clientId: client.clientId }],
  ])('is not put in force by %s', async (operationId, parameters) => {
    storedIssuer = { ...issuer, status: 'draft', keys: [variant] };
    storedClient = { ...client, status: 'draft' };
    clientKeys = [{ ...rsa, e: 'AQAD', kid: 'lost', alg: 'RS256', use: 'sig' }];
    await disclosedKeys.add(digestsOf({ thumbprint: 'of-lost', jwk: rsa }));
    const answer = await call(operationId, parameters, { body: { to: 'active', why: 'agreed' } });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: '/keys', code: 'private_key' }] } });
  });
});

// Threat T-111
describe('JWT-1 a private key is remembered whatever its request is refused for', () => {
  const upload = { kind: 'jwks', document: { keys: [secret] } };
  const pem = String(pair.privateKey.export({ format: 'pem', type: 'pkcs8' }));
  const bodies: readonly [what: string, body: unknown][] = [
    ['why is missing', { upload }],
    ['a member is unknown', { upload, why: 'new', extra: 1 }],
    ['the upload has no kind', { upload: secret, why: 'new' }],
    ['the body is the key', secret],
    ['the key is in a kid', { upload: { kind: 'pem', text: 'x', kid: pem }, why: 'new' }],
    ['the body is PEM', pem],
    ['the key is in why', { upload: { kind: 'pem', text: 'x' }, why: pem }],
  ];
  const told = {
    path: '/upload',
    code: 'private_key',
    allowed: expect.stringContaining('a private key was sent') as string,
  };

  describe.each([
    ['addIssuerKeys', { issuerId }],
    ['putClientKeys', { clientId: client.clientId }],
  ])('of %s', (operationId, parameters) => {
    test.each(bodies)('%s', async (_what, body) => {
      const answer = await call(operationId, parameters, { body });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.body).toMatchObject({ errors: expect.arrayContaining([told]) as unknown });
      expect(await isRemembered()).toBe(true);
    });

    test('the version is another one', async () => {
      const answer = await call(operationId, parameters, { body: { upload, why: 'new' }, ifMatch: '"9"' });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(await isRemembered()).toBe(true);
    });

    test('there is no such record', async () => {
      const nobody = {
        issuerId: Buffer.from('https://nobody.example').toString('base64url'),
        clientId: 'nobody',
      };
      const answer = await call(operationId, nobody, { body: { upload, why: 'new' } });
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found', errors: [told] } });
      expect(await isRemembered()).toBe(true);
    });
  });

  // Threat T-125
  test('and the answer says how many of several private keys could not be read', async () => {
    const body = { why: 'new', keys: [secret, { ...secret, x: Buffer.alloc(32, 1).toString('base64url') }] };
    const answer = await call('putClientKeys', { clientId: client.clientId }, { body });
    const { errors } = answer.body as { readonly errors: readonly { readonly allowed: string }[] };
    expect(errors.at(-1)?.allowed).toMatch(
      /Sallyport refuses the public halves of 1 of these private keys from now on\. It cannot block those of the others/u,
    );
  });

  test('but not the public key of a request without a private one', async () => {
    const answer = await call('putClientKeys', { clientId: client.clientId }, { body: { upload: open } });
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).not.toContain('private_key');
    expect(await isRemembered()).toBe(false);
  });
});
