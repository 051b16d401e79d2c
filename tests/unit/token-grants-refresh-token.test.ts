import { describe, expect, test } from 'vitest';
import { grantTypes } from '../../core/contracts/records.ts';
import { handleTokenRequest } from '../../core/tokens/grants.ts';
import { refreshToken } from '../../core/tokens/refresh-token.ts';
import {
  accessTokenClaims,
  idTokenClaims,
  change,
  createTokenWorld,
  later,
  now,
  refreshTokenOf,
  refusalOf,
  sessionOf,
} from '../support/fakes/token-world.ts';
import { changeSignIn, losses } from '../support/fakes/sign-in-losses.ts';

const bySecret = { method: 'client_secret_basic', clientId: 'client-1', clientSecret: 'secret-1' } as const;
const first = refreshTokenOf('a');
const request = (token: string | undefined = first, scope?: string) => ({
  grantType: 'refresh_token',
  client: bySecret,
  parameters: new Map([
    ...(token === '' ? [] : [['refresh_token', token] as const]),
    ...(scope === undefined ? [] : [['scope', scope] as const]),
  ]),
  sourceIp: '203.0.113.10',
});
const alike = 'invalid_grant: the refresh token is not accepted';

/** Sends a refresh token and returns the one that comes back. */
async function refreshed(endpoint: Endpoint, token: string): Promise<string> {
  return (await refreshToken(endpoint, request(token))).token.refresh_token ?? '';
}
type Endpoint = ReturnType<typeof createTokenWorld>['endpoint'];

describe('OAU-3 a refresh token', () => {
  test('gives new tokens of the same sign-in, and a successor', async () => {
    const { world, endpoint } = createTokenWorld();
    const { token } = await refreshToken(endpoint, request());
    expect(token).toEqual({
      access_token: 'signed-1',
      id_token: 'id-token-1',
      refresh_token: refreshTokenOf('b'),
      token_type: 'Bearer',
      expires_in: 900,
      scope: 'openid credit-reports/read credit-reports/write',
    });
    expect(world.minted).toEqual([accessTokenClaims('openid credit-reports/read credit-reports/write')]);
    // OpenID Connect Core 1.0 §12.2: without the nonce, and with the time of the sign-in.
    expect(world.idTokens).toEqual([idTokenClaims]);
  });

  // Failure F-95
  test('can be sent again until its successor is used, because an answer can get lost', async () => {
    const { world, endpoint } = createTokenWorld();
    await refreshed(endpoint, first);
    const second = await refreshed(endpoint, first);
    const third = await refreshed(endpoint, second);
    expect(third).not.toBe(second);
    expect(world.sessions.get('session-1')).toEqual(sessionOf());
  });

  // Threat T-130
  test('ends the session if it comes after its successor was used', async () => {
    const { world, endpoint } = createTokenWorld();
    await refreshed(endpoint, await refreshed(endpoint, first));
    const minted = world.minted.length;
    expect(await refusalOf(refreshToken(endpoint, request()))).toBe(`refresh_token_used: ${alike}`);
    expect(world.sessions.get('session-1')).toEqual(sessionOf({ endedAt: now.toISOString() }));
    expect(world.minted).toHaveLength(minted);
    expect(world.done.slice(-3)).toEqual([
      'end session-1',
      'flush',
      `flush again at ${later(11).toISOString()}`,
    ]);
  });

  test('finds out whoever took it, by the next use of either', async () => {
    const { world, endpoint } = createTokenWorld();
    const ofApplication = await refreshed(endpoint, first);
    const ofThief = await refreshed(endpoint, first);
    expect(await refusalOf(refreshToken(endpoint, request(ofApplication)))).toBe(
      `refresh_token_used: ${alike}`,
    );
    expect(await refusalOf(refreshToken(endpoint, request(ofThief)))).toBe(`session: ${alike}`);
    expect(world.sessions.get('session-1')).toEqual(sessionOf({ endedAt: now.toISOString() }));
  });

  test.each([
    ['that nobody was given', `${'x'.repeat(43)}.${'y'.repeat(43)}`],
    ['that is an access token', 'access-1'],
    ['that is a part of one', 'f'.repeat(43)],
  ])('%s gives nothing', async (_what, token) => {
    const { world, endpoint } = createTokenWorld();
    expect(await refusalOf(refreshToken(endpoint, request(token)))).toBe(`refresh_token: ${alike}`);
    expect(world.done).toEqual([]);
  });

  test('is of no use to another client, and not spent by it', async () => {
    const { world, endpoint } = createTokenWorld();
    const other = { ...request(), client: { ...bySecret, clientId: 'client-2', clientSecret: 'secret-2' } };
    expect(await refusalOf(refreshToken(endpoint, other))).toBe(`refresh_token: ${alike}`);
    expect(world.done).toEqual([]);
    expect(await refreshed(endpoint, first)).toBe(refreshTokenOf('b'));
  });

  test('has to be sent', async () => {
    const { endpoint } = createTokenWorld();
    expect(await refusalOf(refreshToken(endpoint, request('')))).toBe(
      'parameters: invalid_request: refresh_token is needed',
    );
  });

  test('gives fewer scopes if fewer are asked for, and all of them the next time', async () => {
    const { world, endpoint } = createTokenWorld();
    const { token } = await refreshToken(endpoint, request(first, 'credit-reports/read'));
    expect(token.scope).toBe('credit-reports/read');
    expect(token.id_token).toBeUndefined();
    expect(world.idTokens).toEqual([]);
    const again = await refreshToken(endpoint, request(token.refresh_token));
    expect(again.token.scope).toBe('openid credit-reports/read credit-reports/write');
  });

  test.each(['openid fraud-signals/read', 'profile', 'email', 'credit-reports/read  openid'])(
    'gives no other scopes, and is not spent by asking for %j',
    async (scope) => {
      const { world, endpoint } = createTokenWorld();
      expect(await refusalOf(refreshToken(endpoint, request(first, scope)))).toContain('invalid_scope');
      expect(world.refreshTokens.all()).toMatchObject([{ newest: first }]);
    },
  );

  test('gives no scope that a contract has lost since', async () => {
    const { world, endpoint } = createTokenWorld();
    changeSignIn(world, 'contract', { products: { 'credit-reports': ['credit-reports/write'] } });
    const { token } = await refreshToken(endpoint, request());
    expect(token.scope).toBe('openid credit-reports/write');
  });

  test.each([
    ['the session', 120],
    ["the partner's contract", 90],
  ])('gives a token that ends with %s', async (what, seconds) => {
    const { world, endpoint } = createTokenWorld();
    const end = later(seconds).toISOString();
    if (what === 'the session') world.sessions.set('session-1', sessionOf({ expiresAt: end }));
    else changeSignIn(world, 'contract', { endsAt: end });
    expect((await refreshToken(endpoint, request())).token.expires_in).toBe(seconds);
  });

  test("needs the grant authorization_code in the application's contract, and no other", async () => {
    const { world, endpoint } = createTokenWorld();
    change(world, 'contract', { grants: ['authorization_code'] });
    expect(await refusalOf(refreshToken(endpoint, request()))).toBe('no refusal');
    change(world, 'contract', { grants: ['client_credentials'] });
    expect(await refusalOf(refreshToken(endpoint, request()))).toContain('contract_grant');
  });
});

describe('OAU-3 a refresh token whose sign-in has lost something', () => {
  // Threat T-119
  test.each(losses)('$what, gives nothing', async ({ check, lose }) => {
    const { world, endpoint } = createTokenWorld();
    lose(world);
    expect(await refusalOf(refreshToken(endpoint, request()))).toBe(`${check}: ${alike}`);
    expect(world.minted).toEqual([]);
    expect(world.idTokens).toEqual([]);
    expect(world.refreshTokens.all()).toMatchObject([{ newest: first }]);
  });
});

describe('OAU-3 the grant type refresh_token', () => {
  const raw = {
    contentType: 'application/x-www-form-urlencoded',
    authorization: `Basic ${Buffer.from('client-1:secret-1').toString('base64')}`,
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: first }).toString(),
    sourceIp: '203.0.113.10',
  };

  test('is taken where people sign in', async () => {
    const { endpoint } = createTokenWorld();
    expect((await handleTokenRequest(endpoint, raw)).token.refresh_token).toBe(refreshTokenOf('b'));
  });

  test('is not taken where nobody signs in', async () => {
    const { endpoint } = createTokenWorld();
    const enabledGrants = grantTypes.filter((each) => each !== 'authorization_code');
    expect(await refusalOf(handleTokenRequest({ ...endpoint, enabledGrants }, raw))).toBe(
      `no check: unsupported_grant_type: grant_type must be one of: ${enabledGrants.join(', ')}`,
    );
  });
});
