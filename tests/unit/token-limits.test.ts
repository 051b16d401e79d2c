import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jwtBearer } from '../../core/tokens/jwt-bearer.ts';
import { openSession } from '../../core/tokens/session.ts';
import { tokenExchange } from '../../core/tokens/token-exchange.ts';
import { actorsOf, tokenLimits } from '../../core/trust/token-limits.ts';
import {
  createTokenWorld,
  issuerOf,
  refusalOf,
  thirdPartyTokenOf,
  type TokenWorld,
} from '../support/fakes/token-world.ts';

const scopeText = fc.stringMatching(/^[a-z]{1,3}(?:\/[a-z]{1,3})?$/u);
const scopeList = fc.uniqueArray(scopeText, { maxLength: 6 });
/** The forms in which identity providers write one list of scopes. */
const formsOf = (scopes: readonly string[]): fc.Arbitrary<unknown> =>
  fc.constantFrom<unknown>(scopes.join(' '), scopes, ` ${scopes.join('  ')} `, [scopes.join(' ')]);

// Threat T-84
describe('JWT-3 what a token allows at most', () => {
  test('is the same in whichever form its scopes are written, and under either name', () => {
    fc.assert(
      fc.property(
        scopeList.chain((scopes) => fc.tuple(fc.constant(scopes), formsOf(scopes))),
        fc.constantFrom('scope', 'scp'),
        ([scopes, written], name) => {
          expect(tokenLimits({ [name]: written })).toEqual({ scopes });
        },
      ),
    );
  });

  test('is never more than either claim says', () => {
    fc.assert(
      fc.property(scopeList, scopeList, (scope, scp) => {
        expect(tokenLimits({ scope: scope.join(' '), scp })).toEqual({
          scopes: scope.filter((each) => scp.includes(each)),
        });
      }),
    );
  });

  test.each([
    ['nothing', {}],
    ['nulls', { scope: null, scp: null, act: null, may_act: null, cnf: null }],
  ])('has no limit if the claims say %s', (_what, claims) => {
    expect(tokenLimits(claims)).toEqual({});
  });

  test('is nothing if the token lists no scope', () => {
    expect(tokenLimits({ scope: '' })).toEqual({ scopes: [] });
    expect(tokenLimits({ scp: [] })).toEqual({ scopes: [] });
  });

  const scopeForm = (name: string) => ({ why: `${name} must be a text or an array of texts.` });
  const actorForm = { why: 'act and may_act must name somebody by sub.' };
  test.each<[claims: Readonly<Record<string, unknown>>, refusal: object]>([
    [{ scope: 7 }, scopeForm('scope')],
    [{ scope: { read: true } }, scopeForm('scope')],
    [{ scope: ['read', 7] }, scopeForm('scope')],
    [{ scope: ['read', null] }, scopeForm('scope')],
    [{ scope: [['read']] }, scopeForm('scope')],
    [{ scp: false }, scopeForm('scp')],
    [{ act: 'portal' }, actorForm],
    [{ act: {} }, actorForm],
    [{ act: { sub: ' \u200b' } }, actorForm],
    [{ act: { sub: 'x'.repeat(257) } }, actorForm],
    [{ act: { sub: 'portal', act: { sub: '' } } }, actorForm],
    [{ may_act: ['portal'] }, actorForm],
    [{ may_act: {} }, actorForm],
    [{ may_act: { sub: ['client-1'] } }, actorForm],
    [{ may_act: { client_id: 'client-1' } }, actorForm],
    [
      { act: { sub: 'a', act: { sub: 'b', act: { sub: 'c', act: { sub: 'd' } } } } },
      { why: 'At most 3 may act one for another.' },
    ],
    [
      { cnf: { jkt: 'thumbprint' } },
      { why: 'cnf binds the token to a key, and nobody can prove the possession of a key here.' },
    ],
  ])('is not understood of %j', (claims, refusal) => {
    expect(tokenLimits(claims)).toEqual(refusal);
  });

  test('names the actors of another issuer by that issuer, whatever the token says of theirs', () => {
    expect(
      actorsOf('https://idp.example', {
        sub: 'client-1',
        iss: 'https://api.company.example',
        email: 'dana.li@partner.example',
        act: { sub: 'client-2' },
      }),
    ).toEqual({
      sub: 'client-1',
      iss: 'https://idp.example',
      act: { sub: 'client-2', iss: 'https://idp.example' },
    });
  });
});

// Threat T-84
describe("JWT-3 a third party's token is held to its limits", () => {
  const client = { method: 'client_secret_basic', clientId: 'client-1', clientSecret: 'secret-1' } as const;
  const request = (grantType: string, form: Readonly<Record<string, string>>) => ({
    grantType,
    client,
    sourceIp: '203.0.113.10',
    parameters: new Map(Object.entries(form)),
  });
  /** The uses in which such a token becomes one of ours. */
  const uses: readonly [
    use: string,
    run: (world: ReturnType<typeof createTokenWorld>) => Promise<unknown>,
  ][] = [
    [
      'the jwt-bearer grant',
      ({ endpoint }) =>
        jwtBearer(
          endpoint,
          request('urn:ietf:params:oauth:grant-type:jwt-bearer', { assertion: 'third-party-1' }),
        ),
    ],
    [
      'a token exchange',
      ({ endpoint }) =>
        tokenExchange(
          endpoint,
          request('urn:ietf:params:oauth:grant-type:token-exchange', {
            subject_token: 'third-party-1',
            subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
          }),
        ),
    ],
    [
      'a browser session',
      ({ endpoint }) => openSession(endpoint, { method: 'GET', token: 'third-party-1', repeated: false }),
    ],
  ];
  const limit = (world: TokenWorld, limits: ReturnType<typeof thirdPartyTokenOf>['limits']): void => {
    world.thirdParty.set('third-party-1', {
      issuer: issuerOf({ uses: ['assertion', 'session'] }),
      token: thirdPartyTokenOf({ limits }),
    });
  };

  test.each(uses)('in %s: the new token has no scope that it lacks', async (_use, run) => {
    const world = createTokenWorld();
    limit(world.world, { scopes: ['credit-reports/read', 'openid'] });
    await run(world);
    expect(world.world.minted.map(({ scope }) => scope)).toEqual(['credit-reports/read']);
  });

  test.each(uses)(
    'in %s: without a scope of ours it opens nothing, and is not used up',
    async (_use, run) => {
      const world = createTokenWorld();
      limit(world.world, { scopes: ['openid'] });
      expect(await refusalOf(run(world))).toBe(
        'scope: invalid_scope: a scope is asked for that was not granted',
      );
      expect(world.world.done).toEqual([]);
    },
  );

  test.each(uses)('in %s: the new token names who acted before', async (_use, run) => {
    const world = createTokenWorld();
    limit(world.world, { act: { sub: 'their-portal' } });
    await run(world);
    expect(JSON.stringify(world.world.minted.map(({ act }) => act))).toContain(
      '{"sub":"their-portal","iss":"https://idp.acme.example"}',
    );
  });

  test.each(uses.filter(([use]) => use !== 'a token exchange'))(
    'in %s: the new token names who alone may act',
    async (_use, run) => {
      const world = createTokenWorld();
      limit(world.world, { mayAct: { sub: 'client-9' } });
      await run(world);
      expect(world.world.minted.map(({ may_act }) => may_act)).toEqual([{ sub: 'client-9' }]);
    },
  );

  test('in a token exchange: nobody acts but the client that it names', async () => {
    const [, [, exchange] = ['', () => Promise.resolve()]] = uses;
    const refused = createTokenWorld();
    limit(refused.world, { mayAct: { sub: 'client-9' } });
    expect(await refusalOf(exchange(refused))).toBe(
      'may_act: invalid_request: the subject token is not accepted',
    );
    expect(refused.world.done).toEqual([]);
    const accepted = createTokenWorld();
    limit(accepted.world, { mayAct: { sub: 'client-1' } });
    await exchange(accepted);
    expect(accepted.world.minted.map(({ act }) => act)).toEqual([{ sub: 'client-1' }]);
  });
});
