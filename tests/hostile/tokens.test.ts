import fc from 'fast-check';
import { createLocalJWKSet, type JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAccessTokens, createAccessTokenVerifier } from '../../adapters/tokens/access-tokens.ts';
import { createClientAssertions } from '../../adapters/tokens/client-assertion-verifier.ts';
import { createThirdPartyTokens } from '../../adapters/tokens/third-party-tokens.ts';
import type { Issuer, TrustedKey } from '../../core/trust/records.ts';
import { tokenRules } from '../../core/trust/verification.ts';
import { serve, type Served } from '../../local/kernel/serve.ts';
import { type KeyPair, rsaPair } from '../support/rsa-keys.ts';
import { ecPair, forgeries, signed } from './forgeries.ts';
import { hugeTokens } from './huge-tokens.ts';
import { misspelt } from './misspelt.ts';
import { anyValue } from './payloads.ts';
import { patience, runs } from './runs.ts';
import { publishedKeys } from '../support/fakes/published-keys.ts';

const now = new Date('2026-11-20T10:00:00Z');
const seconds = now.getTime() / 1000;
const clock = { now: () => now };
const [pool, publicUrl, third] = [
  'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_sallyport',
  'https://api.company.example',
  'https://idp.acme.example',
] as const;
const clientId = 'client-1';

/** Everybody calls the key alike, so that a token may be tried under the key of each other. */
const kid = 'k1';
const keysOf = {
  [pool]: rsaPair('first'),
  [publicUrl]: rsaPair('second'),
  [third]: rsaPair('third'),
  [clientId]: rsaPair('fourth'),
};
const stranger = rsaPair('fifth');
const curve = ecPair();
const expired = rsaPair('sixth');
const jwkOf = ({ publicKey }: KeyPair): Record<string, string> =>
  Object.fromEntries(
    Object.entries(publicKey.export({ format: 'jwk' })).map(([name, value]) => [name, String(value)]),
  );
const published = (key: KeyPair): JWK => ({ ...jwkOf(key), kid, alg: 'RS256', use: 'sig' });
const trusted = (key: KeyPair, more: Partial<TrustedKey> = {}): TrustedKey => ({
  kid,
  jwk: jwkOf(key),
  algorithm: 'RS256',
  thumbprint: 'of-k1',
  ...more,
});

const issuer: Issuer = {
  issuer: third,
  partnerId: 'acme',
  clientId,
  audiences: [publicUrl],
  principalClaim: 'sub',
  longestLife: 600,
  uses: ['assertion'],
  status: 'active',
  version: 1,
  changes: [],
  keys: [trusted(keysOf[third]), trusted(curve, { kid: 'ec', algorithm: 'ES256' })],
};
const accessTokens = createAccessTokens({
  isDenied: () => Promise.resolve(false),
  verify: createAccessTokenVerifier({
    issuers: { pool: [pool], publicUrl },
    clock,
    keysOf: (of) =>
      publishedKeys(
        createLocalJWKSet({ keys: of === pool ? [published(keysOf[pool])] : [published(keysOf[publicUrl])] }),
      ),
  }),
});
const thirdParties = createThirdPartyTokens({
  clock,
  isDenied: () => Promise.resolve(false),
  findIssuer: (name) => Promise.resolve(name === third ? issuer : undefined),
});
const asked: string[] = [];
const clients = createClientAssertions({
  clock,
  audience: publicUrl,
  clientKeys: {
    keysOf: (id) => {
      asked.push(id);
      return Promise.resolve(
        id === clientId
          ? [
              published(keysOf[clientId]),
              { ...jwkOf(curve), kid: 'ec', alg: 'ES256', use: 'sig' },
              { ...published(expired), kid: 'expired', notAfter: '2026-11-20T10:00:00.000Z' },
            ]
          : [],
      );
    },
  },
});

/** What each verifier says: that it believes the token, or the rule. */
const accessRule = async (token: string): Promise<string> => {
  const verdict = await accessTokens.verify(token);
  return 'refusedBy' in verdict ? verdict.refusedBy : 'believed';
};
const thirdRule = async (token: string): Promise<string> => {
  const verdict = await thirdParties.verify(token);
  return 'refusedBy' in verdict ? verdict.refusedBy : 'believed';
};
const clientRule = async (token: string): Promise<string> =>
  (await clients.verify(token)) === undefined ? 'refused' : 'believed';

const header = { alg: 'RS256', kid };
const times = { iat: seconds - 10, exp: seconds + 250 };
const kinds = {
  "an access token of Cognito's": {
    of: pool,
    header,
    claims: {
      iss: pool,
      sub: clientId,
      client_id: clientId,
      token_use: 'access',
      scope: 'credit-reports/read',
      ...times,
      jti: 'c-1',
      version: 2,
    },
    rule: accessRule,
  },
  'an access token of ours': {
    of: publicUrl,
    header: { ...header, typ: 'at+jwt' },
    claims: {
      iss: publicUrl,
      sub: 'dana.li',
      client_id: clientId,
      aud: publicUrl,
      scope: 'credit-reports/read',
      ...times,
      jti: 'o-1',
    },
    rule: accessRule,
  },
  "a third party's token": {
    of: third,
    header: { ...header, typ: 'JWT' },
    claims: { iss: third, sub: 'dana.li', aud: publicUrl, ...times, jti: 't-1' },
    rule: thirdRule,
  },
  "a client's assertion": {
    of: clientId,
    header,
    claims: { iss: clientId, sub: clientId, aud: publicUrl, ...times, jti: 'a-1' },
    rule: clientRule,
  },
} as const;
const names = Object.keys(kinds) as readonly (keyof typeof kinds)[];
const goodOf = (name: keyof typeof kinds): string =>
  signed(kinds[name].header, kinds[name].claims, keysOf[kinds[name].of].privateKey);
const verifiers = [accessRule, thirdRule, clientRule];

let elsewhere: Served;
let fetched = 0;
beforeAll(async () => {
  elsewhere = await serve(
    {
      fetch: () => {
        fetched += 1;
        return Response.json({ keys: [published(stranger)] });
      },
    },
    0,
  );
});
afterAll(() => elsewhere.close());

describe.each(names)('%s', (name) => {
  const { of, header: head, claims, rule } = kinds[name];
  const forged = () =>
    forgeries({ header: head, claims, key: keysOf[of], stranger, address: `${elsewhere.url}/keys`, seconds });
  /** A client's assertion is refused without a reason. */
  const expected = (broken: string): string => (rule === clientRule ? 'refused' : broken);

  test('is believed', async () => {
    expect(await rule(goodOf(name))).toBe('believed');
  });

  test('is refused by the rule that it breaks, however it is forged, and nothing is fetched', async () => {
    const all = forged();
    expect(await Promise.all(all.map(async ({ what, token }) => [what, await rule(token)]))).toEqual(
      all.map(({ what, rule: broken }) => [what, expected(broken)]),
    );
    expect(fetched).toBe(0);
  });

  test(
    'is one text: whatever differs from it in anything is refused',
    async () => {
      const good = goodOf(name);
      const character = fc.oneof(
        fc.constantFrom('-', '_', '.', '=', '+', '/', ' ', '\n', '\u0000', 'A', 'a', '0', 'é'),
        fc.string({ minLength: 1, maxLength: 1 }),
      );
      const edits = fc.array(
        fc.tuple(
          fc.nat(good.length),
          fc.integer({ min: 0, max: 3 }),
          fc.oneof(
            character,
            fc.constant(''),
            fc.nat(good.length).map((at) => good.slice(at, at + 20)),
          ),
        ),
        { minLength: 1, maxLength: 3 },
      );
      await fc.assert(
        fc.asyncProperty(edits, async (each) => {
          const other = each.reduce(
            (text, [at, gone, put]) => text.slice(0, at) + put + text.slice(at + gone),
            good,
          );
          expect((await rule(other)) === 'believed').toBe(other === good);
        }),
        runs(300),
      );
    },
    patience,
  );

  test(
    'signed right, but with anything in it, is refused by a rule or says what it must, never an error',
    async () => {
      const member = fc.constantFrom(
        ...Object.keys(claims),
        ...Object.keys(head),
        'nbf',
        'act',
        'may_act',
        'crit',
        'b64',
        'typ',
        'cty',
        'zip',
        '__proto__',
        'constructor',
        'x',
      );
      const changes = fc.array(fc.tuple(member, anyValue), { maxLength: 3 });
      const textOf = (members: object, changed: readonly (readonly [string, string])[]): string =>
        `{${[...Object.entries(members).map(([each, value]) => `${JSON.stringify(each)}:${JSON.stringify(value)}`), ...changed.map(([each, value]) => `${JSON.stringify(each)}:${value}`)].join(',')}}`;
      await fc.assert(
        fc.asyncProperty(
          changes,
          fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, changes),
          async (inClaims, inHeader) => {
            const token = signed(textOf(head, inHeader), textOf(claims, inClaims), keysOf[of].privateKey);
            const [access, party, client] = await Promise.all([
              accessTokens.verify(token),
              thirdParties.verify(token),
              clients.verify(token),
            ]);
            for (const verdict of [access, party]) {
              if ('refusedBy' in verdict) expect(tokenRules).toContain(verdict.refusedBy);
            }
            const said = 'refusedBy' in access ? ('refusedBy' in party ? client : party.token) : access;
            if (said === undefined) return;
            expect(said.expiresAt.getTime()).toBeGreaterThan(now.getTime() - 60_000);
            expect(said.expiresAt.getTime()).toBeLessThan(1e14);
            for (const [each, value] of Object.entries(said)) {
              if (['clientId', 'subject', 'principal', 'jti', 'issuer'].includes(each)) {
                expect(value).toMatch(/^.+$/su);
              }
            }
          },
        ),
        runs(150),
      );
    },
    patience,
  );

  test(
    'far too large is refused',
    async () => {
      const all = hugeTokens({ header: head, claims, key: keysOf[of] });
      expect(await Promise.all(all.map(async ([what, token]) => [what, await rule(token)]))).toEqual(
        all.map(([what]) => [what, rule === clientRule ? 'refused' : 'malformed']),
      );
    },
    patience,
  );
});

describe('one kind of token is never another', () => {
  test.each(names)('%s is believed by its own verifier alone', async (name) => {
    for (const verify of verifiers) {
      expect((await verify(goodOf(name))) === 'believed').toBe(verify === kinds[name].rule);
    }
  });

  test.each(
    names.flatMap((name) => names.filter((other) => other !== name).map((other) => [name, other] as const)),
  )('%s is none if signed by the key of %s, under the same kid', async (name, other) => {
    const { header: head, claims, rule } = kinds[name];
    expect(await rule(signed(head, claims, keysOf[kinds[other].of].privateKey))).toBe(
      rule === clientRule ? 'refused' : 'signature',
    );
  });

  const ours = kinds['an access token of ours'];
  const cognitos = kinds["an access token of Cognito's"];
  const assertion = kinds["a client's assertion"];
  const sign = (
    name: typeof ours | typeof cognitos | typeof assertion,
    head: object,
    claims: object,
  ): string => signed({ ...name.header, ...head }, { ...name.claims, ...claims }, keysOf[name.of].privateKey);

  test.each<[what: string, token: string, rule: string]>([
    ["an ID token of Cognito's", sign(cognitos, {}, { token_use: 'id', aud: clientId }), 'claims'],
    ['a refresh token by its name', sign(cognitos, {}, { token_use: 'refresh' }), 'claims'],
    ["a token of Cognito's for no use", sign(cognitos, {}, { token_use: undefined }), 'claims'],
    ["a token of Cognito's for nobody", sign(cognitos, {}, { client_id: '' }), 'claims'],
    ['a token of another pool, by the same key', sign(cognitos, {}, { iss: `${pool}2` }), 'issuer'],
    ["a token of ours in Cognito's name", sign(ours, {}, { iss: pool }), 'signature'],
    [
      "a token of Cognito's in our name",
      sign(cognitos, { typ: 'at+jwt' }, { iss: publicUrl, aud: publicUrl }),
      'signature',
    ],
    ...[
      'JWT',
      'jwt',
      'id_token+jwt',
      'logout+jwt',
      'dpop+jwt',
      'at+jwt2',
      'application/',
      'text/at+jwt',
      '',
      7,
      null,
      ['at+jwt'],
    ].map((typ): [string, string, string] => [
      `one of ours of typ ${JSON.stringify(typ)}`,
      sign(ours, { typ }, {}),
      'header',
    ]),
    ['one of ours without a typ', signed(header, ours.claims, keysOf[publicUrl].privateKey), 'header'],
    ...[
      undefined,
      [],
      {},
      7,
      null,
      true,
      [7],
      '',
      [publicUrl, 7],
      third,
      `${publicUrl}/`,
      `${publicUrl}/apis`,
      `${publicUrl}.evil.example`,
      `https://evil.example/${publicUrl}`,
      publicUrl.toUpperCase(),
    ].map((aud): [string, string, string] => [
      `one of ours for ${JSON.stringify(aud)}`,
      sign(ours, {}, { aud }),
      'audience',
    ]),
    ...['sub', 'client_id', 'jti', 'scope'].map((claim): [string, string, string] => [
      `one of ours without ${claim}`,
      sign(ours, {}, { [claim]: undefined }),
      'claims',
    ]),
    ['one of ours in whose name a list acts', sign(ours, {}, { act: [{ sub: clientId }] }), 'claims'],
  ])('no access token: %s', async (_what, token, rule) => {
    expect(await accessRule(token)).toBe(rule);
  });

  test.each<[what: string, head: object, claims: object]>([
    ['that was made for something else', { typ: 'dpop+jwt' }, {}],
    ['that is called an access token', { typ: 'at+jwt' }, {}],
    ['that is called a request', { typ: 'oauth-authz-req+jwt' }, {}],
    ['of another sub', {}, { sub: 'client-2' }],
    ['of another iss', {}, { iss: 'client-2' }],
    ['of a list', {}, { sub: [clientId], iss: [clientId] }],
    ['of a number', {}, { sub: 1, iss: 1 }],
    ['of nobody', {}, { sub: '', iss: '' }],
    ['of an object', {}, { sub: { toString: clientId }, iss: clientId }],
    ['of null', {}, { sub: null, iss: null }],
    ['of too long a name', {}, { sub: 'x'.repeat(129), iss: 'x'.repeat(129) }],
    ['of a path', {}, { sub: `../${clientId}`, iss: `../${clientId}` }],
    ...[
      undefined,
      '',
      [],
      [publicUrl],
      [publicUrl, third],
      { [publicUrl]: true },
      `${publicUrl}/`,
      `${publicUrl}/oauth2/token`,
      publicUrl.toUpperCase(),
      publicUrl.slice(0, -1),
      `${publicUrl} ${third}`,
      7,
      null,
    ].map((aud): [string, object, object] => [`meant for ${JSON.stringify(aud)}`, {}, { aud }]),
    ...[undefined, '', 7, null, ['a-1'], 'x'.repeat(257)].map((jti): [string, object, object] => [
      `with jti ${String(jti).slice(0, 20)}`,
      {},
      { jti },
    ]),
    ['that is good for six minutes', {}, { exp: seconds + 361 }],
    ['that is good for years', {}, { exp: seconds + 1e9 }],
    ['that never ends', {}, { exp: undefined }],
    ['that is over', {}, { exp: seconds - 61 }],
  ])('no client: an assertion %s', async (_what, head, claims) => {
    expect(await clientRule(sign(assertion, head, claims))).toBe('refused');
  });

  test('no client: an assertion by a key whose certificate has expired', async () => {
    expect(
      await clientRule(signed({ ...assertion.header, kid: 'expired' }, assertion.claims, expired.privateKey)),
    ).toBe('refused');
  });

  test('a client is looked up by a name, and not for what is no token', async () => {
    expect(asked.filter((each) => !/^[\x20-\x7e]{1,128}$/u.test(each))).toEqual([]);
    asked.length = 0;
    for (const [, token] of misspelt(goodOf("a client's assertion"))) await clients.verify(token);
    expect(asked).toEqual([]);
  });
});

describe('a signature on a curve', () => {
  const input = (name: "a third party's token" | "a client's assertion") =>
    [{ ...kinds[name].header, alg: 'ES256', kid: 'ec' }, kinds[name].claims] as const;
  /** The order of P-256: a signature of it, or of nothing, was once right for everything. */
  const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');

  test.each(["a third party's token", "a client's assertion"] as const)(
    'of %s is two numbers that are none of the trivial ones',
    async (name) => {
      const [head, claims] = input(name);
      const good = signed(head, claims, curve.privateKey, 'ES256');
      const start = good.slice(0, good.lastIndexOf('.') + 1);
      const bytes = Buffer.from(good.slice(start.length), 'base64url');
      const { rule } = kinds[name];
      expect(await rule(good)).toBe('believed');
      const others = [
        Buffer.alloc(64),
        Buffer.alloc(1),
        Buffer.concat([order, order]),
        Buffer.concat([Buffer.alloc(32), bytes.subarray(32)]),
        Buffer.concat([bytes.subarray(0, 32), Buffer.alloc(32)]),
        bytes.subarray(0, 63),
        Buffer.concat([bytes, Buffer.alloc(1)]),
        Buffer.concat([bytes.subarray(32), bytes.subarray(0, 32)]),
        Buffer.alloc(64, 255),
        Buffer.concat([bytes, bytes]),
      ].map((signature) => start + signature.toString('base64url'));
      for (const token of [
        ...others,
        signed(head, claims, curve.privateKey, 'ES256 in DER'),
        signed({ ...head, alg: 'RS256' }, claims, curve.privateKey, 'ES256'),
        signed({ ...head, kid }, claims, curve.privateKey, 'ES256'),
        signed(head, claims, keysOf[third].privateKey),
      ]) {
        expect(await rule(token)).not.toBe('believed');
      }
    },
  );
});
