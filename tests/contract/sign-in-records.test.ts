import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createApplicationClients,
  createApplicationOfClient,
  createApplications,
} from '../../adapters/aws/application-records.ts';
import {
  createProviderDomains,
  createProviderOfDomain,
  createProviders,
} from '../../adapters/aws/provider-records.ts';
import {
  createAttempts,
  createAuthorizationCodes,
  createEmailClaims,
  createRefreshTokens,
  createSessionLookup,
  createSessions,
  createSignInContexts,
} from '../../adapters/aws/sign-in-records.ts';
import type { Claim } from '../../core/lifecycle/claims.ts';
import type { Table } from '../../adapters/aws/table.ts';
import type { SignInAttempt } from '../../core/federation/attempt.ts';
import { secondsAfter } from '../../core/clock.ts';
import { type AwsTwin, startAwsTwin } from '../support/aws-twin.ts';
import { applicationOf, contractOf, partner, providerOf } from '../support/fakes/samples.ts';
import { createContracts, createPartners } from '../../adapters/aws/contract-records.ts';
import { grantOf, now, refreshGrantOf, refreshTokenOf, sessionOf } from '../support/fakes/token-world.ts';
import { tableAt } from '../support/table.ts';

let twin: AwsTwin;
let table: Table;
beforeAll(async () => {
  twin = await startAwsTwin();
  table = tableAt(twin.url);
});
afterAll(() => twin.stop());

const claimOf = (ownerId: string, attempt = 'attempt-1'): Claim => ({
  ownerId,
  attempt,
  claimedAt: now.toISOString(),
});
const leg = { providerId: 'provider-1', nonce: 'nonce', codeVerifier: 'verifier' };
const attempt: SignInAttempt = {
  request: {
    applicationId: 'application-1',
    clientId: 'client-1',
    redirectUri: 'https://portal.company.example/callback',
    codeChallenge: 'challenge',
    scopes: ['openid'],
    prompt: [],
  },
  browserHash: 'hash',
  stage: 'begun',
  expiresAt: '2026-11-20T10:30:00.000Z',
};

describe('FED-3 an attempt', () => {
  test('is sent as often as the person chooses, and returns once', async () => {
    const attempts = createAttempts(table);
    await attempts.create('state-1', attempt);
    expect(await attempts.find('state-1')).toMatchObject(attempt);
    expect(await attempts.return('state-1')).toBe(false);
    expect(await attempts.send('state-1', leg)).toBe(true);
    expect(await attempts.send('state-1', { ...leg, nonce: 'another' })).toBe(true);
    expect(await Promise.all([attempts.return('state-1'), attempts.return('state-1')])).toEqual(
      expect.arrayContaining([true, false]),
    );
    expect(await attempts.send('state-1', leg)).toBe(false);
    expect(await attempts.find('state-1')).toMatchObject({ stage: 'returned', leg: { nonce: 'another' } });
  });

  test('that is not there is not made by being sent', async () => {
    const attempts = createAttempts(table);
    expect(await attempts.send('state-2', leg)).toBe(false);
    expect(await attempts.return('state-2')).toBe(false);
    expect(await attempts.find('state-2')).toBeUndefined();
  });
});

test('OAU-3 a code is used once, by whoever is first', async () => {
  const codes = createAuthorizationCodes(table);
  await codes.create('code-1', grantOf());
  expect(await codes.find('code-1')).toMatchObject(grantOf());
  const uses = await Promise.all(Array.from({ length: 5 }, () => codes.use('code-1')));
  expect(uses.filter((isFirst) => isFirst)).toEqual([true]);
  expect(await codes.use('code-2')).toBe(false);
  expect(await codes.find('code-2')).toBeUndefined();
});

test('FED-7 a session ends once, and is found ended ten seconds later at most', async () => {
  let at = now;
  const sessions = createSessions(table);
  const find = createSessionLookup({ table, clock: { now: () => at } });
  await sessions.create(sessionOf());
  expect(await find('session-1')).toMatchObject(sessionOf());
  await sessions.end('session-1', now);
  await sessions.end('session-1', secondsAfter(now, 5));
  at = secondsAfter(now, 10);
  expect(await find('session-1')).toMatchObject(sessionOf({ endedAt: now.toISOString() }));
  await sessions.end('session-2', now);
  expect(await sessions.find('session-2')).toBeUndefined();
});

test('FED-7 a session is over for one application and goes on for others', async () => {
  const sessions = createSessions(table);
  await sessions.create(sessionOf({ sid: 'session-3' }));
  for (const clientId of ['client-1', 'client-2', 'client-1']) await sessions.endFor('session-3', clientId);
  expect(await sessions.find('session-3')).toMatchObject(
    sessionOf({ sid: 'session-3', endedFor: ['client-1', 'client-2'] }),
  );
  await sessions.endFor('session-4', 'client-1');
  expect(await sessions.find('session-4')).toBeUndefined();
});

// Threat T-130
describe('OAU-3 a refresh token', () => {
  const [first, second, third, fourth] = [
    refreshTokenOf('a'),
    refreshTokenOf('b'),
    refreshTokenOf('c'),
    refreshTokenOf('d'),
  ] as const;

  test('is replaced until its successor was, and only by whoever has it', async () => {
    const tokens = createRefreshTokens(table);
    await tokens.create(first, refreshGrantOf());
    expect(await tokens.replace(second, third)).toBe(false);
    expect(await tokens.replace(first, second)).toBe(true);
    expect(await tokens.replace(first, third)).toBe(true);
    expect(await tokens.replace(second, fourth)).toBe(false);
    expect(await tokens.replace(third, fourth)).toBe(true);
    expect(await tokens.replace(first, second)).toBe(false);
    expect(await tokens.find(first)).toMatchObject(refreshGrantOf());
  });

  test('that is not there is not made by being replaced', async () => {
    const tokens = createRefreshTokens(table);
    const unknown = `${'u'.repeat(43)}.${'a'.repeat(43)}`;
    expect(await tokens.replace(unknown, second)).toBe(false);
    expect(await tokens.find(unknown)).toBeUndefined();
  });

  // Threat T-131
  test('is stored as a digest only', async () => {
    const stored: unknown[] = [];
    const seen = (key: object, rest: object) => {
      stored.push(key, rest);
      return Promise.resolve(true);
    };
    const tokens = createRefreshTokens({ ...table, create: seen, update: seen as Table['update'] });
    await tokens.create(first, refreshGrantOf());
    await tokens.replace(first, second);
    const text = JSON.stringify(stored);
    for (const part of [...first.split('.'), ...second.split('.')]) expect(text).not.toContain(part);
  });
});

// Failure F-85
test('FED-4 an e-mail address belongs to one user at a time, in any case, per partner', async () => {
  const claims = createEmailClaims(table);
  expect(await claims.claim('acme', 'dana@acme.example', 'usr_1')).toBe(true);
  expect(await claims.claim('acme', 'Dana@acme.example', 'usr_1')).toBe(true);
  expect(await claims.claim('acme', 'dana@acme.example', 'usr_2')).toBe(false);
  expect(await claims.claim('globex', 'dana@acme.example', 'usr_2')).toBe(true);
  await claims.release('acme', 'dana@acme.example', 'usr_2');
  expect(await claims.claim('acme', 'dana@acme.example', 'usr_2')).toBe(false);
  await claims.release('acme', 'dana@acme.example', 'usr_1');
  expect(await claims.claim('acme', 'dana@acme.example', 'usr_2')).toBe(true);
});

// Failure F-87
test('FED-2 a domain belongs to one provider at a time', async () => {
  const domains = createProviderDomains(table);
  const find = createProviderOfDomain(table);
  expect(await domains.claim('acme.example', claimOf('provider-1'))).toBe(true);
  expect(await domains.claim('acme.example', claimOf('provider-1'))).toBe(true);
  expect(await domains.claim('acme.example', claimOf('provider-2'))).toBe(false);
  await domains.release('acme.example', 'provider-2');
  expect(await find('acme.example')).toBe('provider-1');
  expect(await domains.claim('acme.example', claimOf('provider-1', 'attempt-2'))).toBe(true);
  await domains.release('acme.example', 'provider-1', 'attempt-1');
  expect(await domains.find('acme.example')).toMatchObject(claimOf('provider-1', 'attempt-2'));
  await domains.release('acme.example', 'provider-1', 'attempt-2');
  expect(await find('acme.example')).toBeUndefined();
});

test('OAU-3 a client belongs to one application, and a sign-in is found with all that it stands on', async () => {
  const { contractId, partnerId } = contractOf();
  const application = applicationOf({ clientId: 'client-1', contractId });
  const provider = providerOf({ partnerId, contractId });
  const clients = createApplicationClients(table);
  expect(await clients.claim('client-1', claimOf(application.applicationId))).toBe(true);
  expect(await clients.claim('client-1', claimOf(application.applicationId))).toBe(true);
  expect(await clients.claim('client-1', claimOf('application-2'))).toBe(false);
  await createApplications(table).create(application);
  await createProviders(table).create(provider);
  await createContracts(table).create(contractOf());
  await createPartners(table).create(partner);
  expect(await createApplicationOfClient(table)('client-1')).toMatchObject(application);
  expect(await createApplicationOfClient(table)('client-2')).toBeUndefined();

  const clientContext = { client: undefined, contract: undefined, partner: undefined };
  const find = createSignInContexts({
    table,
    clock: { now: () => now },
    findClientContext: () => Promise.resolve(clientContext),
  });
  expect(await find('client-1', 'provider-1')).toMatchObject({
    clientContext,
    application,
    provider,
    contract: contractOf(),
    partner,
  });
  expect(await find('client-2', 'provider-2')).toEqual({
    clientContext,
    application: undefined,
    provider: undefined,
    contract: undefined,
    partner: undefined,
  });
});
