import { describe, expect, test } from 'vitest';
import { principalOfAccessToken } from '../../core/authorization/principal.ts';
import { evaluate } from '../../core/authorization/evaluate.ts';
import { grantTypes } from '../../core/contracts/records.ts';
import { introspect } from '../../core/tokens/introspection.ts';
import { OAuthError } from '../../core/tokens/oauth-error.ts';
import { readStanding } from '../../core/tokens/standing.ts';
import { tokenExchange } from '../../core/tokens/token-exchange.ts';
import type { Application } from '../../core/applications/application.ts';
import { applicationOf } from '../support/fakes/samples.ts';
import { losses } from '../support/fakes/sign-in-losses.ts';
import {
  accessTokenOf,
  change,
  createTokenWorld,
  grantOf,
  later,
  now,
  nowSeconds,
  publicUrl,
  refusalOf,
  type TokenWorld,
} from '../support/fakes/token-world.ts';

type Endpoint = ReturnType<typeof createTokenWorld>['endpoint'];

const signIn = {
  sid: 'session-1',
  authenticatedAt: new Date(grantOf().authenticatedAt),
  acr: grantOf().acr,
  partnerId: 'globex',
  contractId: 'globex-contract',
};
/** The token of Gil at the application, and the same after a backend has exchanged it. */
const tokens = {
  'its own token': accessTokenOf({ clientId: 'client-1', subject: 'usr_gil', signIn }),
  'an exchanged token': accessTokenOf({
    clientId: 'client-2',
    subject: 'usr_gil',
    originClientId: 'client-1',
    act: { sub: 'client-2' },
    signIn,
  }),
};

const route = { method: 'GET' as const, path: '/apis/credit-reports/reports/{id}' };

/** Makes the world one in which Gil has signed in, and calls come from anywhere. */
function signedInWorld(token: (typeof tokens)[keyof typeof tokens]) {
  const { world, endpoint } = createTokenWorld();
  world.accessTokens.set('access-1', token);
  const routes = [{ ...route, scope: 'credit-reports/read' }];
  for (const clientId of ['client-1', 'client-2']) {
    change(world, 'client', { ipRanges: ['203.0.113.10'], routes }, clientId);
    change(world, 'contract', { resourceServerOf: ['credit-reports'] }, clientId);
  }
  return { world, endpoint };
}

/** Each door answers whether it lets Gil in. */
const doors: Readonly<Record<string, (endpoint: Endpoint, world: TokenWorld) => Promise<boolean>>> = {
  'a call': async (endpoint, world) => {
    const token = world.accessTokens.get('access-1');
    if (token === undefined || 'refusedBy' in token) return false;
    const principal = principalOfAccessToken(token, publicUrl);
    const { decision } = evaluate(principal, {
      now,
      environment: 'DEV',
      enabledGrants: grantTypes,
      thirdPartyProducts: [],
      isRevoked: false,
      standing: await readStanding(endpoint, principal),
      sourceIp: '203.0.113.10',
      route,
    });
    return decision === 'allow';
  },
  'an exchange': async (endpoint) =>
    (await refusalOf(
      tokenExchange(endpoint, {
        grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
        client: { method: 'client_secret_basic', clientId: 'client-2', clientSecret: 'secret-2' },
        sourceIp: '203.0.113.10',
        parameters: new Map([
          ['subject_token', 'access-1'],
          ['subject_token_type', 'urn:ietf:params:oauth:token-type:access_token'],
        ]),
      }),
    )) === 'no refusal',
  introspection: async (endpoint) =>
    introspected(endpoint).then(
      ({ active }) => active,
      (error: unknown) => {
        if (error instanceof OAuthError) return false;
        throw error;
      },
    ),
};

const introspected = (endpoint: Endpoint) =>
  introspect(
    {
      ...endpoint,
      revocableTokens: { find: () => Promise.resolve(undefined) },
      denialList: { isDenied: () => Promise.resolve(false), deny: () => Promise.resolve() },
    },
    {
      contentType: 'application/x-www-form-urlencoded',
      sourceIp: '203.0.113.10',
      body: 'token=access-1',
      authorization: `Basic ${Buffer.from('client-2:secret-2').toString('base64')}`,
    },
  );

// Threat T-119
describe.each(Object.entries(tokens))('OAU-3, FED-7 a signed-in person with %s', (_which, token) => {
  describe.each(Object.entries(doors))('at the door of %s', (_door, letsIn) => {
    test('is let in', async () => {
      const { world, endpoint } = signedInWorld(token);
      expect(await letsIn(endpoint, world)).toBe(true);
    });

    test.each(losses)('is not let in without $what', async ({ lose }) => {
      const { world, endpoint } = signedInWorld(token);
      lose(world);
      expect(await letsIn(endpoint, world)).toBe(false);
    });

    test.each(['client-1', ...(token.clientId === 'client-1' ? [] : ['client-2'])])(
      'is not let in once %s is suspended',
      async (clientId) => {
        const { world, endpoint } = signedInWorld(token);
        change(world, 'client', { status: 'suspended' }, clientId);
        expect(await letsIn(endpoint, world)).toBe(false);
      },
    );

    test("is not let in once the application's contract does not allow the grant", async () => {
      const { world, endpoint } = signedInWorld(token);
      const grants = grantTypes.filter((each) => each !== 'authorization_code');
      change(world, 'contract', { grants });
      expect(await letsIn(endpoint, world)).toBe(false);
    });
  });
});

// Threat T-140
describe('OAU-3 another application that exchanges the token of a signed-in person', () => {
  const otherApplication = applicationOf(
    { clientId: 'client-2', contractId: 'acme-contract' },
    { applicationId: 'application-2', partnerId: 'acme' },
  );
  const changes: readonly [what: string, letsIn: boolean, changed: Partial<Application>][] = [
    ['admits the person', true, {}],
    ['does not admit the partner', false, { signIn: { ...otherApplication.signIn, partners: ['another'] } }],
    ['is suspended', false, { status: 'suspended' }],
  ];
  describe.each(Object.entries(doors))('at the door of %s', (door, letsIn) => {
    test.each(changes)('and %s: %s', async (_what, isLetIn, changed) => {
      const { world, endpoint } = signedInWorld(
        tokens[door === 'an exchange' ? 'its own token' : 'an exchanged token'],
      );
      world.otherApplications = [{ ...otherApplication, ...changed }];
      change(world, 'client', { contractId: 'acme-contract' }, 'client-2');
      expect(await letsIn(endpoint, world)).toBe(isLetIn);
    });
  });
});

describe('OAU-3 a token of a signed-in person', () => {
  test('keeps the sign-in when it is exchanged', async () => {
    const { world, endpoint } = signedInWorld(tokens['its own token']);
    expect(await doors['an exchange']?.(endpoint, world)).toBe(true);
    expect(world.minted).toEqual([
      {
        iss: publicUrl,
        sub: 'usr_gil',
        client_id: 'client-2',
        aud: publicUrl,
        iat: nowSeconds,
        exp: nowSeconds + 600,
        jti: 'new-id',
        scope: 'credit-reports/read credit-reports/write',
        origin_client_id: 'client-1',
        act: { sub: 'client-2' },
        sid: 'session-1',
        auth_time: nowSeconds - 30,
        acr: 'urn:sallyport:acr:password',
        partner_id: 'globex',
        contract_id: 'globex-contract',
      },
    ]);
  });

  test('tells backends when and how the person has signed in, RFC 9470', async () => {
    const { endpoint } = signedInWorld(tokens['its own token']);
    expect(await introspected(endpoint)).toEqual({
      active: true,
      iss: publicUrl,
      sub: 'usr_gil',
      client_id: 'client-1',
      token_type: 'Bearer',
      scope: 'credit-reports/read credit-reports/write',
      iat: nowSeconds,
      exp: nowSeconds + 600,
      aud: [publicUrl],
      sid: 'session-1',
      auth_time: nowSeconds - 30,
      acr: 'urn:sallyport:acr:password',
      partner_id: 'globex',
      contract_id: 'globex-contract',
    });
  });

  test("has only the scopes that the partner's contract still has", async () => {
    const { world, endpoint } = signedInWorld(tokens['its own token']);
    world.signIn = {
      ...world.signIn,
      contract: world.signIn.contract && {
        ...world.signIn.contract,
        products: { 'credit-reports': ['credit-reports/write'] },
      },
    };
    expect(await introspected(endpoint)).toMatchObject({ scope: 'credit-reports/write' });
    expect(await doors['a call']?.(endpoint, world)).toBe(false);
  });

  test('ends with the session, although the contracts go on', async () => {
    const { world, endpoint } = signedInWorld(tokens['its own token']);
    const session = world.sessions.get('session-1');
    if (session === undefined) throw new Error('no session');
    world.sessions.set('session-1', { ...session, expiresAt: later(0.001).toISOString() });
    expect(await doors['a call']?.(endpoint, world)).toBe(true);
    world.sessions.set('session-1', { ...session, expiresAt: now.toISOString() });
    expect(await doors['a call']?.(endpoint, world)).toBe(false);
  });
});
