import { userOf } from '../support/fakes/samples.ts';
import { describe, expect, test } from 'vitest';
import type { AccessToken } from '../../core/tokens/ports.ts';
import { openSession, type OpenedSession, signedIn } from '../../core/tokens/session.ts';
import type { Issuer } from '../../core/trust/records.ts';
import { isSessionPage } from '../../core/trust/session-page.ts';
import { tokenRules } from '../../core/trust/verification.ts';
import {
  accessTokenOf,
  change,
  createTokenWorld,
  issuerOf,
  later,
  nowSeconds,
  publicUrl,
  refusalOf,
  thirdPartyTokenOf,
  tokenWithoutId,
  type TokenWorld,
} from '../support/fakes/token-world.ts';

const burning = 'burn https://idp.acme.example id-1 until 2026-11-20T10:05:00.000Z';
const issuerOfSessions = (issuer: Partial<Issuer> = {}): Issuer => issuerOf({ uses: ['session'], ...issuer });
const productPart = `${publicUrl}/apis/credit-reports`;
const ofSessions = [`${publicUrl}/session`, productPart];
const alike = 'invalid_grant: the assertion is not accepted';
const notActive = 'unauthorized_client: the client, its contract or its partner is not active';

interface Login {
  method: string;
  token: string;
  repeated: boolean;
}
const login = (): Login => ({ method: 'GET', token: 'third-party-1', repeated: false });

/** Where a third party logs a user in. */
function createWorld(issuer: Partial<Issuer> = {}) {
  const { world, endpoint } = createTokenWorld();
  world.thirdParty.set('third-party-1', { issuer: issuerOfSessions(issuer), token: thirdPartyTokenOf() });
  const open = (changed: Partial<Login> = {}): Promise<OpenedSession> =>
    openSession(endpoint, { ...login(), ...changed });
  return { world, endpoint, open };
}

/** What the third party's token and its issuer say, changed. */
function says(
  world: TokenWorld,
  issuer: Partial<Issuer>,
  token?: ReturnType<typeof thirdPartyTokenOf>,
): void {
  const before = world.thirdParty.get('third-party-1');
  if (before !== undefined && 'token' in before) {
    world.thirdParty.set('third-party-1', {
      issuer: { ...before.issuer, ...issuer },
      token: token ?? before.token,
    });
  }
}

/** In the order in which they are asked. */
const checks: readonly [
  check: string,
  says: string,
  spoil: (world: TokenWorld, login: Login) => void,
  done?: readonly string[],
][] = [
  [
    'method',
    'invalid_request: a login comes by GET',
    (_world, spoiled) => {
      spoiled.method = 'POST';
    },
  ],
  [
    'parameters',
    'invalid_request: access_token is repeated',
    (_world, spoiled) => {
      spoiled.repeated = true;
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
      says(world, { uses: ['assertion', 'bearer'] });
    },
  ],
  [
    'client_missing',
    notActive,
    (world) => {
      change(world, 'client', undefined);
    },
  ],
  [
    'client_suspended',
    notActive,
    (world) => {
      change(world, 'client', { status: 'suspended' });
    },
  ],
  [
    'contract_suspended',
    notActive,
    (world) => {
      change(world, 'contract', { status: 'suspended' });
    },
  ],
  [
    'contract_not_begun',
    notActive,
    (world) => {
      change(world, 'contract', { startsAt: later(1).toISOString() });
    },
  ],
  [
    'contract_over',
    notActive,
    (world) => {
      change(world, 'contract', { endsAt: later(0).toISOString() });
    },
  ],
  [
    'contract_other_environment',
    notActive,
    (world) => {
      change(world, 'contract', { environments: ['UAT', 'PROD'] });
    },
  ],
  [
    'partner_suspended',
    notActive,
    (world) => {
      change(world, 'partner', { status: 'suspended' });
    },
  ],
  [
    'partner',
    alike,
    (world) => {
      says(world, { partnerId: 'globex' });
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
      says(world, {}, tokenWithoutId);
    },
  ],
  [
    'scope',
    'invalid_scope: a scope is asked for that was not granted',
    (world) => {
      change(world, 'contract', { products: { 'credit-reports': [] } });
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

describe('JWT-4 a token in the address of a page', () => {
  // Threat T-43
  test("logs its user in, once: by a token of ours, for the client's product alone", async () => {
    const { world, open } = createWorld();
    expect(await open()).toEqual({
      accessToken: 'signed-1',
      expiresIn: 900,
      clientId: 'client-1',
      partnerId: 'acme',
      page: `${publicUrl}/session`,
    });
    expect(world.minted).toEqual([
      {
        iss: publicUrl,
        sub: 'dana.li',
        client_id: 'client-1',
        aud: ofSessions,
        iat: nowSeconds,
        exp: nowSeconds + 900,
        jti: 'new-id',
        scope: 'credit-reports/read credit-reports/write',
      },
    ]);
    expect(await refusalOf(open())).toBe(`replay: ${alike}`);
    expect(world.done).toEqual([burning, 'sign', burning]);
  });

  // Threat T-44
  test.each(checks)('is refused by %s before anything later', async (check, words, _spoil, done = []) => {
    const { world, open } = createWorld();
    const spoiled = login();
    for (const [, , spoil] of checks.slice(checks.findIndex(([name]) => name === check)).toReversed()) {
      spoil(world, spoiled);
    }
    expect(await refusalOf(open(spoiled))).toBe(`${check}: ${words}`);
    expect(world.done).toEqual(done);
  });

  test.each(checks)('is refused by %s alone', async (check, words, spoil, done = []) => {
    const { world, open } = createWorld();
    const spoiled = login();
    spoil(world, spoiled);
    expect(await refusalOf(open(spoiled))).toBe(`${check}: ${words}`);
    expect(world.done).toEqual(done);
  });

  test.each(tokenRules)('is refused by the rule %s of the registry', async (refusedBy) => {
    const { world, open } = createWorld();
    world.thirdParty.set('third-party-1', { refusedBy });
    expect(await refusalOf(open())).toBe(`${refusedBy}: ${alike}`);
    expect(world.done).toEqual([]);
  });

  // Threat T-44
  test('is that of a user of its own partner, not of a namesake', async () => {
    const { world, open } = createWorld();
    world.users.clear();
    world.users.set('dana.li', userOf({ partnerId: 'globex' }));
    expect(await refusalOf(open())).toBe(`user: ${alike}`);
  });

  test('opens a session that ends with the contract', async () => {
    const { world, open } = createWorld();
    change(world, 'contract', { endsAt: later(40).toISOString() });
    expect((await open()).expiresIn).toBe(40);
  });

  test.each([
    [4000, 'no refusal'],
    [4001, 'cookie_length: invalid_scope: the session has more scopes than fit into a cookie'],
  ])('makes a cookie of %i characters: %s', async (length, refusal) => {
    const { endpoint } = createWorld();
    expect(
      await refusalOf(
        openSession({ ...endpoint, signer: { sign: () => Promise.resolve('x'.repeat(length)) } }, login()),
      ),
    ).toBe(refusal);
  });

  test.each<[sessionPage: string | undefined, leadsTo: string]>([
    [`${publicUrl}/portal/start`, `${publicUrl}/portal/start`],
    ['https://elsewhere.example/portal', `${publicUrl}/session`],
  ])('whose issuer has the page %s leads to %s', async (sessionPage, leadsTo) => {
    expect((await createWorld({ ...(sessionPage !== undefined && { sessionPage }) }).open()).page).toBe(
      leadsTo,
    );
  });
});

// Threat T-47
test.each<[page: string, may: boolean]>([
  ['https://access.company.example/', true],
  ['https://access.company.example/a/b.html', true],
  ['https://access.company.example', false],
  ['https://access.company.example.evil.example/', false],
  ['https://access.company.example@evil.example/', false],
  ['https://user@access.company.example/', false],
  ['https://access.company.example:8443/', false],
  ['http://access.company.example/', false],
  ['//access.company.example/', false],
  ['/portal', false],
  ['javascript:alert(1)', false],
  ['https://access.company.example/?to=https://evil.example', false],
  ['https://access.company.example/#access_token', false],
  ['https://access.company.example/../x', false],
  ['https://access.company.example/\\evil.example', false],
  ['https://access.company.example/\r\nSet-Cookie: a=b', false],
  ['HTTPS://ACCESS.COMPANY.EXAMPLE/', false],
  [' https://access.company.example/', false],
])('JWT-4 a browser is sent on to %j: %s', (page, may) => {
  expect(isSessionPage(page, 'https://access.company.example')).toBe(may);
});

test('JWT-4 a browser is sent on to what is below our own path, where we have one', () => {
  const may = [
    'https://a.example/dev/session',
    'https://a.example/prod/session',
    'https://a.example/dev/../prod/',
    'https://a.example/device',
  ];
  expect(may.map((page) => isSessionPage(page, 'https://a.example/dev'))).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

describe('JWT-4 who is signed in', () => {
  const session = (said: Partial<AccessToken> = {}): AccessToken =>
    accessTokenOf({ clientId: 'client-1', audiences: ofSessions, ...said });

  test('is the user, until the token ends', async () => {
    const { world, endpoint } = createWorld();
    world.accessTokens.set('cookie', session());
    expect(await signedIn(endpoint, 'cookie')).toEqual({ user: 'dana.li', until: later(600) });
  });

  test.each<[what: string, spoil: (world: TokenWorld) => void]>([
    [
      'a token that does not verify',
      (world) => {
        world.accessTokens.delete('cookie');
      },
    ],
    [
      'a token that is denied',
      (world) => {
        world.accessTokens.set('cookie', { refusedBy: 'revoked' });
      },
    ],
    [
      "a token without an audience, as Cognito's",
      (world) => {
        world.accessTokens.set('cookie', { ...session(), audiences: [] });
      },
    ],
    [
      'a token for the whole API',
      (world) => {
        world.accessTokens.set('cookie', session({ audiences: [publicUrl] }));
      },
    ],
    [
      'a token for more than a session',
      (world) => {
        world.accessTokens.set('cookie', session({ audiences: [...ofSessions, publicUrl] }));
      },
    ],
    [
      'a token for calls of the product, as an exchange gives it',
      (world) => {
        world.accessTokens.set('cookie', session({ audiences: [productPart] }));
      },
    ],
    [
      'a token for another product',
      (world) => {
        world.accessTokens.set(
          'cookie',
          session({ audiences: [`${publicUrl}/session`, `${publicUrl}/apis/fraud-signals`] }),
        );
      },
    ],
    [
      'a client that is not there',
      (world) => {
        world.clients.delete('client-1');
      },
    ],
    [
      'a client that is suspended',
      (world) => {
        change(world, 'client', { status: 'suspended' });
      },
    ],
    [
      'a contract that is over',
      (world) => {
        change(world, 'contract', { endsAt: later(0).toISOString() });
      },
    ],
    [
      'a partner that is suspended',
      (world) => {
        change(world, 'partner', { status: 'suspended' });
      },
    ],
  ])('is nobody by %s', async (_, spoil) => {
    const { world, endpoint } = createWorld();
    world.accessTokens.set('cookie', session());
    spoil(world);
    expect(await signedIn(endpoint, 'cookie')).toBeUndefined();
  });
});
