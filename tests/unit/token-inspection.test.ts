import { userOf } from '../support/fakes/samples.ts';
import { describe, expect, test } from 'vitest';
import { introspect, revoke } from '../../core/tokens/introspection.ts';
import { OAuthError } from '../../core/tokens/oauth-error.ts';
import {
  accessTokenOf,
  change,
  cognitoToken,
  createTokenWorld,
  later,
  nowSeconds,
  publicUrl,
  type TokenWorld,
} from '../support/fakes/token-world.ts';

/** The same world, asked about tokens; `denied` holds what is revoked. */
function asked(by: string, token = 'access-1') {
  const { world, endpoint } = createTokenWorld();
  const denied: string[] = [];
  const inspection = {
    ...endpoint,
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

describe('OAU-5 revocation, RFC 7009', () => {
  test("denies a token of the client's own until it would have expired", async () => {
    const { denied, revoke: ask } = asked('client-2');
    await ask();
    expect(denied).toEqual([`digest-1 until ${later(600).toISOString()}`]);
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
