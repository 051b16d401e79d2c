import { describe, expect, test } from 'vitest';
import { clientCredentials } from '../../core/tokens/client-credentials.ts';
import { OAuthError } from '../../core/tokens/oauth-error.ts';
import {
  change,
  createTokenWorld,
  later,
  nowSeconds,
  publicUrl,
  refusalOf,
} from '../support/fakes/token-world.ts';

const bySecret = { method: 'client_secret_basic', clientId: 'client-1', clientSecret: 'secret-1' } as const;
const bySignature = { method: 'private_key_jwt', clientId: undefined, assertion: 'assertion-1' } as const;
const request = (client: typeof bySecret | typeof bySignature, scope?: string) => ({
  grantType: 'client_credentials',
  client,
  parameters: new Map(scope === undefined ? [] : [['scope', scope]]),
  sourceIp: '203.0.113.10',
});
const scope = 'credit-reports/read credit-reports/write';

describe('OAU-2 client_credentials with a secret', () => {
  test('passes client and scope on to Cognito, and the answer back', async () => {
    const { world, endpoint } = createTokenWorld();
    expect(await clientCredentials(endpoint, request(bySecret, 'credit-reports/read'))).toEqual({
      token: world.cognito,
    });
    expect(world.done).toEqual(['Cognito issues to client-1: credit-reports/read']);
  });

  test('without a scope asks for all that was granted', async () => {
    const { world, endpoint } = createTokenWorld();
    await clientCredentials(endpoint, request(bySecret));
    expect(world.done).toEqual(['Cognito issues to client-1: everything']);
  });

  test.each(['invalid_client', 'invalid_scope'] as const)('says what Cognito says: %s', async (code) => {
    const { world, endpoint } = createTokenWorld();
    world.cognito = new OAuthError(code, 'words');
    expect(await refusalOf(clientCredentials(endpoint, request(bySecret)))).toBe(`no check: ${code}: words`);
  });

  // Threat T-23
  test.each([' a', 'a ', 'a  b', 'a\tb', 'a\nb', 'a"b', 'a\\b', 'ä', 'a\u00A0b', ' ', 'a'.repeat(4097)])(
    'refuses the scope %j before anybody is asked',
    async (asked) => {
      for (const client of [bySecret, bySignature]) {
        const { world, endpoint } = createTokenWorld();
        expect(await refusalOf(clientCredentials(endpoint, request(client, asked)))).toBe(
          'scope_syntax: invalid_scope: scope must be tokens separated by single spaces',
        );
        expect(world.done).toEqual([]);
      }
    },
  );

  test.each(['a', '!#[]~', 'https://api.example/read a:b.c', 'a'.repeat(4096)])(
    'takes the scope %j',
    async (asked) => {
      const { world, endpoint } = createTokenWorld();
      expect(await clientCredentials(endpoint, request(bySecret, asked))).toEqual({ token: world.cognito });
    },
  );

  test("gives Cognito's token up to the second in which both end", async () => {
    const { world, endpoint } = createTokenWorld();
    change(world, 'contract', { endsAt: later(3600).toISOString() });
    expect(await clientCredentials(endpoint, request(bySecret))).toEqual({ token: world.cognito });
  });

  // Threat T-20
  test("mints one cut to the contract where Cognito's would outlive it", async () => {
    const { world, endpoint } = createTokenWorld();
    change(world, 'contract', { endsAt: later(600).toISOString() });
    expect(await clientCredentials(endpoint, request(bySecret))).toEqual({
      token: { access_token: 'signed-1', token_type: 'Bearer', expires_in: 600, scope },
    });
    expect(world.minted).toEqual([
      {
        iss: publicUrl,
        sub: 'client-1',
        client_id: 'client-1',
        aud: publicUrl,
        iat: nowSeconds,
        exp: nowSeconds + 600,
        jti: 'new-id',
        scope,
      },
    ]);
  });

  test('which lives 15 minutes at most', async () => {
    const { world, endpoint } = createTokenWorld();
    change(world, 'contract', { endsAt: later(3599).toISOString() });
    expect((await clientCredentials(endpoint, request(bySecret))).token.expires_in).toBe(900);
  });
});

describe('OAU-2 client_credentials with a signature', () => {
  // Threat T-24
  test('mints a token of our own, without Cognito', async () => {
    const { world, endpoint } = createTokenWorld();
    expect(await clientCredentials(endpoint, request(bySignature))).toEqual({
      token: { access_token: 'signed-1', token_type: 'Bearer', expires_in: 900, scope },
    });
    expect(world.minted).toEqual([
      {
        iss: publicUrl,
        sub: 'client-1',
        client_id: 'client-1',
        aud: publicUrl,
        iat: nowSeconds,
        exp: nowSeconds + 900,
        jti: 'new-id',
        scope,
      },
    ]);
    expect(world.done).toEqual(['burn client-1 assertion-id-1 until 2026-11-20T10:01:00.000Z', 'sign']);
  });

  test.each([
    ['credit-reports/read', 'credit-reports/read'],
    ['credit-reports/write credit-reports/read', 'credit-reports/write credit-reports/read'],
    ['credit-reports/read credit-reports/read', 'credit-reports/read'],
  ])('narrows to %s', async (asked, granted) => {
    const { world, endpoint } = createTokenWorld();
    expect((await clientCredentials(endpoint, request(bySignature, asked))).token.scope).toBe(granted);
    expect(world.minted).toEqual([
      {
        scope: granted,
        iss: publicUrl,
        sub: 'client-1',
        client_id: 'client-1',
        aud: publicUrl,
        iat: nowSeconds,
        exp: nowSeconds + 900,
        jti: 'new-id',
      },
    ]);
  });

  // Threat T-25
  test('grants what client and contract both have, and no more', async () => {
    const { world, endpoint } = createTokenWorld();
    change(world, 'contract', {
      products: {
        'credit-reports': ['credit-reports/read', 'credit-reports/admin'],
        'fraud-signals': ['credit-reports/write'],
      },
    });
    expect((await clientCredentials(endpoint, request(bySignature))).token.scope).toBe('credit-reports/read');
    for (const asked of [
      'credit-reports/write',
      'credit-reports/admin',
      'credit-reports/read credit-reports/write',
      'fraud-signals/read',
      'CREDIT-REPORTS/READ',
    ]) {
      world.burnt.clear();
      expect(await refusalOf(clientCredentials(endpoint, request(bySignature, asked)))).toBe(
        'scope: invalid_scope: a scope is asked for that was not granted',
      );
    }
  });

  test('gives nothing where nothing may be had', async () => {
    const { world, endpoint } = createTokenWorld();
    change(world, 'contract', { products: {} });
    expect(await refusalOf(clientCredentials(endpoint, request(bySignature)))).toBe(
      'scope: invalid_scope: a scope is asked for that was not granted',
    );
    expect(world.minted).toEqual([]);
  });

  test.each([
    [1, 1],
    [1, 1.999],
    [2, 2],
  ])('is cut to whole seconds: %d of %d', async (expires_in, left) => {
    const { world, endpoint } = createTokenWorld();
    change(world, 'contract', { endsAt: later(left).toISOString() });
    expect((await clientCredentials(endpoint, request(bySignature))).token.expires_in).toBe(expires_in);
  });

  test('is refused in the last second of the contract', async () => {
    const { world, endpoint } = createTokenWorld();
    change(world, 'contract', { endsAt: later(0.999).toISOString() });
    expect(await refusalOf(clientCredentials(endpoint, request(bySignature)))).toBe(
      'time_left: invalid_grant: what the token would stand on is over',
    );
    expect(world.minted).toEqual([]);
  });
});
