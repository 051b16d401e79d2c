import { readFileSync } from 'node:fs';
import { compactVerify, createLocalJWKSet, errors } from 'jose';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createAccessTokens, createAccessTokenVerifier } from '../../adapters/tokens/access-tokens.ts';
import { createClientAssertions } from '../../adapters/tokens/client-assertion-verifier.ts';
import { verifyThirdPartyToken } from '../../adapters/tokens/third-party-verifier.ts';
import { createKeyReader } from '../../adapters/trust/key-reader.ts';
import { isTrustedAlgorithm } from '../../core/trust/key-rules.ts';
import { InvalidKeys } from '../../core/trust/key-errors.ts';
import {
  type Issuer,
  trustedAlgorithms,
  type TrustedAlgorithm,
  type TrustedKey,
} from '../../core/trust/records.ts';
import { publishedKeys } from '../support/fakes/published-keys.ts';

const jwk = z.looseObject({ kty: z.string() });
const keySet = z.object({ keys: z.array(jwk) });
const vector = z.object({
  where: z.string(),
  alg: z.optional(z.string()),
  token: z.optional(z.string()),
  serialization: z.optional(z.unknown()),
});
const file = <Shape extends z.ZodType>(name: string, shape: Shape): z.infer<Shape> =>
  shape.parse(JSON.parse(readFileSync(new URL(`../support/vectors/${name}.json`, import.meta.url), 'utf8')));
const rfc7515 = file('rfc7515', z.object({ vectors: z.array(vector.extend({ key: z.optional(jwk) })) }));
const rfc7517 = file(
  'rfc7517',
  z.object({ publicKeys: keySet, privateKeys: keySet, symmetricKeys: keySet, withCertificate: jwk }),
);
const rfc7520 = file(
  'rfc7520',
  z.object({
    keys: z.record(z.string(), jwk),
    vectors: z.array(vector.extend({ key: z.optional(z.string()) })),
  }),
);

const at = (now: string) => ({ now: () => new Date(now) });
/** When the examples were current. */
const then = '2011-03-22T18:00:00Z';
const read = (document: unknown, algorithm?: TrustedAlgorithm, now = then) =>
  createKeyReader({ clock: at(now), readJson: () => Promise.reject(new Error('nothing is fetched')) })({
    kind: 'jwks',
    document,
    ...(algorithm !== undefined && { algorithm }),
  });
const refusal = (document: unknown, now?: string): Promise<unknown> =>
  read(document, undefined, now).then(
    () => 'taken',
    (error: unknown) => (error instanceof InvalidKeys ? error.faults.map(({ code }) => code) : error),
  );

describe('JWT-1 the keys of RFC 7517 and RFC 7520', () => {
  test('A.1: the one for signatures is taken, under the thumbprint that RFC 7638 §3.1 works out for it; the one for encryption is left out', async () => {
    const key = rfc7517.publicKeys.keys[1];
    expect(await read(rfc7517.publicKeys)).toEqual({
      keys: [
        {
          kid: '2011-04-29',
          algorithm: 'RS256',
          jwk: { e: key?.['e'], kty: 'RSA', n: key?.['n'] },
          thumbprint: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
        },
      ],
      warnings: ['Key 1 is left out: its use is not sig.'],
    });
  });

  test.each<[where: string, document: unknown, codes: readonly string[], now?: string]>([
    ['RFC 7517 A.2, private keys', rfc7517.privateKeys, ['private_key', 'private_key']],
    ['RFC 7517 A.3, shared secrets', rfc7517.symmetricKeys, ['symmetric_key', 'symmetric_key']],
    [
      'RFC 7517 B, whose certificate is signed over SHA-1',
      { keys: [rfc7517.withCertificate] },
      ['weak_signature'],
      '2016-01-01T00:00:00Z',
    ],
    [
      'RFC 7517 B, and has expired since',
      { keys: [rfc7517.withCertificate] },
      ['expired', 'weak_signature'],
      '2026-11-20T00:00:00Z',
    ],
    ['RFC 7520 3.2, a private key', { keys: [rfc7520.keys['3.2']] }, ['private_key']],
    ['RFC 7520 3.4, a private key', { keys: [rfc7520.keys['3.4']] }, ['private_key']],
    ['RFC 7520 3.5, a shared secret', { keys: [rfc7520.keys['3.5']] }, ['symmetric_key']],
    ['RFC 7520 3.6, a shared secret', { keys: [rfc7520.keys['3.6']] }, ['symmetric_key']],
  ])('%s: refused', async (_where, document, codes, now) => {
    expect(await refusal(document, now)).toEqual(codes);
  });

  test('B without its certificate, 3.1 and 3.3: taken', async () => {
    const { x5c, ...bare } = rfc7517.withCertificate;
    const taken = await Promise.all(
      [bare, rfc7520.keys['3.1'], rfc7520.keys['3.3']].map((key) => read({ keys: [key] })),
    );
    expect(x5c).toHaveLength(1);
    expect(taken.map(({ keys: [key] }) => [key?.kid, key?.algorithm])).toEqual([
      ['1b94c', 'RS256'],
      ['bilbo.baggins@hobbiton.example', 'ES512'],
      ['bilbo.baggins@hobbiton.example', 'RS256'],
    ]);
  });
});

const vectors = [
  ...rfc7515.vectors.map((each) => ({ ...each, where: `RFC 7515 ${each.where}` })),
  ...rfc7520.vectors.map(({ key, ...each }) => ({
    ...each,
    where: `RFC 7520 ${each.where}`,
    key: key === undefined ? undefined : rfc7520.keys[key],
  })),
].map(({ token, serialization, ...rest }) => ({ ...rest, text: token ?? JSON.stringify(serialization) }));
const ofPublicKeys = vectors.flatMap(({ where, alg, key, text }) =>
  key !== undefined && isTrustedAlgorithm(alg) ? [{ where, alg, key, text }] : [],
);

const issuerWith = (keys: readonly TrustedKey[]): Issuer => ({
  issuer: 'joe',
  partnerId: 'acme',
  clientId: 'client-1',
  audiences: ['urn:sallyport'],
  principalClaim: 'sub',
  longestLife: 300,
  uses: ['assertion'],
  keys,
  status: 'active',
  version: 1,
  changes: [],
});
const ruleOf = async (token: string, keys: readonly TrustedKey[]) => {
  const verdict = await verifyThirdPartyToken(token, issuerWith(keys), new Date(then));
  return verdict.accepted ? 'accepted' : verdict.rule;
};
/** Another signature of the same length. */
const altered = (token: string): string =>
  token.replace(/\.(.)(?=[^.]*$)/u, (_, first) => (first === 'A' ? '.B' : '.A'));

describe('JWT-3 the signatures of RFC 7515 and RFC 7520', () => {
  test('by public keys are six', () => {
    expect(ofPublicKeys.map(({ where, alg }) => `${where} ${alg}`)).toEqual([
      'RFC 7515 A.2 RS256',
      'RFC 7515 A.3 ES256',
      'RFC 7515 A.4 ES512',
      'RFC 7520 4.1 RS256',
      'RFC 7520 4.2 PS384',
      'RFC 7520 4.3 ES512',
    ]);
  });

  test.each(ofPublicKeys)(
    '$where is right by the key as it is kept, pinned to $alg, and no other way',
    async ({ alg, key, text }) => {
      const {
        keys: [kept],
      } = await read({ keys: [key] }, alg);
      const verify = (token: string, algorithm = alg): Promise<unknown> =>
        compactVerify(token, kept?.jwk ?? {}, { algorithms: [algorithm] }).then(
          ({ payload }) => Buffer.from(payload).toString('base64url'),
          (error: unknown) => (error instanceof errors.JOSEError ? error.code : error),
        );
      expect(await verify(text)).toBe(text.split('.')[1]);
      expect(await verify(altered(text))).toBe('ERR_JWS_SIGNATURE_VERIFICATION_FAILED');
      for (const other of trustedAlgorithms.filter((each) => each !== alg)) {
        expect(await verify(text, other)).toBe('ERR_JOSE_ALG_NOT_ALLOWED');
      }
    },
  );

  test.each(ofPublicKeys.filter(({ where }) => /7515 A\.[23]$/u.test(where)))(
    "$where is a JWT of joe's: believed as far as its signature, and then held to our rules",
    async ({ alg, key, text }) => {
      const { keys } = await read({ keys: [key] }, alg);
      expect(await ruleOf(text, keys)).toBe('issued_at');
      expect(await ruleOf(altered(text), keys)).toBe('signature');
      for (const other of trustedAlgorithms.filter((each) => each !== alg)) {
        expect(
          await ruleOf(
            text,
            keys.map((each) => ({ ...each, algorithm: other })),
          ),
        ).toBe('alg');
      }
    },
  );

  test('of all others none is believed: those of shared secrets, of nobody, of what is no JWT, with unknown extensions, detached, and in JSON', async () => {
    const { keys } = await read({ keys: [rfc7515.vectors.find(({ where }) => where === 'A.2')?.key] });
    const others = vectors.filter(({ where }) => !/7515 A\.[23]$/u.test(where));
    expect(
      Object.fromEntries(
        await Promise.all(others.map(async ({ where, text }) => [where, await ruleOf(text, keys)])),
      ),
    ).toEqual({
      ...Object.fromEntries(others.map(({ where }) => [where, 'malformed'])),
      'RFC 7515 A.1': 'alg',
    });
  });

  test('of all none is an access token or shows a client', async () => {
    const keys = ofPublicKeys.map(({ key, alg, where }) => ({ ...key, alg, kid: where }));
    const verify = createAccessTokenVerifier({
      issuers: { pool: ['joe'], publicUrl: 'https://api.example' },
      clock: at(then),
      keysOf: () => publishedKeys(createLocalJWKSet({ keys })),
    });
    const accessTokens = createAccessTokens({ verify, isDenied: () => Promise.resolve(false) });
    const clientAssertions = createClientAssertions({
      clientKeys: { keysOf: () => Promise.resolve(keys) },
      audience: 'https://api.example',
      clock: at(then),
    });
    for (const { text } of vectors) {
      expect(await accessTokens.verify(text)).toHaveProperty('refusedBy');
      expect(await clientAssertions.verify(text)).toBeUndefined();
    }
  });
});
