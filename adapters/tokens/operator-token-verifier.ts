import { decodeJwt, errors, jwtVerify } from 'jose';
import type { Clock } from '../../core/clock.ts';
import { Unavailable } from '../../core/errors.ts';
import {
  checkOperatorToken,
  type OperatorToken,
  operatorTokenAlgorithm,
} from '../../core/tokens/operator-token-rules.ts';
import { createKeySet, type ReadKeySet } from './key-set.ts';

/**
 * The claim with a user's groups in Cognito's access tokens:
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
 */
const groupsClaim = 'cognito:groups';

/**
 * Creates the verifier of access tokens from the operators' user pool. It checks the signature (RS256 only),
 * the times, the issuer and `token_use`. The token must have been issued to the operators' application.
 * Cognito's access tokens have no audience, so `client_id` is checked instead.
 * @returns undefined for a bad token
 * @throws {Unavailable} if the pool's keys cannot be read
 */
export function createOperatorTokenVerifier({
  issuers,
  clientId,
  clock,
  keysOf = (issuer) => createKeySet(new URL(`${issuer}/.well-known/jwks.json`), clock),
}: {
  /** The values of `iss` that the pool may use. */
  readonly issuers: readonly string[];
  readonly clientId: string;
  readonly clock: Clock;
  readonly keysOf?: (issuer: string) => ReadKeySet;
}): (token: string) => Promise<OperatorToken | undefined> {
  const keySets = new Map(issuers.map((issuer) => [issuer, keysOf(issuer)]));
  return async (token) => {
    try {
      const issuer = decodeJwt(token).iss ?? '';
      const readKeys = keySets.get(issuer);
      if (readKeys === undefined) return undefined;
      const { choose } = await readKeys();
      const now = clock.now();
      const { payload } = await jwtVerify(token, choose, {
        issuer,
        algorithms: [operatorTokenAlgorithm],
        currentDate: now,
      });
      return checkOperatorToken(payload, { clientId, groupsClaim, now });
    } catch (error) {
      if (isAboutTheKeys(error)) {
        throw new Unavailable({
          service: 'cognito',
          operation: 'GetKeys',
          detail: 'the key set cannot be read',
          cause: error,
        });
      }
      return undefined;
    }
  };
}

/**
 * Returns whether the error concerns the keys. jose throws a JOSEError for a bad token, but also JWKSInvalid
 * for a broken key set.
 */
const isAboutTheKeys = (error: unknown): boolean =>
  !(error instanceof errors.JOSEError) || error instanceof errors.JWKSInvalid;
