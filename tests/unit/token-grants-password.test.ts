import { describe, expect, test } from 'vitest';
import { password } from '../../core/tokens/password.ts';
import {
  aClient,
  change,
  createTokenWorld,
  later,
  now,
  nowSeconds,
  publicUrl,
  refusalOf,
  type TokenWorld,
} from '../support/fakes/token-world.ts';

const scope = 'credit-reports/read credit-reports/write';
const request = (form: Readonly<Record<string, string>> = {}, clientSecret = 'secret-1') => ({
  grantType: 'password',
  client: { method: 'client_secret_basic', clientId: 'client-1', clientSecret } as const,
  sourceIp: '203.0.113.10',
  parameters: new Map(
    Object.entries({ username: 'dana.li', password: 'right', ...form }).filter(([, value]) => value !== ''),
  ),
});
const tries = ['try user acme/dana.li', 'try address 203.0.113.10'];
const givenBack = ['give back user acme/dana.li', 'give back address 203.0.113.10'];
const alike = 'invalid_grant: the user cannot be served with these credentials';
const notAllowed = 'unauthorized_client: the contract of the client does not allow this grant';

interface Spoiled {
  form: Record<string, string>;
  secret?: string;
}

/** The checks in their order: how each is spoilt, what it says, and what has been done by then. */
const checks: readonly [
  check: string,
  says: string,
  spoil: (world: TokenWorld, request: Spoiled) => void,
  done: readonly string[],
][] = [
  [
    'client_secret',
    'invalid_client: the client is unknown or its secret is wrong',
    (_world, spoiled) => {
      spoiled.secret = 'wrong';
    },
    [],
  ],
  [
    'client_suspended',
    'unauthorized_client: the client, its contract or its partner is not active',
    (world) => {
      change(world, 'client', { status: 'suspended' });
    },
    [],
  ],
  [
    'contract_grant',
    notAllowed,
    (world) => {
      change(world, 'contract', { grants: ['client_credentials'] });
    },
    [],
  ],
  [
    'sunset',
    notAllowed,
    (world) => {
      change(world, 'contract', { password: { owner: 'legacy@company.example', sunset: now.toISOString() } });
    },
    [],
  ],
  [
    'scope',
    'invalid_scope: a scope is asked for that was not granted',
    (_world, { form }) => {
      form['scope'] = 'fraud-signals/read';
    },
    [],
  ],
  [
    'parameters',
    'invalid_request: username and password are needed',
    (_world, { form }) => {
      form['username'] = '';
    },
    [],
  ],
  [
    'tries_of_user',
    alike,
    (world) => {
      world.triesUsedUp.add('user');
    },
    tries.slice(0, 1),
  ],
  [
    'tries_from_address',
    alike,
    (world) => {
      world.triesUsedUp.add('address');
    },
    tries,
  ],
  [
    'login',
    alike,
    (_world, { form }) => {
      form['password'] = 'wrong';
    },
    [...tries, 'login dana.li'],
  ],
  [
    'partner',
    alike,
    (world) => {
      world.logins.set('dana.li', { password: 'right', user: { userId: 'Dana.Li', partnerId: 'globex' } });
    },
    [...tries, 'login dana.li'],
  ],
];

describe('WF-9 password', () => {
  test("logs a partner's user in, mints, counts, and says until when", async () => {
    const { world, endpoint } = createTokenWorld();
    expect(await password(endpoint, request())).toEqual({
      token: { access_token: 'signed-1', token_type: 'Bearer', expires_in: 900, scope },
      headers: { deprecation: '@1735689600', sunset: 'Wed, 31 Mar 2027 22:00:00 GMT' },
    });
    expect(world.minted).toEqual([
      {
        iss: publicUrl,
        sub: 'Dana.Li',
        client_id: 'client-1',
        aud: publicUrl,
        iat: nowSeconds,
        exp: nowSeconds + 900,
        jti: 'new-id',
        scope,
      },
    ]);
    expect(world.done).toEqual([...tries, 'login dana.li', ...givenBack, 'count client-1 password', 'sign']);
  });

  // Whatever would be refused later is spoilt as well, so that each is proven to come first.
  test.each(checks)('is refused by %s before anything later', async (check, says, _spoil, done) => {
    const { world, endpoint } = createTokenWorld();
    const spoiled: Spoiled = { form: {} };
    for (const [, , spoil] of checks.slice(checks.findIndex(([name]) => name === check)).toReversed()) {
      spoil(world, spoiled);
    }
    expect(await refusalOf(password(endpoint, request(spoiled.form, spoiled.secret)))).toBe(
      `${check}: ${says}`,
    );
    expect({ done: world.done, minted: world.minted }).toEqual({ done, minted: [] });
  });

  // Threat T-29
  test.each(checks)('is refused by %s alone', async (check, says, spoil, done) => {
    const { world, endpoint } = createTokenWorld();
    const spoiled: Spoiled = { form: {} };
    spoil(world, spoiled);
    expect(await refusalOf(password(endpoint, request(spoiled.form, spoiled.secret)))).toBe(
      `${check}: ${says}`,
    );
    expect({ done: world.done, minted: world.minted }).toEqual({ done, minted: [] });
  });

  test.each([{ username: '' }, { password: '' }, { username: '', password: '' }])(
    'needs both: %j',
    async (form) => {
      const { world, endpoint } = createTokenWorld();
      expect(await refusalOf(password(endpoint, request(form)))).toBe(
        'parameters: invalid_request: username and password are needed',
      );
      expect(world.done).toEqual([]);
    },
  );

  // Threat T-27
  test('counts the tries of a user under one name, however it is written', async () => {
    const { world, endpoint } = createTokenWorld();
    for (const username of ['dana.li', 'DANA.LI', 'Dana.Li']) await password(endpoint, request({ username }));
    expect(new Set(world.done.filter((each) => each.startsWith('try user')))).toEqual(
      new Set(['try user acme/dana.li']),
    );
  });

  // Threat T-28
  test('takes the try of one who is unknown, too', async () => {
    const { world, endpoint } = createTokenWorld();
    expect(await refusalOf(password(endpoint, request({ username: 'nobody' })))).toBe(`login: ${alike}`);
    expect(world.done).toEqual(['try user acme/nobody', 'try address 203.0.113.10', 'login nobody']);
  });

  // Threat T-32
  test('needs a sunset date', async () => {
    const { world, endpoint } = createTokenWorld();
    world.clients.set('client-1', aClient('client-1', 'acme'));
    expect(await refusalOf(password(endpoint, request()))).toBe(`sunset: ${notAllowed}`);
  });

  test('never outlives its sunset, nor the contract', async () => {
    const { world, endpoint } = createTokenWorld();
    change(world, 'contract', {
      password: { owner: 'legacy@company.example', sunset: later(120).toISOString() },
    });
    expect(await password(endpoint, request())).toEqual({
      token: { expires_in: 120, access_token: 'signed-1', token_type: 'Bearer', scope },
      headers: { sunset: 'Fri, 20 Nov 2026 10:02:00 GMT', deprecation: '@1735689600' },
    });
    change(world, 'contract', { endsAt: later(60).toISOString() });
    expect((await password(endpoint, request())).token.expires_in).toBe(60);
    expect(world.minted.map(({ exp }) => exp)).toEqual([nowSeconds + 120, nowSeconds + 60]);
  });

  test('narrows to the scopes that are asked for', async () => {
    const { world, endpoint } = createTokenWorld();
    expect((await password(endpoint, request({ scope: 'credit-reports/read' }))).token.scope).toBe(
      'credit-reports/read',
    );
    expect(world.minted).toEqual([
      {
        scope: 'credit-reports/read',
        iss: publicUrl,
        sub: 'Dana.Li',
        client_id: 'client-1',
        aud: publicUrl,
        iat: nowSeconds,
        exp: nowSeconds + 900,
        jti: 'new-id',
      },
    ]);
  });
});
