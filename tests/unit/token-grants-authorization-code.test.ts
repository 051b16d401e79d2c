import { describe, expect, test } from 'vitest';
import { authorizationCode } from '../../core/tokens/authorization-code.ts';
import {
  accessTokenClaims,
  idTokenClaims,
  createTokenWorld,
  grantOf,
  later,
  now,
  redirectUri,
  refreshGrantOf,
  refusalOf,
  sessionOf,
  verifier,
} from '../support/fakes/token-world.ts';
import { changeSignIn, losses } from '../support/fakes/sign-in-losses.ts';

const bySecret = { method: 'client_secret_basic', clientId: 'client-1', clientSecret: 'secret-1' } as const;
const form = { code: 'code-1', redirect_uri: redirectUri, code_verifier: verifier };
const request = (changed: Readonly<Record<string, string | undefined>> = {}) => ({
  grantType: 'authorization_code',
  client: bySecret,
  parameters: new Map(
    Object.entries<string | undefined>({ ...form, ...changed }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    ),
  ),
  sourceIp: '203.0.113.10',
});
const alike = 'invalid_grant: the code is not accepted';

describe('OAU-3 a code', () => {
  test('gives the tokens of the person, under the contracts of application and partner', async () => {
    const { world, endpoint } = createTokenWorld();
    const { token } = await authorizationCode(endpoint, request());
    expect(token).toEqual({
      access_token: 'signed-1',
      id_token: 'id-token-1',
      token_type: 'Bearer',
      expires_in: 900,
      scope: 'openid credit-reports/read',
    });
    expect(world.minted).toEqual([accessTokenClaims('openid credit-reports/read')]);
    expect(world.idTokens).toEqual([{ ...idTokenClaims, nonce: 'nonce-1' }]);
    expect(world.done).toEqual(['use code-1', 'sign', 'sign ID token']);
  });

  test('counts once; a second use by the application ends the session', async () => {
    const { world, endpoint } = createTokenWorld();
    await authorizationCode(endpoint, request());
    expect(await refusalOf(authorizationCode(endpoint, request()))).toBe(`code_used: ${alike}`);
    expect(world.sessions.get('session-1')).toEqual(sessionOf({ endedAt: now.toISOString() }));
    expect(world.minted).toHaveLength(1);
    // Calls that API Gateway has cached an answer for are refused as soon as after a suspension.
    expect(world.done.slice(-4)).toEqual([
      'use code-1',
      'end session-1',
      'flush',
      `flush again at ${later(11).toISOString()}`,
    ]);
  });

  test('gives a refresh token where the application has asked for offline_access', async () => {
    const { world, endpoint } = createTokenWorld();
    world.codes.set('code-1', grantOf({ scopes: ['openid', 'offline_access', 'credit-reports/read'] }));
    const { token } = await authorizationCode(endpoint, request());
    expect(token).toMatchObject({
      refresh_token: `${'b'.repeat(43)}.${'c'.repeat(43)}`,
      scope: 'openid credit-reports/read',
    });
    expect(world.refreshTokens.all().at(-1)).toEqual({
      newest: token.refresh_token,
      grant: refreshGrantOf({ scopes: ['openid', 'offline_access', 'credit-reports/read'] }),
    });
  });

  test.each([
    ['without the verifier', { code_verifier: `${verifier}-another` }, 'code_verifier'],
    ['for another address', { redirect_uri: 'https://portal.company.example/callback' }, 'redirect_uri'],
    ['that nobody was given', { code: 'code-2' }, 'code'],
  ])('a use %s spends it not', async (_what, changed, check) => {
    const { world, endpoint } = createTokenWorld();
    expect(await refusalOf(authorizationCode(endpoint, request(changed)))).toBe(`${check}: ${alike}`);
    expect(world.done).toEqual([]);
    expect(world.sessions.get('session-1')).toEqual(sessionOf());
    expect(await refusalOf(authorizationCode(endpoint, request()))).toBe('no refusal');
  });

  test('is of no use to another client', async () => {
    const { world, endpoint } = createTokenWorld();
    const other = { ...request(), client: { ...bySecret, clientId: 'client-2', clientSecret: 'secret-2' } };
    expect(await refusalOf(authorizationCode(endpoint, other))).toBe(`code: ${alike}`);
    expect(world.done).toEqual([]);
  });

  test.each(['code', 'redirect_uri', 'code_verifier'])('needs %s', async (name) => {
    const { endpoint } = createTokenWorld();
    expect(await refusalOf(authorizationCode(endpoint, request({ [name]: undefined })))).toBe(
      'parameters: invalid_request: code, redirect_uri and code_verifier are needed',
    );
  });

  test('is over after a minute', async () => {
    const { world, endpoint } = createTokenWorld();
    world.codes.set('code-1', grantOf({ expiresAt: now.toISOString() }));
    expect(await refusalOf(authorizationCode(endpoint, request()))).toBe(`code_expired: ${alike}`);
    expect(world.minted).toEqual([]);
  });

  test('gives scopes of the product only where both contracts have them', async () => {
    const { world, endpoint } = createTokenWorld();
    world.codes.set('code-1', grantOf({ scopes: ['openid', 'credit-reports/read', 'credit-reports/write'] }));
    world.signIn = {
      ...world.signIn,
      contract: world.signIn.contract && {
        ...world.signIn.contract,
        products: { 'credit-reports': ['credit-reports/write'] },
      },
    };
    const { token } = await authorizationCode(endpoint, request());
    expect(token.scope).toBe('openid credit-reports/write');
  });

  test.each([
    ['the session', { session: later(120) }, 120],
    ["the partner's contract", { contract: later(90) }, 90],
  ])('gives a token that ends with %s', async (_what, { session, contract }: Ends, seconds) => {
    const { world, endpoint } = createTokenWorld();
    if (session !== undefined) {
      world.sessions.set('session-1', sessionOf({ expiresAt: session.toISOString() }));
    }
    if (contract !== undefined) changeSignIn(world, 'contract', { endsAt: contract.toISOString() });
    const { token } = await authorizationCode(endpoint, request());
    expect(token.expires_in).toBe(seconds);
  });
});

interface Ends {
  readonly session?: Date;
  readonly contract?: Date;
}

describe('OAU-3 a code whose sign-in has lost something', () => {
  test.each(losses)('$what, gives nothing', async ({ check, lose }) => {
    const { world, endpoint } = createTokenWorld();
    lose(world);
    expect(await refusalOf(authorizationCode(endpoint, request()))).toBe(`${check}: ${alike}`);
    expect(world.minted).toEqual([]);
    expect(world.idTokens).toEqual([]);
  });
});
