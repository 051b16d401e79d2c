import { userOf } from '../support/fakes/samples.ts';
import { beforeEach, describe, expect, test } from 'vitest';
import { createClientAssertions } from '../../adapters/tokens/client-assertion-verifier.ts';
import { createThirdPartyTokens } from '../../adapters/tokens/third-party-tokens.ts';
import { checkAssertion } from '../../core/tokens/check-assertion.ts';
import { clientAssertionRules } from '../../core/tokens/client-assertion-rules.ts';
import type { Issuer } from '../../core/trust/records.ts';
import { signed } from '../hostile/forgeries.ts';
import { type KeyPair, rsaPair } from '../support/rsa-keys.ts';

const audience = 'https://api.company.example';
const now = new Date('2026-11-20T10:00:00Z');
const clock = { now: () => now };
const seconds = now.getTime() / 1000;
const [ownKey, issuerKey, stranger] = [rsaPair('first'), rsaPair('second'), rsaPair('third')];
const jwkOf = ({ publicKey }: KeyPair): Record<string, string> =>
  Object.fromEntries(
    Object.entries(publicKey.export({ format: 'jwk' })).map(([name, value]) => [name, String(value)]),
  );

const active: Issuer = {
  issuer: 'https://idp.acme.example',
  partnerId: 'acme',
  clientId: 'client-1',
  audiences: [audience],
  principalClaim: 'sub',
  longestLife: 300,
  uses: ['assertion'],
  keys: [{ kid: 'k1', jwk: jwkOf(issuerKey), algorithm: 'RS256', thumbprint: 'of-k1' }],
  status: 'active',
  version: 1,
  changes: [],
};
let issuer: Issuer;
beforeEach(() => {
  issuer = active;
});
const clientAssertions = createClientAssertions({
  audience,
  clock,
  clientKeys: {
    keysOf: (id) =>
      Promise.resolve(id === 'client-1' ? [{ ...jwkOf(ownKey), kid: 'k1', alg: 'RS256', use: 'sig' }] : []),
  },
});
const thirdPartyTokens = createThirdPartyTokens({
  clock,
  findIssuer: (name) => Promise.resolve(name === issuer.issuer ? issuer : undefined),
  isDenied: () => Promise.resolve(false),
});
const dependencies = {
  clock,
  assertionChecks: {
    checkOfClient: clientAssertions.checkOfClient,
    checkOfThirdParty: thirdPartyTokens.checkOfThirdParty,
  },
  publicUrl: audience,
  findUser: (userId: string) =>
    Promise.resolve(userId === 'dana.li' ? userOf({ partnerId: 'acme' }) : undefined),
};
const check = (form: Readonly<Record<string, string>>) =>
  checkAssertion(dependencies, {
    contentType: 'application/x-www-form-urlencoded',
    authorization: undefined,
    body: new URLSearchParams(form).toString(),
    sourceIp: '203.0.113.10',
  });

type Part = Readonly<Record<string, unknown>>;
const clientClaims = {
  iss: 'client-1',
  sub: 'client-1',
  aud: audience,
  jti: 'id-1',
  iat: seconds,
  exp: seconds + 60,
};
const clientAssertion = (claims: Part = {}, header: Part = {}, { privateKey }: KeyPair = ownKey): string =>
  signed({ alg: 'RS256', kid: 'k1', ...header }, { ...clientClaims, ...claims }, privateKey);
const loginClaims = { ...clientClaims, iss: active.issuer, sub: 'dana.li' };
const login = (claims: Part = {}, header: Part = {}, { privateKey }: KeyPair = issuerKey): string =>
  signed({ alg: 'RS256', kid: 'k1', ...header }, { ...loginClaims, ...claims }, privateKey);

const accepted = {
  accepted: true,
  rule: 'all',
  why: 'Every rule holds. The assertion is accepted once, unless its jti was used before.',
  server_time: seconds,
};
const broken = (rule: string) => ({
  accepted: false,
  rule,
  why: expect.stringMatching(/^\w[^]{10,}$/u) as string,
  server_time: seconds,
});
const unsigned = {
  accepted: false,
  rule: 'signature',
  why: expect.stringContaining('No registered key has made this signature.') as string,
  server_time: seconds,
};

describe("OAU-2 the check of a client's assertion", () => {
  test('says that every rule holds, again and again', async () => {
    const assertion = clientAssertion();
    for (let time = 0; time < 3; time += 1) {
      expect(await check({ client_assertion: ` ${assertion}\n` })).toEqual(accepted);
    }
    expect(await clientAssertions.verify(assertion)).toMatchObject({ clientId: 'client-1', jti: 'id-1' });
  });

  const cases: [rule: string, claims: Part, header?: Part][] = [
    ['typ', {}, { typ: 'at+jwt' }],
    ['b64', {}, { b64: false }],
    ['iss', { iss: 'another' }],
    ['iss', { iss: undefined }],
    ['aud', { aud: [audience] }],
    ['aud', { aud: `${audience}/oauth2/token` }],
    ['aud', { aud: undefined }],
    ['exp', { exp: seconds - 60 }],
    ['exp', { exp: undefined }],
    ['exp', { exp: 'soon' }],
    ['nbf', { nbf: seconds + 61 }],
    ['nbf', { nbf: 'now' }],
    ['iat', { iat: seconds + 61 }],
    ['iat', { iat: 'now' }],
    ['lifetime', { exp: seconds + 361 }],
    ['lifetime', { exp: 1e18 }],
    ['jti', { jti: undefined }],
    ['jti', { jti: '' }],
    ['jti', { jti: 'x'.repeat(257) }],
  ];
  test.each(cases)(
    'names %s for %j, which is refused at the token endpoint, too',
    async (rule, claims, header) => {
      const assertion = clientAssertion(claims, header);
      expect(await check({ client_assertion: assertion })).toEqual(broken(rule));
      expect(await clientAssertions.verify(assertion)).toBeUndefined();
    },
  );

  test('has a case for every rule; sub is the client whose key has signed', () => {
    const covered = new Set(cases.map(([rule]) => rule));
    expect(clientAssertionRules.filter((rule) => !covered.has(rule))).toEqual(['sub']);
  });

  test('names the first rule where several are broken', async () => {
    const assertion = clientAssertion({ aud: 'https://elsewhere.example', exp: seconds - 600, jti: '' });
    expect(await check({ client_assertion: assertion })).toEqual(broken('aud'));
  });

  test.each([
    ['edges of the clocks', { exp: seconds - 59, iat: seconds + 60, nbf: seconds + 60 }],
    ['the longest life', { exp: seconds + 360 }],
    ['no iat', { iat: undefined }],
  ])('accepts %s', async (_, claims) => {
    expect(await check({ client_assertion: clientAssertion(claims) })).toEqual(accepted);
  });
});

describe("JWT-3 the check of a third party's assertion", () => {
  test('says that every rule holds, again and again', async () => {
    for (let time = 0; time < 3; time += 1) expect(await check({ assertion: login() })).toEqual(accepted);
  });

  test.each<[rule: string, claims: Part]>([
    ['expiry', { exp: seconds - 60 }],
    ['not_before', { nbf: seconds + 61 }],
    ['issued_at', { iat: undefined }],
    ['lifetime', { exp: seconds + 301 }],
    ['audience', { aud: 'https://elsewhere.example' }],
    ['principal', { sub: 'no user id' }],
    ['claims', { jti: '' }],
    ['user', { sub: 'somebody.else' }],
    ['jti', { jti: undefined }],
  ])('names %s for %j', async (rule, claims) => {
    expect(await check({ assertion: login(claims) })).toEqual(broken(rule));
  });

  test('names the use, where the issuer is not for assertions', async () => {
    issuer = { ...active, uses: ['bearer'] };
    expect(await check({ assertion: login() })).toEqual(broken('use'));
  });
});

describe('a stranger', () => {
  test.each([
    [
      'of a client that is not there',
      'client_assertion',
      clientAssertion({ iss: 'client-9', sub: 'client-9' }, {}, stranger),
    ],
    ['of a client that is there', 'client_assertion', clientAssertion({}, {}, stranger)],
    ['with another kid', 'client_assertion', clientAssertion({}, { kid: 'k9' }, stranger)],
    ['with another algorithm', 'client_assertion', clientAssertion({}, { alg: 'PS256' }, stranger)],
    ['with everything wrong', 'client_assertion', clientAssertion({ aud: 'x', exp: 1 }, {}, stranger)],
    ['without a client', 'client_assertion', clientAssertion({ sub: undefined }, {}, stranger)],
    ['that is no JWS', 'client_assertion', 'not a token'],
    [
      'of an issuer that is not there',
      'assertion',
      login({ iss: 'https://elsewhere.example' }, {}, stranger),
    ],
    ['of an issuer that is there', 'assertion', login({}, {}, stranger)],
    ['of an issuer with another kid', 'assertion', login({}, { kid: 'k9' }, stranger)],
    ['of an issuer with a forbidden header', 'assertion', login({}, { jku: 'https://x.example' }, stranger)],
    ['of an issuer that is no JWS', 'assertion', 'not.a.token'],
  ])('learns the same from an assertion %s', async (_, name, assertion) => {
    expect(await check({ [name]: assertion })).toEqual(unsigned);
  });

  test('learns the same of an issuer that is switched off', async () => {
    issuer = { ...active, status: 'suspended' };
    expect(await check({ assertion: login() })).toEqual(unsigned);
    expect(await check({ assertion: login({}, {}, stranger) })).toEqual(unsigned);
  });
});

test.each([{}, { client_assertion: 'a', assertion: 'b' }, { token: 'a' }])(
  'a request that names not exactly one assertion is refused: %j',
  async (form) => {
    await expect(check(form)).rejects.toMatchObject({
      code: 'invalid_request',
      description: 'send either client_assertion or assertion',
    });
  },
);
