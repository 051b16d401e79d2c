import { bearerOf, type Holder, holderOf, malformed, type Refusal } from '../../core/authorization/holder.ts';
import { remembered } from '../../core/remembered.ts';
import { type Clock, secondsAfter } from '../../core/clock.ts';
import { standingSeconds } from '../../core/contracts/standing.ts';
import type { LocalUsers } from '../../core/tokens/ports.ts';
import type { Issuer } from '../../core/trust/records.ts';
import { unknownIssuer } from '../../core/trust/token-rules.ts';
import type { VerifyAccessToken } from './access-tokens.ts';
import { issuerIn, verifyParts } from './third-party-verifier.ts';
import { partsOf } from './token-parts.ts';

/** A token that verifies, until it has to be looked at again. */
export interface BelievedToken {
  readonly holder: Holder;
  readonly believedUntil: Date;
}

export interface BearerTokens {
  /** Cognito's and our own. */
  readonly verify: VerifyAccessToken;
  /** Our own `iss`, and the audience of the whole API. */
  readonly publicUrl: string;
  readonly readIssuer: (issuer: string) => Promise<Issuer | undefined>;
  readonly localUsers: LocalUsers;
  readonly clock: Clock;
}

interface BelievedIssuer {
  readonly issuer: Issuer;
  readonly believedUntil: Date;
}

/**
 * Judges whatever is sent as Bearer: a token of Cognito's, of our own, or of a third party in the trust registry
 * (JWT-4). Of the latter, issuer and user are believed for {@link standingSeconds}, and so is the token.
 * @throws {Unavailable} if keys or records cannot be had: that says nothing about the token
 */
export function createBearerTokens({
  verify,
  publicUrl,
  readIssuer,
  localUsers,
  clock,
}: BearerTokens): (token: string) => Promise<BelievedToken | Refusal> {
  const findIssuer = remembered(
    { clock, limit: 1000, until: ({ believedUntil }) => believedUntil },
    async (name: string): Promise<BelievedIssuer | undefined> => {
      const believedUntil = secondsAfter(clock.now(), standingSeconds);
      const issuer = await readIssuer(name);
      return issuer && { issuer, believedUntil };
    },
  );

  return async (token) => {
    const parts = partsOf(token);
    if (parts === undefined) return malformed;
    const own = await verify(token, parts);
    if (!('rule' in own)) return { holder: holderOf(own, publicUrl), believedUntil: own.expiresAt };
    if (own.rule !== 'issuer') return own;

    const name = issuerIn(parts);
    const found = name === undefined ? undefined : await findIssuer(name);
    if (found === undefined) return unknownIssuer;
    const { issuer, believedUntil } = found;
    const verdict = await verifyParts(token, parts, issuer, clock.now());
    if (!verdict.accepted) return verdict;
    const { principal, expiresAt } = verdict.token;
    const holder = bearerOf(verdict.token, issuer, await localUsers.isActive(issuer.partnerId, principal));
    if ('rule' in holder) return holder;
    return { holder, believedUntil: expiresAt < believedUntil ? expiresAt : believedUntil };
  };
}
