import { userOf } from '../support/fakes/samples.ts';
import { describe, expect, test } from 'vitest';
import { jwtBearer } from '../../core/tokens/jwt-bearer.ts';
import { tokenRules } from '../../core/trust/verification.ts';
import type { thirdPartyTokenOf } from '../support/fakes/token-world.ts';
import {
  change,
  createTokenWorld,
  issuerOf,
  later,
  nowSeconds,
  publicUrl,
  refusalOf,
  tokenWithoutId,
  type TokenWorld,
} from '../support/fakes/token-world.ts';

const scope = 'credit-reports/read credit-reports/write';
const request = (form: Readonly<Record<string, string>> = {}, clientSecret = 'secret-1') => ({
  grantType: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
  client: { method: 'client_secret_basic', clientId: 'client-1', clientSecret } as const,
  sourceIp: '203.0.113.10',
  parameters: new Map(
    Object.entries({ assertion: 'third-party-1', ...form }).filter(([, value]) => value !== ''),
  ),
});
const burning = 'burn https://idp.acme.example id-1 until 2026-11-20T10:05:00.000Z';
const alike = 'invalid_grant: the assertion is not accepted';

interface Spoiled {
  form: Record<string, string>;
  secret?: string;
}
/** What the third party's token and its issuer say, changed. */
function says(
  world: TokenWorld,
  issuer: Parameters<typeof issuerOf>[0],
  token: Parameters<typeof thirdPartyTokenOf>[0],
): void {
  const before = world.thirdParty.get('third-party-1');
  if (before !== undefined && 'token' in before) {
    world.thirdParty.set('third-party-1', {
      issuer: { ...before.issuer, ...issuer },
      token: { ...before.token, ...token },
    });
  }
}

const checks: readonly [
  check: string,
  says: string,
  spoil: (world: TokenWorld, request: Spoiled) => void,
  done?: readonly string[],
][] = [
  [
    'client_secret',
    'invalid_client: the client is unknown or its secret is wrong',
    (_world, spoiled) => {
      spoiled.secret = 'wrong';
    },
  ],
  [
    'partner_suspended',
    'unauthorized_client: the client, its contract or its partner is not active',
    (world) => {
      change(world, 'partner', { status: 'suspended' });
    },
  ],
  [
    'contract_grant',
    'unauthorized_client: the contract of the client does not allow this grant',
    (world) => {
      change(world, 'contract', { grants: ['password'] });
    },
  ],
  [
    'scope',
    'invalid_scope: a scope is asked for that was not granted',
    (_world, { form }) => {
      form['scope'] = 'fraud-signals/read';
    },
  ],
  [
    'parameters',
    'invalid_request: assertion is missing',
    (_world, { form }) => {
      form['assertion'] = '';
    },
  ],
  [
    'signature',
    alike,
    (world) => {
      world.thirdParty.set('third-party-1', { refusedBy: 'signature' });
    },
  ],
  [
    'use',
    alike,
    (world) => {
      says(world, { uses: ['bearer', 'session'] }, {});
    },
  ],
  [
    'partner',
    alike,
    (world) => {
      says(world, { partnerId: 'globex' }, {});
    },
  ],
  [
    'user',
    alike,
    (world) => {
      world.users.clear();
    },
  ],
  [
    'jti',
    alike,
    (world) => {
      const before = world.thirdParty.get('third-party-1');
      world.thirdParty.set('third-party-1', {
        issuer: before !== undefined && 'issuer' in before ? before.issuer : issuerOf(),
        token: tokenWithoutId,
      });
    },
  ],
  [
    'replay',
    alike,
    (world) => {
      world.burnt.add('https://idp.acme.example id-1');
    },
    [burning],
  ],
  [
    'time_left',
    'invalid_grant: what the token would stand on is over',
    (world) => {
      change(world, 'contract', { endsAt: later(0.5).toISOString() });
    },
    [burning],
  ],
];

describe('JWT-4 an assertion of a third party', () => {
  test('becomes a token of the user that it names', async () => {
    const { world, endpoint } = createTokenWorld();
    expect(await jwtBearer(endpoint, request())).toEqual({
      token: { access_token: 'signed-1', token_type: 'Bearer', expires_in: 900, scope },
    });
    expect(world.minted).toEqual([
      {
        iss: publicUrl,
        sub: 'dana.li',
        client_id: 'client-1',
        aud: publicUrl,
        iat: nowSeconds,
        exp: nowSeconds + 900,
        jti: 'new-id',
        scope,
      },
    ]);
    expect(world.done).toEqual([burning, 'sign']);
  });

  // Threat T-24
  test.each(checks)('is refused by %s before anything later', async (check, words, _spoil, done = []) => {
    const { world, endpoint } = createTokenWorld();
    const spoiled: Spoiled = { form: {} };
    for (const [, , spoil] of checks.slice(checks.findIndex(([name]) => name === check)).toReversed()) {
      spoil(world, spoiled);
    }
    expect(await refusalOf(jwtBearer(endpoint, request(spoiled.form, spoiled.secret)))).toBe(
      `${check}: ${words}`,
    );
    expect({ done: world.done, minted: world.minted }).toEqual({ done, minted: [] });
  });

  test.each(checks)('is refused by %s alone', async (check, words, spoil, done = []) => {
    const { world, endpoint } = createTokenWorld();
    const spoiled: Spoiled = { form: {} };
    spoil(world, spoiled);
    expect(await refusalOf(jwtBearer(endpoint, request(spoiled.form, spoiled.secret)))).toBe(
      `${check}: ${words}`,
    );
    expect({ done: world.done, minted: world.minted }).toEqual({ done, minted: [] });
  });

  // Threat T-37
  test.each(tokenRules)('is refused alike by the rule %s of the registry', async (refusedBy) => {
    const { world, endpoint } = createTokenWorld();
    world.thirdParty.set('third-party-1', { refusedBy });
    expect(await refusalOf(jwtBearer(endpoint, request()))).toBe(`${refusedBy}: ${alike}`);
    expect(world.done).toEqual([]);
  });

  // Threat T-35
  test('counts once', async () => {
    const { world, endpoint } = createTokenWorld();
    await jwtBearer(endpoint, request());
    expect(await refusalOf(jwtBearer(endpoint, request()))).toBe(`replay: ${alike}`);
    expect(world.done).toEqual([burning, 'sign', burning]);
  });

  // Threat T-35
  test('is not used up by a request that is refused', async () => {
    const { world, endpoint } = createTokenWorld();
    expect(await refusalOf(jwtBearer(endpoint, request({ scope: 'fraud-signals/read' })))).toMatch(
      /^scope: /u,
    );
    world.users.clear();
    expect(await refusalOf(jwtBearer(endpoint, request()))).toBe(`user: ${alike}`);
    world.users.set('dana.li', userOf({ partnerId: 'acme' }));
    expect((await jwtBearer(endpoint, request())).token.access_token).toBe('signed-1');
  });

  // Threat T-36
  test('is that of a user of its own partner, not of a namesake', async () => {
    const { world, endpoint } = createTokenWorld();
    world.users.clear();
    world.users.set('dana.li', userOf({ partnerId: 'globex' }));
    expect(await refusalOf(jwtBearer(endpoint, request()))).toBe(`user: ${alike}`);
  });

  test('may be the same id from another issuer', async () => {
    const { world, endpoint } = createTokenWorld();
    world.burnt.add('https://other.acme.example id-1');
    expect((await jwtBearer(endpoint, request())).token.access_token).toBe('signed-1');
  });

  test('gives a token that ends with the contract', async () => {
    const { world, endpoint } = createTokenWorld();
    change(world, 'contract', { endsAt: later(30).toISOString() });
    expect((await jwtBearer(endpoint, request({ scope: 'credit-reports/read' }))).token).toEqual({
      access_token: 'signed-1',
      token_type: 'Bearer',
      expires_in: 30,
      scope: 'credit-reports/read',
    });
  });
});
