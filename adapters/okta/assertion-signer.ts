import { createPrivateKey } from 'node:crypto';
import { type CryptoKey, importJWK, type JWK, type JWTPayload, SignJWT } from 'jose';
import * as z from 'zod/mini';
import type { Clock } from '../../core/clock.ts';
import { memoize } from '../../core/cache.ts';
import type { CachedSecret } from '../../core/secrets/cached-secret.ts';
import { createJwtSigner } from '../aws/kms-token-signer.ts';
import { createSecret } from '../aws/secrets.ts';

export interface SignedAssertion {
  /** A compact JWS, RS256, with the `kid` under which Okta knows the public key. */
  readonly jws: string;
  /** Looks for another key after Okta has refused this one. Resolves to whether there is one. */
  readonly reload: () => Promise<boolean>;
}

/** Signs the client assertions of one Okta application. */
export interface AssertionSigner {
  sign(claims: JWTPayload): Promise<SignedAssertion>;
}

/** Creates a signer with a private RSA key, given as a JWK. */
export function createJwkSigner(key: CachedSecret<JWK>): AssertionSigner {
  const imported = memoize((jwk: JWK): Promise<CryptoKey | Uint8Array> => importJWK(jwk, 'RS256'));
  return {
    sign: async (claims) => {
      const jwk = await key.get();
      const header = { alg: 'RS256', ...(jwk.kid !== undefined && { kid: jwk.kid }) };
      const jws = await new SignJWT(claims).setProtectedHeader(header).sign(await imported(jwk));
      return { jws, reload: async () => (await key.reload(jwk)) !== undefined };
    },
  };
}

/**
 * Creates a signer with an RSA_2048 key in KMS. The key's id is the `kid`. Nobody can read such a private
 * key.
 */
export function createKmsSigner({
  keyId,
  env,
}: {
  readonly keyId: string;
  readonly env: NodeJS.ProcessEnv;
}): AssertionSigner {
  const signer = createJwtSigner({ keyId, requestTimeout: 2000, env });
  return {
    sign: async (claims) => ({
      jws: await signer.sign(claims),
      reload: () => Promise.resolve(false),
    }),
  };
}

/** The members that hold Okta keys in the secrets. */
export type OktaKeyName = 'oktaPrivateKey' | 'oktaReaderKey' | 'oktaLoginKey';

export interface AssertionSignerOptions {
  /** The signer that the stage has configured: `secret:<id of a secret>`, or `kms:<id of a key>`. */
  readonly reference: string;
  /** The members in which the key may be. The first one that exists is used. */
  readonly names: readonly OktaKeyName[];
  readonly clock: Clock;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Creates the signer that a function's configuration names.
 * @throws {TypeError} if it names none
 */
export function createAssertionSigner({
  reference,
  names,
  clock,
  env,
}: AssertionSignerOptions): AssertionSigner {
  const [, kind, id = ''] = /^(secret|kms):(.+)$/u.exec(reference) ?? [];
  if (kind === 'kms') return createKmsSigner({ keyId: id, env });
  if (kind === undefined) {
    throw new TypeError('the signer of Okta assertions must be secret:<id of a secret> or kms:<id of a key>');
  }
  return createJwkSigner(
    createSecret({ secretId: id, parse: (content) => privateKeyIn(content, names), clock, env }),
  );
}

const secretContent = z.record(z.string(), z.string());

function privateKeyIn(content: unknown, names: readonly OktaKeyName[]): JWK {
  const members = secretContent.parse(content);
  return parsePrivateKey(names.map((name) => members[name]).find((json) => json !== undefined) ?? '');
}

const privateJwk = z.looseObject({ kty: z.literal('RSA'), n: z.string(), e: z.string(), d: z.string() });

/**
 * Parses the private key that a secret holds, a JWK in JSON.
 * @throws {TypeError} without quoting any of it
 */
export function parsePrivateKey(json: string): JWK {
  try {
    const jwk = privateJwk.parse(JSON.parse(json));
    // All members may be there and still not form a valid key.
    createPrivateKey({ key: jwk, format: 'jwk' });
    return jwk;
  } catch {
    throw new TypeError('the Okta private key must be a private RSA key as a JWK in JSON');
  }
}
