import { describe, expect, test } from 'vitest';
import { Defect, OutcomeUnknown, Throttled } from '../../core/errors.ts';
import { tokenExchange } from '../../core/tokens/token-exchange.ts';
import { losses } from '../support/fakes/sign-in-losses.ts';
import {
  accessTokenOf,
  change,
  cognitoToken,
  createTokenWorld,
  grantOf,
  later,
  publicUrl,
  refusalOf,
  sessionOf,
  type TokenWorld,
} from '../support/fakes/token-world.ts';

const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
const jwt = 'urn:ietf:params:oauth:token-type:jwt';
const poolTokenType = `${publicUrl}/token-types/identity-pool`;
const alike = 'invalid_request: the subject token is not accepted';
const notOfSignIn =
  'pool_subject: invalid_request: the subject token must be the one that the application got when a person signed in';

const request = (form: Readonly<Record<string, string>> = {}, client: 1 | 2 = 1) => ({
  grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
  client: {
    method: 'client_secret_basic',
    clientId: `client-${client}`,
    clientSecret: `secret-${client}`,
  } as const,
  sourceIp: '203.0.113.10',
  parameters: new Map(
    Object.entries({
      subject_token: 'access-1',
      subject_token_type: accessToken,
      requested_token_type: poolTokenType,
      ...form,
    }),
  ),
});

const signIn = {
  sid: 'session-1',
  authenticatedAt: new Date(grantOf().authenticatedAt),
  acr: grantOf().acr,
  partnerId: 'globex',
  contractId: 'globex-contract',
};
/** The access token that the application of `client-1` got when Gil signed in. */
const tokenOfGil = accessTokenOf({ clientId: 'client-1', subject: 'usr_gil', signIn });

/** Returns a world in which Gil has signed in, with what his token says changed. */
function signedInWorld(said: Parameters<typeof accessTokenOf>[0] = {}) {
  const made = createTokenWorld();
  made.world.accessTokens.set('access-1', { ...tokenOfGil, ...said });
  return made;
}

describe('FED-5 a token of the identity pool', () => {
  test('is given to the application for the person who signed in', async () => {
    const { world, endpoint } = signedInWorld();
    expect(await tokenExchange(endpoint, request())).toEqual({
      token: {
        access_token: 'pool-token-1',
        issued_token_type: poolTokenType,
        token_type: 'N_A',
        expires_in: 600,
        identity_id: 'identity of usr_gil',
      },
      logged: { clientId: 'client-1', sid: 'session-1', identityId: 'identity of usr_gil' },
    });
    expect(world.poolTokens).toEqual([{ userId: 'usr_gil', partnerId: 'globex', seconds: 600 }]);
    expect(world.done).toEqual(['issue pool token']);
  });

  test('needs no scope of a product', async () => {
    const { endpoint } = signedInWorld({ scopes: ['openid'] });
    expect(await refusalOf(tokenExchange(endpoint, request()))).toBe('no refusal');
  });

  test('is not known where the stage has no pool', async () => {
    const { world, endpoint } = signedInWorld();
    const { identityPool: _, ...withoutPool } = endpoint;
    expect(await refusalOf(tokenExchange(withoutPool, request()))).toBe(
      `requested_token_type: invalid_request: requested_token_type must be ${accessToken}`,
    );
    expect(world.done).toEqual([]);
  });

  test.each([`${poolTokenType}/`, 'https://elsewhere.example/token-types/identity-pool'])(
    'is not given for %s',
    async (requested_token_type) => {
      const { endpoint } = signedInWorld();
      expect(await refusalOf(tokenExchange(endpoint, request({ requested_token_type })))).toMatch(
        /^requested_token_type: /u,
      );
    },
  );

  test.each([
    [new Throttled({ service: 'cognitoidentity', operation: 'any', detail: 'any' })],
    [new OutcomeUnknown({ service: 'cognitoidentity', operation: 'any', detail: 'any' })],
    [new Defect({ service: 'cognitoidentity', operation: 'any', detail: 'any' })],
  ])('is not given if the pool answers %s', async (error) => {
    const { endpoint } = signedInWorld();
    const identityPool = { issueToken: () => Promise.reject(error) };
    await expect(tokenExchange({ ...endpoint, identityPool }, request())).rejects.toBe(error);
  });
});

// Threat T-136
describe('FED-5 how long a token of the identity pool lives', () => {
  test.each<[what: string, seconds: number, change: (world: TokenWorld) => void]>([
    [
      '15 minutes',
      900,
      (world) => {
        world.accessTokens.set('access-1', { ...tokenOfGil, expiresAt: later(3600) });
      },
    ],
    [
      'the subject token',
      42,
      (world) => {
        world.accessTokens.set('access-1', { ...tokenOfGil, expiresAt: later(42.9) });
      },
    ],
    [
      'the session',
      43,
      (world) => {
        world.sessions.set('session-1', sessionOf({ expiresAt: later(43).toISOString() }));
      },
    ],
    [
      "the application's contract",
      44,
      (world) => {
        change(world, 'contract', { endsAt: later(44).toISOString() });
      },
    ],
    [
      "the partner's contract",
      45,
      (world) => {
        const { contract } = world.signIn;
        if (contract === undefined) throw new Error('there is none');
        world.signIn = { ...world.signIn, contract: { ...contract, endsAt: later(45).toISOString() } };
      },
    ],
  ])('is no longer than %s', async (_what, seconds, shorten) => {
    const { world, endpoint } = signedInWorld();
    shorten(world);
    expect((await tokenExchange(endpoint, request())).token.expires_in).toBe(seconds);
    expect(world.poolTokens).toEqual([{ userId: 'usr_gil', partnerId: 'globex', seconds }]);
  });

  test('is at least a second', async () => {
    const { world, endpoint } = signedInWorld({ expiresAt: later(0.9) });
    expect(await refusalOf(tokenExchange(endpoint, request()))).toBe(
      'pool_time_left: invalid_grant: what the token would stand on is over',
    );
    expect(world.done).toEqual([]);
  });
});

// Threat T-119
describe('FED-5 a token of the identity pool is refused', () => {
  const refused = async (
    { world, endpoint }: ReturnType<typeof signedInWorld>,
    asked: ReturnType<typeof request>,
  ) => {
    const refusal = await refusalOf(tokenExchange(endpoint, asked));
    expect(world.done).toEqual([]);
    return refusal;
  };

  test.each(losses)('without $what', async ({ lose }) => {
    const made = signedInWorld();
    lose(made.world);
    expect(await refused(made, request())).toMatch(new RegExp(`^subject_\\w+: ${alike}$`, 'u'));
  });

  test.each<[check: string, part: 'client' | 'contract' | 'partner']>([
    ['client_suspended', 'client'],
    ['contract_suspended', 'contract'],
    ['partner_suspended', 'partner'],
  ])('by %s of the application', async (check, part) => {
    const made = signedInWorld();
    change(made.world, part, { status: 'suspended' });
    expect(await refused(made, request())).toBe(
      `${check}: unauthorized_client: the client, its contract or its partner is not active`,
    );
  });

  test.each<[what: string, form: Readonly<Record<string, string>>, words: string]>([
    [
      'a scope',
      { scope: 'credit-reports/read' },
      'pool_scope: invalid_scope: a token of this type has no scopes',
    ],
    [
      'an audience',
      { audience: publicUrl },
      'pool_audience: invalid_target: a token of this type is for the identity pool alone',
    ],
    [
      'a resource',
      { resource: publicUrl },
      'pool_audience: invalid_target: a token of this type is for the identity pool alone',
    ],
    [
      'an actor token',
      { actor_token: 'x', actor_token_type: jwt },
      'actor_token: invalid_request: actor_token is not supported: the client that asks is the actor',
    ],
    [
      "a third party's token",
      { subject_token: 'third-party-1', subject_token_type: jwt },
      `pool_subject_token_type: invalid_request: for this requested_token_type, subject_token_type must be ${accessToken}`,
    ],
    ['an unknown token', { subject_token: 'access-9' }, `subject_malformed: ${alike}`],
  ])('with %s', async (_what, form, words) => {
    expect(await refused(signedInWorld(), request(form))).toBe(words);
  });

  // Threat T-138
  test.each([
    ['issued to a client for itself', cognitoToken],
    ['of a user who has not signed in', accessTokenOf({ clientId: 'client-1' })],
    [
      'that the application has exchanged',
      { ...tokenOfGil, act: { sub: 'client-1' }, scopes: ['credit-reports/read'] },
    ],
    [
      'that a backend has exchanged',
      { ...tokenOfGil, clientId: 'client-2', originClientId: 'client-1', act: { sub: 'client-2' } },
    ],
  ])('for a token %s', async (_what, token) => {
    const made = signedInWorld();
    made.world.accessTokens.set('access-1', token);
    expect(await refused(made, request())).toBe(notOfSignIn);
  });

  // Threat T-138
  test('to a backend that was called with the token, and with what it exchanged it for', async () => {
    const made = signedInWorld();
    expect(await refused(made, request({}, 2))).toBe(notOfSignIn);
    made.world.accessTokens.set('access-1', {
      ...tokenOfGil,
      clientId: 'client-2',
      originClientId: 'client-1',
      act: { sub: 'client-2' },
    });
    expect(await refused(made, request({}, 2))).toBe(notOfSignIn);
  });

  test('if another alone may act', async () => {
    const made = signedInWorld({ mayAct: { sub: 'client-9' } });
    expect(await refused(made, request())).toBe(`may_act: ${alike}`);
  });
});
