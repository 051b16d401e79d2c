import { describe, expect, test } from 'vitest';
import { grantTypes } from '../../core/contracts/records.ts';
import { offeredGrantTypes, refreshGrantType } from '../../core/tokens/grant-types.ts';
import { handleTokenRequest } from '../../core/tokens/grants.ts';
import {
  change,
  createTokenWorld,
  later,
  now,
  redirectUri,
  refreshTokenOf,
  refusalOf,
  type TokenWorld,
  verifier,
} from '../support/fakes/token-world.ts';

const secret = { client_id: 'client-1', client_secret: 'secret-1' };
const signed = {
  client_assertion: 'assertion-1',
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
};
/** What every grant needs, so that one form will do for all. */
const everything = {
  username: 'dana.li',
  password: 'right',
  assertion: 'third-party-1',
  code: 'code-1',
  redirect_uri: redirectUri,
  code_verifier: verifier,
  refresh_token: refreshTokenOf('a'),
  subject_token: 'access-1',
  subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
};

const ask = (
  endpoint: ReturnType<typeof createTokenWorld>['endpoint'],
  grant: string,
  form: Readonly<Record<string, string>>,
) =>
  handleTokenRequest(endpoint, {
    contentType: 'application/x-www-form-urlencoded',
    authorization: undefined,
    sourceIp: '203.0.113.10',
    body: new URLSearchParams({ grant_type: grant, ...everything, ...form }).toString(),
  });

/** Each spoils one check more; in the order of the checks. */
const standing: readonly [check: string, spoil: (world: TokenWorld) => unknown][] = [
  [
    'client_missing',
    (world) => {
      change(world, 'client', undefined);
    },
  ],
  [
    'client_draft',
    (world) => {
      change(world, 'client', { status: 'draft' });
    },
  ],
  [
    'client_suspended',
    (world) => {
      change(world, 'client', { status: 'suspended' });
    },
  ],
  [
    'client_ended',
    (world) => {
      change(world, 'client', { status: 'ended' });
    },
  ],
  [
    'contract_missing',
    (world) => {
      change(world, 'contract', undefined);
    },
  ],
  [
    'contract_of_another_partner',
    (world) => {
      change(world, 'contract', { partnerId: 'globex' });
    },
  ],
  [
    'contract_draft',
    (world) => {
      change(world, 'contract', { status: 'draft' });
    },
  ],
  [
    'contract_suspended',
    (world) => {
      change(world, 'contract', { status: 'suspended' });
    },
  ],
  [
    'contract_ended',
    (world) => {
      change(world, 'contract', { status: 'ended' });
    },
  ],
  [
    'contract_not_begun',
    (world) => {
      change(world, 'contract', { startsAt: later(1).toISOString() });
    },
  ],
  [
    'contract_over',
    (world) => {
      change(world, 'contract', { endsAt: now.toISOString() });
    },
  ],
  [
    'contract_other_environment',
    (world) => {
      change(world, 'contract', { environments: ['UAT', 'PROD'] });
    },
  ],
  [
    'partner_missing',
    (world) => {
      change(world, 'partner', undefined);
    },
  ],
  [
    'partner_suspended',
    (world) => {
      change(world, 'partner', { status: 'suspended' });
    },
  ],
];

const offered = offeredGrantTypes(grantTypes);
/** What contract and deployment have to allow for a grant type: for a refresh token, the grant that gave it. */
const allowedBy = (grantType: string): string =>
  grantType === refreshGrantType ? 'authorization_code' : grantType;

describe.each(offered)('OAU-1 %s', (grant) => {
  // Threat T-20
  test.each(standing)('is refused by %s, and nothing is signed', async (check, spoil) => {
    const { world, endpoint } = createTokenWorld();
    spoil(world);
    expect(await refusalOf(ask(endpoint, grant, secret))).toBe(
      `${check}: unauthorized_client: the client, its contract or its partner is not active`,
    );
    expect(await refusalOf(ask(endpoint, grant, signed))).toBe(
      `${check}: unauthorized_client: the client, its contract or its partner is not active`,
    );
    expect(world.minted).toEqual([]);
    expect(world.done.filter((each) => !/^(?:Cognito|burn client-1 )/u.test(each))).toEqual([]);
  });

  test('is refused where the contract does not allow it, and where the deployment has it off', async () => {
    const { world, endpoint } = createTokenWorld();
    const others = grantTypes.filter((each) => each !== allowedBy(grant));
    change(world, 'contract', { grants: others });
    expect(await refusalOf(ask(endpoint, grant, signed))).toBe(
      'contract_grant: unauthorized_client: the contract of the client does not allow this grant',
    );
    expect(await refusalOf(ask({ ...endpoint, enabledGrants: others }, grant, signed))).toBe(
      `no check: unsupported_grant_type: grant_type must be one of: ${offeredGrantTypes(others).join(', ')}`,
    );
  });

  // Threat T-18
  test('takes a client that signs, once', async () => {
    const { world, endpoint } = createTokenWorld();
    expect(await refusalOf(ask(endpoint, grant, signed))).toBe('no refusal');
    expect(world.done[0]).toBe('burn client-1 assertion-id-1 until 2026-11-20T10:01:00.000Z');
    expect(await refusalOf(ask(endpoint, grant, signed))).toBe(
      'client_assertion_jti: invalid_client: the client is unknown or its assertion is not good',
    );
  });

  test("takes no assertion that is not good, or is another client's", async () => {
    const { world, endpoint } = createTokenWorld();
    const refusal = 'invalid_client: the client is unknown or its assertion is not good';
    expect(await refusalOf(ask(endpoint, grant, { ...signed, client_assertion: 'assertion-2' }))).toBe(
      `client_assertion: ${refusal}`,
    );
    expect(await refusalOf(ask(endpoint, grant, { ...signed, client_id: 'client-2' }))).toBe(
      `client_id: ${refusal}`,
    );
    expect(world.done).toEqual([]);
    expect(await refusalOf(ask(endpoint, grant, { ...signed, client_id: 'client-1' }))).toBe('no refusal');
  });
});

describe.each(offered.filter((each) => each !== 'client_credentials'))('OAU-2 %s', (grant) => {
  test.each([
    ['client-1', 'wrong'],
    ['client-1', 'secret-2'],
    ['client-9', 'secret-1'],
  ])('tells %s with the secret %j nothing but that', async (client_id, client_secret) => {
    const { world, endpoint } = createTokenWorld();
    expect(await refusalOf(ask(endpoint, grant, { client_id, client_secret }))).toBe(
      'client_secret: invalid_client: the client is unknown or its secret is wrong',
    );
    expect(world.done).toEqual([]);
  });
});

test.each([
  'implicit',
  'constructor',
  '__proto__',
  'Password',
  'urn:ietf:params:oauth:grant-type:JWT-bearer',
])('OAU-5 there is no grant %s', async (grant) => {
  const { world, endpoint } = createTokenWorld();
  expect(await refusalOf(ask(endpoint, grant, secret))).toBe(
    `no check: unsupported_grant_type: grant_type must be one of: ${offered.join(', ')}`,
  );
  expect(world.done).toEqual([]);
});
