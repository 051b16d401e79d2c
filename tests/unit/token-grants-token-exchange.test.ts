import type { UserWithProfile } from '../../core/users/user.ts';
import { userOf } from '../support/fakes/samples.ts';
import { describe, expect, test } from 'vitest';
import type { Actor } from '../../core/trust/token-limits.ts';
import { tokenExchange } from '../../core/tokens/token-exchange.ts';
import {
  accessTokenOf,
  aClient,
  change,
  cognitoToken,
  createTokenWorld,
  later,
  nowSeconds,
  publicUrl,
  refusalOf,
  type TokenWorld,
} from '../support/fakes/token-world.ts';

const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
const jwt = 'urn:ietf:params:oauth:token-type:jwt';
const own = `${publicUrl}/apis/credit-reports`;
const scope = 'credit-reports/read credit-reports/write';
const request = (form: Readonly<Record<string, string>> = {}, clientSecret = 'secret-1') => ({
  grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
  client: { method: 'client_secret_basic', clientId: 'client-1', clientSecret } as const,
  sourceIp: '203.0.113.10',
  parameters: new Map(
    Object.entries({ subject_token: 'access-1', subject_token_type: accessToken, ...form }).filter(
      ([, value]) => value !== '',
    ),
  ),
});
const thirdParty = { subject_token: 'third-party-1', subject_token_type: jwt };
const burning = 'burn https://idp.acme.example id-1 until 2026-11-20T10:05:00.000Z';
const alike = 'invalid_request: the subject token is not accepted';

interface Spoiled {
  form: Record<string, string>;
  secret?: string;
}
/** What the subject token says, changed. */
const says = (world: TokenWorld, changes: Parameters<typeof accessTokenOf>[0]): void => {
  const before = world.accessTokens.get('access-1');
  world.accessTokens.set('access-1', {
    ...(before === undefined || 'refusedBy' in before ? accessTokenOf() : before),
    ...changes,
  });
};
/** Returns an actor of another issuer's token, as our own tokens name it. */
const elsewhere = (sub: string, act?: Actor): Actor => ({
  sub,
  iss: 'https://idp.acme.example',
  ...(act !== undefined && { act }),
});
/** Makes the subject's client and user another partner's. */
const belongsToGlobex = (world: TokenWorld): void => {
  world.clients.set('client-2', aClient('client-2', 'globex'));
  world.users.set('dana.li', userOf({ partnerId: 'globex' }));
};
const chain = (...actors: readonly string[]): Actor | undefined =>
  actors.reduceRight<Actor | undefined>(
    (act, sub) => ({ sub, ...(act !== undefined && { act }) }),
    undefined,
  );

const checks: readonly [check: string, says: string, spoil: (world: TokenWorld, request: Spoiled) => void][] =
  [
    [
      'client_secret',
      'invalid_client: the client is unknown or its secret is wrong',
      (_world, spoiled) => {
        spoiled.secret = 'wrong';
      },
    ],
    [
      'contract_suspended',
      'unauthorized_client: the client, its contract or its partner is not active',
      (world) => {
        change(world, 'contract', { status: 'suspended' });
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
      'parameters',
      'invalid_request: subject_token and subject_token_type are needed',
      (_world, { form }) => {
        form['subject_token'] = '';
      },
    ],
    [
      'actor_token',
      'invalid_request: actor_token is not supported: the client that asks is the actor',
      (_world, { form }) => {
        form['actor_token'] = 'x';
      },
    ],
    [
      'requested_token_type',
      `invalid_request: requested_token_type must be ${accessToken} or ${publicUrl}/token-types/identity-pool`,
      (_world, { form }) => {
        form['requested_token_type'] = 'urn:ietf:params:oauth:token-type:refresh_token';
      },
    ],
    [
      'subject_token_type',
      `invalid_request: subject_token_type must be ${accessToken} or ${jwt}`,
      (_world, { form }) => {
        form['subject_token_type'] = 'urn:ietf:params:oauth:token-type:id_token';
      },
    ],
    [
      // Threat T-41
      'subject_revoked',
      alike,
      (world) => {
        world.accessTokens.set('access-1', { refusedBy: 'revoked' });
      },
    ],
    [
      'subject_client_suspended',
      alike,
      (world) => {
        change(world, 'client', { status: 'suspended' }, 'client-2');
      },
    ],
    [
      'recipient',
      alike,
      (world) => {
        belongsToGlobex(world);
      },
    ],
    [
      'may_act',
      alike,
      (world) => {
        says(world, { mayAct: { sub: 'client-9' } });
      },
    ],
    [
      'audience',
      'invalid_target: the subject token was meant for something else',
      (world) => {
        says(world, { audiences: [`${publicUrl}/apis/fraud-signals`] });
      },
    ],
    [
      'act_depth',
      'invalid_request: at most 3 may act one for another',
      (world) => {
        says(world, { act: elsewhere('a', elsewhere('b', elsewhere('c'))) });
      },
    ],
    [
      'scope',
      'invalid_scope: a scope is asked for that was not granted',
      (world) => {
        says(world, { scopes: ['fraud-signals/read'] });
      },
    ],
    [
      'time_left',
      'invalid_grant: what the token would stand on is over',
      (world) => {
        says(world, { expiresAt: later(0.5) });
      },
    ],
  ];

/** The claims of a token that the exchange signs where nothing in the request limits it. */
const exchanged = {
  iss: publicUrl,
  sub: 'dana.li',
  client_id: 'client-1',
  aud: publicUrl,
  iat: nowSeconds,
  exp: nowSeconds + 600,
  jti: 'new-id',
  scope,
  origin_client_id: 'client-2',
  act: { sub: 'client-1' },
};

describe('OAU-4 a token exchange', () => {
  test('gives the actor a token of the same subject', async () => {
    const { world, endpoint } = createTokenWorld();
    expect(await tokenExchange(endpoint, request())).toEqual({
      token: {
        access_token: 'signed-1',
        issued_token_type: accessToken,
        token_type: 'Bearer',
        expires_in: 600,
        scope,
      },
    });
    expect(world.minted).toEqual([exchanged]);
    expect(world.done).toEqual(['sign']);
  });

  test('hands on no scope that the contract of the subject has lost since', async () => {
    const { world, endpoint } = createTokenWorld();
    change(world, 'contract', { products: { 'credit-reports': ['credit-reports/read'] } }, 'client-2');
    expect(await tokenExchange(endpoint, request())).toEqual({
      token: {
        scope: 'credit-reports/read',
        access_token: 'signed-1',
        token_type: 'Bearer',
        expires_in: 600,
        issued_token_type: accessToken,
      },
    });
  });

  test.each(checks)('is refused by %s before anything later', async (check, words) => {
    const { world, endpoint } = createTokenWorld();
    const spoiled: Spoiled = { form: {} };
    for (const [, , spoil] of checks.slice(checks.findIndex(([name]) => name === check)).toReversed()) {
      spoil(world, spoiled);
    }
    expect(await refusalOf(tokenExchange(endpoint, request(spoiled.form, spoiled.secret)))).toBe(
      `${check}: ${words}`,
    );
    expect(world.done).toEqual([]);
  });

  test.each(checks)('is refused by %s alone', async (check, words, spoil) => {
    const { world, endpoint } = createTokenWorld();
    const spoiled: Spoiled = { form: {} };
    spoil(world, spoiled);
    expect(await refusalOf(tokenExchange(endpoint, request(spoiled.form, spoiled.secret)))).toBe(
      `${check}: ${words}`,
    );
    expect(world.done).toEqual([]);
  });

  test.each([{ subject_token: '' }, { subject_token_type: '' }])('needs token and type: %j', async (form) => {
    const { endpoint } = createTokenWorld();
    expect(await refusalOf(tokenExchange(endpoint, request(form)))).toBe(
      'parameters: invalid_request: subject_token and subject_token_type are needed',
    );
  });

  test('takes no actor token, not even its type alone', async () => {
    const { endpoint } = createTokenWorld();
    expect(await refusalOf(tokenExchange(endpoint, request({ actor_token_type: jwt })))).toMatch(
      /^actor_token: invalid_request: /u,
    );
  });

  test.each([accessToken, jwt])('answers an access token when asked for %s', async (requested_token_type) => {
    const { endpoint } = createTokenWorld();
    expect((await tokenExchange(endpoint, request({ requested_token_type }))).token.issued_token_type).toBe(
      accessToken,
    );
  });
});

// Threat T-39
describe('OAU-4 how long an exchanged token lives', () => {
  test.each([
    ['the subject token', 600, {}],
    ['15 minutes', 900, { expiresAt: later(3600) }],
  ])('no longer than %s', async (_what, seconds, subject) => {
    const { world, endpoint } = createTokenWorld();
    says(world, subject);
    expect((await tokenExchange(endpoint, request())).token.expires_in).toBe(seconds);
    expect(world.minted).toEqual([{ ...exchanged, exp: nowSeconds + seconds }]);
  });

  test("no longer than the contract of the subject's client", async () => {
    const { world, endpoint } = createTokenWorld();
    change(world, 'contract', { endsAt: later(80).toISOString() }, 'client-2');
    expect((await tokenExchange(endpoint, request())).token.expires_in).toBe(80);
  });

  test("no longer than the actor's contract", async () => {
    const { world, endpoint } = createTokenWorld();
    change(world, 'contract', { endsAt: later(90).toISOString() });
    expect((await tokenExchange(endpoint, request())).token.expires_in).toBe(90);
  });
});

describe('OAU-4 the scopes of an exchanged token', () => {
  test.each<
    [what: string, subject: readonly string[], agreed: readonly string[], asked: string, granted: string]
  >([
    [
      'all that both have',
      ['credit-reports/read', 'credit-reports/write'],
      ['credit-reports/read', 'credit-reports/write'],
      '',
      scope,
    ],
    [
      'no more than the subject token',
      ['credit-reports/read', 'fraud-signals/read'],
      ['credit-reports/read', 'credit-reports/write'],
      '',
      'credit-reports/read',
    ],
    [
      "no more than the actor's contract",
      ['credit-reports/read', 'credit-reports/write'],
      ['credit-reports/write'],
      '',
      'credit-reports/write',
    ],
    [
      'no more than is asked for',
      ['credit-reports/read', 'credit-reports/write'],
      ['credit-reports/read', 'credit-reports/write'],
      'credit-reports/write',
      'credit-reports/write',
    ],
  ])('are %s', async (_what, scopes, agreed, asked, granted) => {
    const { world, endpoint } = createTokenWorld();
    says(world, { scopes });
    change(world, 'contract', { products: { 'credit-reports': agreed } });
    expect((await tokenExchange(endpoint, request({ scope: asked }))).token.scope).toBe(granted);
    expect(world.minted).toEqual([{ ...exchanged, scope: granted }]);
  });

  // Threat T-39
  test.each(['credit-reports/write', 'credit-reports/read credit-reports/write', 'fraud-signals/read'])(
    'are never widened to %s',
    async (asked) => {
      const { world, endpoint } = createTokenWorld();
      says(world, { scopes: ['credit-reports/read', 'fraud-signals/read'] });
      expect(await refusalOf(tokenExchange(endpoint, request({ scope: asked })))).toBe(
        'scope: invalid_scope: a scope is asked for that was not granted',
      );
    },
  );
});

describe('OAU-4 the audience of an exchanged token', () => {
  test.each<[subject: readonly string[] | undefined, form: Record<string, string>, audience: string]>([
    [[publicUrl], {}, publicUrl],
    [[publicUrl], { audience: own }, own],
    [[publicUrl], { resource: own }, own],
    [[publicUrl], { audience: own, resource: own }, own],
    [[publicUrl], { audience: publicUrl }, publicUrl],
    [[own], {}, own],
    [[own], { audience: own }, own],
    [[publicUrl, 'https://elsewhere.example'], {}, publicUrl],
    [undefined, {}, publicUrl],
    [undefined, { audience: own }, own],
  ])('from %j by %j is %s', async (audiences, form, audience) => {
    const { world, endpoint } = createTokenWorld();
    world.accessTokens.set('access-1', audiences === undefined ? cognitoToken : accessTokenOf({ audiences }));
    await tokenExchange(endpoint, request(form));
    expect(world.minted).toEqual([{ ...exchanged, aud: audience }]);
  });

  test.each<[subject: readonly string[], form: Record<string, string>, words: string]>([
    [
      [publicUrl],
      { audience: `${publicUrl}/apis/fraud-signals` },
      `the audience must be one of: ${publicUrl}, ${own}`,
    ],
    [
      [publicUrl],
      { audience: 'https://elsewhere.example' },
      `the audience must be one of: ${publicUrl}, ${own}`,
    ],
    [[publicUrl], { resource: `${own}/` }, `the audience must be one of: ${publicUrl}, ${own}`],
    [[publicUrl], { audience: publicUrl, resource: own }, 'audience and resource differ'],
    [[own], { audience: publicUrl }, `the audience must be one of: ${own}`],
    [['https://elsewhere.example'], {}, 'the subject token was meant for something else'],
    [['https://elsewhere.example'], { audience: own }, 'the subject token was meant for something else'],
    [[], {}, 'the subject token was meant for something else'],
  ])('from %j by %j is refused', async (audiences, form, words) => {
    const { world, endpoint } = createTokenWorld();
    says(world, { audiences });
    expect(await refusalOf(tokenExchange(endpoint, request(form)))).toBe(
      `audience: invalid_target: ${words}`,
    );
  });
});

// Threat T-40
describe('OAU-4 who acts for whom', () => {
  test.each<[before: readonly string[], after: readonly string[]]>([
    [[], ['client-1']],
    [['a'], ['client-1', 'a']],
    [
      ['a', 'b'],
      ['client-1', 'a', 'b'],
    ],
  ])('the newest actor is outermost: %j becomes %j', async (before, after) => {
    const { world, endpoint } = createTokenWorld();
    for (const actor of before) world.clients.set(actor, aClient(actor, 'acme'));
    const act = chain(...before);
    says(world, act === undefined ? {} : { act });
    await tokenExchange(endpoint, request());
    expect(world.minted).toEqual([{ ...exchanged, act: chain(...after) }]);
  });

  test.each([3, 4, 100])('%d actors before are too many', async (length) => {
    const { world, endpoint } = createTokenWorld();
    const actors = Array.from({ length }, (_, index) => `actor-${index}`);
    const act = actors.reduceRight<Actor | undefined>((inner, sub) => elsewhere(sub, inner), undefined);
    says(world, act === undefined ? {} : { act });
    expect(await refusalOf(tokenExchange(endpoint, request()))).toBe(
      'act_depth: invalid_request: at most 3 may act one for another',
    );
  });

  test('may_act lets in the client that it names', async () => {
    const { world, endpoint } = createTokenWorld();
    says(world, { mayAct: { sub: 'client-1' } });
    expect((await tokenExchange(endpoint, request())).token.access_token).toBe('signed-1');
  });

  // Threat T-38
  test.each([
    { sub: 'client-1', iss: 'https://idp.example' },
    { sub: 'client-2' },
    { sub: 'client-1 ' },
    { sub: 'CLIENT-1' },
  ])('may_act %j lets nobody in', async (mayAct) => {
    const { world, endpoint } = createTokenWorld();
    says(world, { mayAct });
    expect(await refusalOf(tokenExchange(endpoint, request()))).toBe(`may_act: ${alike}`);
  });
});

describe('OAU-4 where an exchanged token comes from', () => {
  test("is said by the client of the subject's own token, however often it is exchanged", async () => {
    const { world, endpoint } = createTokenWorld();
    world.clients.set('client-3', aClient('client-3', 'acme'));
    says(world, { clientId: 'client-3', originClientId: 'client-2', act: { sub: 'client-3' } });
    await tokenExchange(endpoint, request());
    expect(world.minted).toEqual([{ ...exchanged, act: { sub: 'client-1', act: { sub: 'client-3' } } }]);
  });

  test('is not said where the client exchanges its own token', async () => {
    const { world, endpoint } = createTokenWorld();
    says(world, { clientId: 'client-1' });
    await tokenExchange(endpoint, request());
    const { origin_client_id: _, ...rest } = exchanged;
    expect(world.minted).toEqual([rest]);
  });

  test.each([
    ['client-2', 'the client that it comes from'],
    ['client-3', 'a client that acted in between'],
  ])('is refused while %s is suspended: %s', async (clientId) => {
    const { world, endpoint } = createTokenWorld();
    world.clients.set('client-3', aClient('client-3', 'acme'));
    world.clients.set('client-4', aClient('client-4', 'acme'));
    const act = { sub: 'client-4', act: { sub: 'client-3' } };
    says(world, { clientId: 'client-4', originClientId: 'client-2', act });
    expect((await tokenExchange(endpoint, request())).token.access_token).toBe('signed-1');
    change(world, 'partner', { status: 'suspended' }, clientId);
    expect(await refusalOf(tokenExchange(endpoint, request()))).toBe(`subject_partner_suspended: ${alike}`);
  });

  test('hands on no scope that the contract of its origin has lost since', async () => {
    const { world, endpoint } = createTokenWorld();
    world.clients.set('client-3', aClient('client-3', 'acme'));
    says(world, { clientId: 'client-3', originClientId: 'client-2', act: { sub: 'client-3' } });
    change(world, 'contract', { products: { 'credit-reports': ['credit-reports/read'] } }, 'client-2');
    expect((await tokenExchange(endpoint, request())).token.scope).toBe('credit-reports/read');
  });
});

describe('JWT-3 a subject token', () => {
  test.each<[what: string, changed: Partial<UserWithProfile> | undefined]>([
    ['an operator has suspended', { status: 'suspended' }],
    ['the directory has suspended', { profile: { ...userOf().profile, state: 'inactive' } }],
    ['belongs to another partner', { partnerId: 'globex' }],
    ['nobody has recorded', undefined],
  ])('whose user %s is refused', async (_what, changed) => {
    const { world, endpoint } = createTokenWorld();
    if (changed === undefined) world.users.clear();
    else world.users.set('dana.li', userOf({ partnerId: 'acme', ...changed }));
    expect(await refusalOf(tokenExchange(endpoint, request()))).toBe(`subject_user: ${alike}`);
  });

  test("of the user pool is refused where its client's contract or the deployment lacks that grant", async () => {
    const { world, endpoint } = createTokenWorld();
    world.accessTokens.set('access-1', cognitoToken);
    expect((await tokenExchange(endpoint, request())).token.access_token).toBe('signed-1');
    const enabledGrants = endpoint.enabledGrants.filter((grant) => grant !== 'client_credentials');
    expect(await refusalOf(tokenExchange({ ...endpoint, enabledGrants }, request()))).toBe(
      `subject_grant: ${alike}`,
    );
    change(world, 'contract', { grants: ['password'] }, 'client-2');
    expect(await refusalOf(tokenExchange(endpoint, request()))).toBe(`subject_grant: ${alike}`);
  });
});

describe('OAU-4 who may exchange a token', () => {
  test('the client itself, and another of its partner', async () => {
    const { world, endpoint } = createTokenWorld();
    says(world, { clientId: 'client-1' });
    expect((await tokenExchange(endpoint, request())).token.access_token).toBe('signed-1');
  });

  // Threat T-38
  test('the backend of a product that the token reaches, whosever it is', async () => {
    const { world, endpoint } = createTokenWorld();
    belongsToGlobex(world);
    change(world, 'contract', { resourceServerOf: ['credit-reports'] });
    expect((await tokenExchange(endpoint, request())).token.access_token).toBe('signed-1');
    expect(world.minted).toEqual([exchanged]);
  });

  test.each([['fraud-signals'], ['credit'], ['credit-reports/read'], ['']])(
    'not the backend of %s',
    async (product) => {
      const { world, endpoint } = createTokenWorld();
      belongsToGlobex(world);
      change(world, 'contract', { resourceServerOf: [product] });
      expect(await refusalOf(tokenExchange(endpoint, request()))).toBe(`recipient: ${alike}`);
    },
  );

  test.each<[check: string, spoil: (world: TokenWorld) => void]>([
    [
      'subject_client_missing',
      (world) => {
        world.clients.delete('client-2');
      },
    ],
    [
      'subject_contract_over',
      (world) => {
        change(world, 'contract', { endsAt: later(0).toISOString() }, 'client-2');
      },
    ],
    [
      // Threat T-41
      'subject_partner_suspended',
      (world) => {
        change(world, 'partner', { status: 'suspended' }, 'client-2');
      },
    ],
  ])('nobody, once the client that it was issued to has %s', async (check, spoil) => {
    const { world, endpoint } = createTokenWorld();
    spoil(world);
    expect(await refusalOf(tokenExchange(endpoint, request()))).toBe(`${check}: ${alike}`);
  });
});

describe("JWT-4 a third party's token as subject", () => {
  test('counts once, and gives its user a token', async () => {
    const { world, endpoint } = createTokenWorld();
    expect(await tokenExchange(endpoint, request(thirdParty))).toEqual({
      token: {
        access_token: 'signed-1',
        issued_token_type: accessToken,
        token_type: 'Bearer',
        expires_in: 300,
        scope,
      },
    });
    const { origin_client_id: _, ...ofItsOwnClient } = exchanged;
    expect(world.minted).toEqual([{ ...ofItsOwnClient, exp: nowSeconds + 300 }]);
    expect(world.done).toEqual([burning, 'sign']);
    expect(await refusalOf(tokenExchange(endpoint, request(thirdParty)))).toBe(
      'replay: invalid_request: the subject token is not accepted',
    );
  });

  test.each([
    [{ scope: 'fraud-signals/read' }, 'scope'],
    [{ audience: 'https://elsewhere.example' }, 'audience'],
    [{ actor_token: 'x' }, 'actor_token'],
  ])('is not used up by a request that is refused: %j', async (form, check) => {
    const { world, endpoint } = createTokenWorld();
    expect(await refusalOf(tokenExchange(endpoint, request({ ...thirdParty, ...form })))).toMatch(
      new RegExp(`^${check}: `, 'u'),
    );
    expect(world.done).toEqual([]);
  });

  test("is held to the registry's rules, and is no access token", async () => {
    const { world, endpoint } = createTokenWorld();
    world.thirdParty.set('third-party-2', { refusedBy: 'audience' });
    expect(
      await refusalOf(tokenExchange(endpoint, request({ ...thirdParty, subject_token: 'third-party-2' }))),
    ).toBe('audience: invalid_request: the subject token is not accepted');
    expect(
      await refusalOf(tokenExchange(endpoint, request({ ...thirdParty, subject_token_type: accessToken }))),
    ).toBe(`subject_malformed: ${alike}`);
    expect(await refusalOf(tokenExchange(endpoint, request({ subject_token_type: jwt })))).toBe(
      'malformed: invalid_request: the subject token is not accepted',
    );
  });
});
