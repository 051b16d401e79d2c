import { userOf } from '../support/fakes/samples.ts';
import { describe, expect, test } from 'vitest';
import { introspect, revoke } from '../../core/tokens/introspection.ts';
import { OAuthError } from '../../core/tokens/oauth-error.ts';
import {
  accessTokenOf,
  change,
  cognitoToken,
  createTokenWorld,
  issuerOf,
  later,
  nowSeconds,
  publicUrl,
  refreshTokenOf,
  sessionOf,
  thirdPartyTokenOf,
  type TokenWorld,
} from '../support/fakes/token-world.ts';

const ofThirdParty = { clientId: 'client-1', digest: 'digest-3', expiresAt: later(360) };

/** The same world, asked about tokens; `denied` holds what is revoked. */
function asked(by: string, token = 'access-1') {
  const { world, endpoint } = createTokenWorld();
  const denied: string[] = [];
  const inspection = {
    ...endpoint,
    revocableTokens: {
      find: (each: string) => Promise.resolve(each === 'third-party-1' ? ofThirdParty : undefined),
    },
    denialList: {
      isDenied: () => Promise.resolve(false),
      deny: ({ digest, expiresAt }: { readonly digest: string; readonly expiresAt: Date }) => {
        denied.push(`${digest} until ${expiresAt.toISOString()}`);
        return Promise.resolve();
      },
    },
  };
  const raw = {
    contentType: 'application/x-www-form-urlencoded',
    sourceIp: '203.0.113.10',
    body: `token=${token}`,
    authorization: `Basic ${Buffer.from(`${by}:${world.secrets.get(by) ?? 'wrong'}`).toString('base64')}`,
  };
  return {
    world,
    denied,
    introspect: () => introspect(inspection, raw),
    revoke: () => revoke(inspection, raw),
  };
}

const active = {
  active: true,
  iss: publicUrl,
  sub: 'dana.li',
  client_id: 'client-2',
  token_type: 'Bearer',
  scope: 'credit-reports/read credit-reports/write',
  iat: nowSeconds,
  exp: nowSeconds + 600,
  aud: [publicUrl],
};

describe('OAU-5 introspection, RFC 7662', () => {
  test('tells the client that has the token all of it', async () => {
    expect(await asked('client-2').introspect()).toEqual(active);
  });

  test('tells the backend of a product, and who acts', async () => {
    const { world, introspect: ask } = asked('client-1');
    change(world, 'contract', { resourceServerOf: ['credit-reports'] });
    world.accessTokens.set('access-1', accessTokenOf({ act: { sub: 'client-1' } }));
    expect(await ask()).toEqual({ ...active, act: { sub: 'client-1' } });
  });

  test('tells who may act', async () => {
    const { world, introspect: ask } = asked('client-2');
    world.accessTokens.set('access-1', accessTokenOf({ mayAct: { sub: 'portal' } }));
    expect(await ask()).toEqual({ ...active, may_act: { sub: 'portal' } });
  });

  test('names no audience where the token has none', async () => {
    const { world, introspect: ask } = asked('client-2');
    world.accessTokens.set('access-1', cognitoToken);
    const { aud, ...withoutAudience } = active;
    expect(aud).toEqual([publicUrl]);
    expect(await ask()).toEqual(withoutAudience);
  });

  test('names no scope that the contract has lost since', async () => {
    const { world, introspect: ask } = asked('client-2');
    change(world, 'contract', { products: { 'credit-reports': ['credit-reports/read'] } }, 'client-2');
    expect(await ask()).toEqual({ ...active, scope: 'credit-reports/read' });
  });

  test.each<[what: string, spoil: (world: TokenWorld) => void]>([
    [
      "of another client, whose product is not the caller's",
      (world) => {
        world.accessTokens.set('access-1', accessTokenOf({ clientId: 'client-1' }));
      },
    ],
    [
      'that does not verify',
      (world) => {
        world.accessTokens.set('access-1', { refusedBy: 'signature' });
      },
    ],
    [
      'that is revoked',
      (world) => {
        world.accessTokens.set('access-1', { refusedBy: 'revoked' });
      },
    ],
  ])('a token %s is inactive, and nothing more', async (_what, spoil) => {
    const { world, introspect: ask } = asked('client-2');
    spoil(world);
    expect(await ask()).toEqual({ active: false });
  });

  test('a token whose client is suspended is inactive to the backend of its product', async () => {
    const { world, introspect: ask } = asked('client-1');
    change(world, 'contract', { resourceServerOf: ['credit-reports'] });
    change(world, 'client', { status: 'suspended' }, 'client-2');
    expect(await ask()).toEqual({ active: false });
  });

  test.each<[what: string, spoil: (world: TokenWorld) => void]>([
    [
      'whose user is suspended',
      (world) => {
        world.users.set('dana.li', userOf({ partnerId: 'acme', status: 'suspended' }));
      },
    ],
    [
      'whose user nobody has recorded',
      (world) => {
        world.users.clear();
      },
    ],
    [
      'that was exchanged for a token of a client that is suspended',
      (world) => {
        world.accessTokens.set('access-1', accessTokenOf({ originClientId: 'client-1' }));
        change(world, 'client', { status: 'suspended' });
      },
    ],
    [
      'that the user pool issued although the contract does not allow that grant',
      (world) => {
        world.accessTokens.set('access-1', cognitoToken);
        change(world, 'contract', { grants: ['password'] }, 'client-2');
      },
    ],
  ])('a token %s is inactive', async (_what, spoil) => {
    const { world, introspect: ask } = asked('client-2');
    spoil(world);
    expect(await ask()).toEqual({ active: false });
  });

  test('is for clients that show who they are and are in force', async () => {
    await expect(asked('client-9').introspect()).rejects.toThrow(
      new OAuthError('invalid_client', 'the client is unknown or its secret is wrong', 'client_secret'),
    );
    const { world, introspect: ask } = asked('client-2');
    change(world, 'partner', { status: 'ended' }, 'client-2');
    await expect(ask()).rejects.toThrow(
      new OAuthError(
        'unauthorized_client',
        'the client, its contract or its partner is not active',
        'partner_ended',
      ),
    );
  });
});

describe("OAU-5 introspection of a third party's token", () => {
  const ofIssuer = {
    active: true,
    iss: 'https://idp.acme.example',
    sub: 'dana.li',
    client_id: 'client-1',
    token_type: 'Bearer',
    scope: 'credit-reports/read credit-reports/write',
    iat: nowSeconds,
    exp: nowSeconds + 300,
    aud: [publicUrl],
  };
  const ask = (
    by = 'client-1',
    registered: Parameters<typeof issuerOf>[0] = {},
    said: Parameters<typeof thirdPartyTokenOf>[0] = {},
  ) => {
    const world = asked(by, 'third-party-1');
    world.world.accessTokens.set('third-party-1', { refusedBy: 'issuer' });
    world.world.thirdParty.set('third-party-1', {
      issuer: issuerOf({ uses: ['bearer'], ...registered }),
      token: thirdPartyTokenOf(said),
    });
    return world;
  };

  test("tells its issuer's client what it is on a call, and uses it up for nobody", async () => {
    const { world, introspect: introspected } = ask();
    expect(await introspected()).toEqual(ofIssuer);
    expect(world.done).toEqual([]);
    const limits = {
      scopes: ['credit-reports/read', 'other'],
      act: { sub: 'agent' },
      mayAct: { sub: 'portal' },
    };
    expect(await ask('client-1', {}, { limits }).introspect()).toEqual({
      ...ofIssuer,
      scope: 'credit-reports/read',
      act: { sub: 'agent', iss: ofIssuer.iss },
      may_act: { sub: 'portal' },
    });
  });

  test('tells the backend of a product that it is for', async () => {
    const backend = ask('client-2');
    change(backend.world, 'contract', { resourceServerOf: ['credit-reports'] }, 'client-2');
    expect(await backend.introspect()).toEqual(ofIssuer);
    const other = ask('client-2', {}, { limits: { scopes: ['fraud-signals/read'] } });
    change(other.world, 'contract', { resourceServerOf: ['credit-reports'] }, 'client-2');
    expect(await other.introspect()).toEqual({ active: false });
  });

  test.each<[what: string, spoil: () => ReturnType<typeof ask>]>([
    ['to another client', () => ask('client-2')],
    ['where it is not taken on calls', () => ask('client-1', { uses: ['assertion', 'session'] })],
    [
      'of an issuer that is trusted for another partner',
      () => {
        const spoilt = ask('client-1', { partnerId: 'other' });
        spoilt.world.users.set('dana.li', userOf({ partnerId: 'other' }));
        return spoilt;
      },
    ],
    ['of nobody who is active', () => ask('client-1', {}, { principal: 'gone.user' })],
    ['of a client that is none', () => ask('client-1', { clientId: 'client-9' })],
  ])('says nothing %s', async (_, spoil) => {
    expect(await spoil().introspect()).toEqual({ active: false });
  });

  test.each(['revoked', 'expiry', 'issuer'] as const)(
    'says nothing where it is refused: %s',
    async (refusedBy) => {
      const { world, introspect: introspected } = ask();
      world.thirdParty.set('third-party-1', { refusedBy });
      expect(await introspected()).toEqual({ active: false });
    },
  );
});

describe('OAU-5 revocation, RFC 7009', () => {
  test("of a refresh token ends the person's session for the application alone", async () => {
    const { world, denied, revoke: ask } = asked('client-1', refreshTokenOf('a'));
    await ask();
    expect(world.sessions.get('session-1')).toEqual(sessionOf({ endedFor: ['client-1'] }));
    expect(denied).toEqual([]);
  });

  test('counts for every token of the session that the application has, the older ones too', async () => {
    const { world, revoke: ask } = asked('client-1', refreshTokenOf('z'));
    await ask();
    expect(world.sessions.get('session-1')).toEqual(sessionOf({ endedFor: ['client-1'] }));
  });

  test.each([
    ['another client', 'client-2', refreshTokenOf('a')],
    ['the client, of a token that is none', 'client-1', `${'x'.repeat(43)}.${'a'.repeat(43)}`],
  ])('by %s leaves the session as it is, without a word', async (_who, by, token) => {
    const { world, revoke: ask } = asked(by, token);
    await ask();
    expect(world.sessions.get('session-1')).toEqual(sessionOf());
  });

  test("denies a token of the client's own until it would have expired", async () => {
    const { denied, revoke: ask } = asked('client-2');
    await ask();
    expect(denied).toEqual([`digest-1 until ${later(600).toISOString()}`]);
  });

  test.each([
    ['client-1', [`digest-3 until ${later(360).toISOString()}`]],
    ['client-2', []],
  ])("denies a third party's token to %s as its issuer says", async (by, expected) => {
    const { world, denied, revoke: ask } = asked(by, 'third-party-1');
    world.accessTokens.set('third-party-1', { refusedBy: 'issuer' });
    await ask();
    expect(denied).toEqual(expected);
  });

  test.each([
    'access-1\n',
    ' access-1 ',
    '"access-1"',
    'Bearer access-1',
    'bearer  access-1\r\n',
    'Authorization: Bearer access-1',
    '"Bearer access-1",',
    'acc\n  ess-1',
    'access-1\u200B',
    '\uFEFFaccess-1',
  ])('denies the token that was meant by %j', async (copied) => {
    const { revoke: ask, denied } = asked('client-2', encodeURIComponent(copied));
    await ask();
    expect(denied).toEqual([`digest-1 until ${later(600).toISOString()}`]);
  });

  test('does not ask the registry about a token of our own that does not verify', async () => {
    const { world, denied, revoke: ask } = asked('client-1', 'third-party-1');
    world.accessTokens.set('third-party-1', { refusedBy: 'signature' });
    await ask();
    expect(denied).toEqual([]);
  });

  test.each<[what: string, by: string, token: string]>([
    ['of another client', 'client-1', 'access-1'],
    ['that is none', 'client-2', 'nonsense'],
  ])('leaves a token %s as it is, without a word', async (_what, by, token) => {
    const { denied, revoke: ask } = asked(by, token);
    await ask();
    expect(denied).toEqual([]);
  });

  test('is for clients that show who they are', async () => {
    const { denied, revoke: ask } = asked('client-9');
    await expect(ask()).rejects.toThrow(
      new OAuthError('invalid_client', 'the client is unknown or its secret is wrong', 'client_secret'),
    );
    expect(denied).toEqual([]);
  });
});
