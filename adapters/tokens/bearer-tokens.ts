import {
  principalOfThirdPartyToken,
  type Principal,
  principalOfAccessToken,
  malformedToken,
  type UnauthorizedReason,
} from '../../core/authorization/principal.ts';
import { ttlCache } from '../../core/cache.ts';
import { type Clock, secondsAfter } from '../../core/clock.ts';
import { recordCacheSeconds } from '../../core/clients/in-force.ts';
import type { Issuer } from '../../core/trust/records.ts';
import { unknownIssuer } from '../../core/trust/token-rules.ts';
import type { VerifyAccessToken } from './access-tokens.ts';
import { issuerIn, verifyParts } from './third-party-verifier.ts';
import { partsOf } from './token-parts.ts';

/** A verified token, and the time until which the result may be cached. */
export interface VerifiedBearerToken {
  readonly principal: Principal;
  readonly expiresAt: Date;
  /** The record of the issuer, if it is a third party. */
  readonly issuer?: { readonly id: string; readonly version: number };
  readonly validUntil: Date;
}

export interface BearerTokens {
  /** Verifies the tokens of Cognito and of Sallyport. */
  readonly verify: VerifyAccessToken;
  /** Sallyport's own `iss`, and the audience of the whole API. */
  readonly publicUrl: string;
  readonly readIssuer: (issuer: string) => Promise<Issuer | undefined>;
  /** Tells whether the `jti` of an issuer's token was used up, as a login or as an assertion. */
  readonly isUsed: (issuer: string, jti: string) => Promise<boolean>;
  readonly clock: Clock;
}

interface CachedIssuer {
  readonly issuer: Issuer;
  readonly validUntil: Date;
}

/**
 * Creates the verifier of bearer tokens: those of Cognito, of Sallyport, and of third parties in the trust
 * registry (JWT-4). Each result ends with the keys that verified the token: those that an issuer publishes, or
 * the issuer's record, which is cached for {@link recordCacheSeconds}. Whether the token's user, clients and
 * contracts still have access is not asked here.
 * @throws {Unavailable} if keys or records cannot be read, which says nothing about the token
 */
export function createBearerTokens({
  verify,
  publicUrl,
  readIssuer,
  isUsed,
  clock,
}: BearerTokens): (token: string) => Promise<VerifiedBearerToken | UnauthorizedReason> {
  const findIssuer = ttlCache(
    { clock, limit: 1000, until: ({ validUntil }) => validUntil },
    async (name: string): Promise<CachedIssuer | undefined> => {
      const validUntil = secondsAfter(clock.now(), recordCacheSeconds);
      const issuer = await readIssuer(name);
      return issuer && { issuer, validUntil };
    },
  );

  return async (token) => {
    const parts = partsOf(token);
    if (parts === undefined) return malformedToken;
    const own = await verify(token, parts);
    if (!('rule' in own)) {
      const { claims, keysValidUntil } = own;
      return {
        principal: principalOfAccessToken(claims, publicUrl),
        expiresAt: claims.expiresAt,
        validUntil: earlierOf(claims.expiresAt, keysValidUntil),
      };
    }
    if (own.rule !== 'issuer') return own;

    const name = issuerIn(parts);
    const found = name === undefined ? undefined : await findIssuer(name);
    if (found === undefined) return unknownIssuer;
    const { issuer, validUntil } = found;
    const verdict = await verifyParts(token, parts, issuer, clock.now());
    if (!verdict.accepted) return verdict;
    const { expiresAt, jti } = verdict.token;
    const principal = principalOfThirdPartyToken(verdict.token, issuer, publicUrl);
    if ('rule' in principal) return principal;
    if (jti !== undefined && (await isUsed(issuer.issuer, jti))) {
      return { rule: 'revoked', why: 'The token was used up as a login or an assertion.' };
    }
    return {
      principal,
      expiresAt,
      issuer: { id: issuer.issuer, version: issuer.version },
      validUntil: earlierOf(expiresAt, validUntil),
    };
  };
}

const earlierOf = (one: Date, other: Date): Date => (one < other ? one : other);
