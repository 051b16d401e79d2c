import { createHash } from 'node:crypto';
import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose';
import * as z from 'zod/mini';
import type { Clock } from '../../core/clock.ts';
import { Unavailable } from '../../core/errors.ts';
import type { AccessToken, AccessTokens, DenialList } from '../../core/tokens/ports.ts';
import type { TokenRule } from '../../core/trust/verdict.ts';

export type AccessTokenVerdict = AccessToken | { readonly refusedBy: TokenRule };

/** One issuer whose access tokens are believed, and what they have to look like. */
interface AccessTokenIssuer {
  readonly issuer: string;
  readonly keys: JWTVerifyGetKey;
  /** Its `typ`, if it has one of its own: then no other kind of token can pass for it (RFC 8725 §3.11). */
  readonly typ?: string;
  readonly read: (payload: JWTPayload) => Pick<AccessToken, 'clientId' | 'subject' | 'scopes' | 'audiences' | 'act' | 'mayAct'> | undefined;
}

const text = z.string().check(z.minLength(1));
const actor = z.optional(z.looseObject({ sub: z.string() }));
const cognitoClaims = z.object({ token_use: z.literal('access'), client_id: text, sub: text, scope: z.string() });
const ownClaims = z.object({ client_id: text, sub: text, scope: z.string(), jti: text, aud: z.union([text, z.array(text)]), act: actor, may_act: actor });

const scopesOf = (scope: string): readonly string[] => scope.split(' ').filter((each) => each !== '');

/** Cognito's machine tokens have no audience: the client id takes its place, and is checked against the mapping. */
const cognito = (issuer: string, keys: JWTVerifyGetKey): AccessTokenIssuer => ({
  issuer, keys,
  read: (payload) => {
    const claims = cognitoClaims.safeParse(payload).data;
    return claims && { clientId: claims.client_id, subject: claims.sub, scopes: scopesOf(claims.scope) };
  },
});

/** RFC 9068. The audience is the whole API, or one product's part of it. */
const own = (issuer: string, keys: JWTVerifyGetKey): AccessTokenIssuer => ({
  issuer, keys, typ: 'at+jwt',
  read: (payload) => {
    const claims = ownClaims.safeParse(payload).data;
    if (claims === undefined) return undefined;
    const { client_id: clientId, sub: subject, scope, aud, act, may_act: mayAct } = claims;
    return {
      clientId, subject, scopes: scopesOf(scope), audiences: typeof aud === 'string' ? [aud] : aud,
      ...(act !== undefined && { act }), ...(mayAct !== undefined && { mayAct }),
    };
  },
});

const remoteKeys = (issuer: string): JWTVerifyGetKey => createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));

/**
 * Verifies access tokens of Cognito's user pool and of our own: signature (RS256 only), times, issuer, kind.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html, RFC 9068 §4
 * @param pool the user pool's issuer
 * @param publicUrl our own issuer
 * @throws {Unavailable} if the issuer's keys cannot be had: that says nothing about the token
 */
export function createAccessTokenVerifier({ pool, publicUrl, clock, keysOf = remoteKeys }: {
  readonly pool: string;
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly keysOf?: (issuer: string) => JWTVerifyGetKey;
}): (token: string) => Promise<AccessTokenVerdict> {
  const issuers = [cognito(pool, keysOf(pool)), own(publicUrl, keysOf(publicUrl))];

  return async (token) => {
    const issuer = issuers.find((known) => known.issuer === issuerOf(token));
    if (issuer === undefined) return { refusedBy: 'issuer' };
    try {
      const { payload } = await jwtVerify(token, issuer.keys, {
        issuer: issuer.issuer, algorithms: ['RS256'], currentDate: clock.now(), requiredClaims: ['exp', 'iat'],
        ...(issuer.typ !== undefined && { typ: issuer.typ }),
      });
      const said = issuer.read(payload);
      if (said === undefined) return { refusedBy: 'claims' };
      const { exp = 0, iat = 0 } = payload;
      return { ...said, issuer: issuer.issuer, issuedAt: new Date(iat * 1000), expiresAt: new Date(exp * 1000), digest: digestOf(token) };
    } catch (error) {
      if (isAboutTheKeys(error)) throw new Unavailable({ service: 'cognito', operation: 'GetKeys', detail: 'the key set cannot be read', cause: error });
      return { refusedBy: ruleOf(error) };
    }
  };
}

/** What a token claims to be from, before anything is verified: chooses the rules, and is one of them. */
export function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

/** Of what was signed, exactly: the signature itself can be written in several ways. */
export function digestOf(token: string): string {
  return createHash('sha256').update(token.slice(0, token.lastIndexOf('.'))).digest('base64url');
}

/** jose words everything about a token as a JOSEError; so does it a key set that is slow or broken. */
function isAboutTheKeys(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return true;
  return error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || error.code === 'ERR_JOSE_GENERIC';
}

const claimRules: Readonly<Record<string, TokenRule>> = { iss: 'issuer', aud: 'audience', exp: 'expiry', nbf: 'not_before', iat: 'issued_at', typ: 'header' };

function ruleOf(error: unknown): TokenRule {
  if (error instanceof errors.JWTExpired) return 'expiry';
  if (error instanceof errors.JWTClaimValidationFailed) return claimRules[error.claim] ?? 'claims';
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) return 'kid';
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) return 'alg';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  return 'malformed';
}

/** For those who also have to know of revocation. */
export function createAccessTokens({ verify, isDenied }: {
  readonly verify: (token: string) => Promise<AccessTokenVerdict>;
  readonly isDenied: DenialList['isDenied'];
}): AccessTokens {
  return {
    verify: async (token) => {
      const verdict = await verify(token);
      return 'refusedBy' in verdict || !await isDenied(verdict.digest) ? verdict : { refusedBy: 'revoked' };
    },
  };
}
