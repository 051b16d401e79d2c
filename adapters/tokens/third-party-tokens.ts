import { type Clock, secondsAfter } from '../../core/clock.ts';
import type { DenialList, RevocableTokens, ThirdPartyTokens } from '../../core/tokens/ports.ts';
import type { Issuer } from '../../core/trust/records.ts';
import { clockSkewSeconds } from '../../core/trust/verification.ts';
import { digestOf } from './access-tokens.ts';
import { claimedIssuer, verifyThirdPartyToken } from './third-party-verifier.ts';
import { partsOf } from './token-parts.ts';

interface Registry {
  readonly findIssuer: (issuer: string) => Promise<Issuer | undefined>;
  readonly clock: Clock;
}

/** Creates the verifier of third-party tokens against the trust registry and the denial list. */
export function createThirdPartyTokens({
  findIssuer,
  clock,
  isDenied,
}: Registry & { readonly isDenied: DenialList['isDenied'] }): ThirdPartyTokens {
  return {
    verify: async (token) => {
      const claimed = claimedIssuer(token);
      const issuer = claimed === undefined ? undefined : await findIssuer(claimed);
      const verdict = await verifyThirdPartyToken(token, issuer, clock.now());
      if (!verdict.accepted) return { refusedBy: verdict.rule };
      if (await isDenied(digestOf(token))) return { refusedBy: 'revoked' };
      return issuer === undefined ? { refusedBy: 'issuer' } : { issuer, token: verdict.token };
    },
  };
}

/** Creates the reader of third-party tokens that are to be revoked. */
export function createRevocableTokens({ findIssuer, clock }: Registry): RevocableTokens {
  return {
    find: async (token) => {
      const claimed = claimedIssuer(token);
      const issuer = claimed === undefined ? undefined : await findIssuer(claimed);
      if (issuer === undefined) return undefined;
      const at = Math.max(clock.now().getTime(), ...startsOf(token));
      const verdict = await verifyThirdPartyToken(token, { ...issuer, status: 'active' }, new Date(at));
      if (!verdict.accepted) return undefined;
      return {
        clientId: issuer.clientId,
        digest: digestOf(token),
        // A clock that is behind accepts the token for so much longer.
        expiresAt: secondsAfter(verdict.token.expiresAt, clockSkewSeconds),
      };
    },
  };
}

/** The furthest start of a token that is revoked before, in milliseconds since 1970: the year 9999. */
const furthestStart = 253_402_300_799_000;

/** Returns when a token begins to be valid, in milliseconds since 1970: its `nbf` and `iat`, if they are numbers. */
function startsOf(token: string): readonly number[] {
  const { nbf, iat } = partsOf(token)?.claims ?? {};
  return [nbf, iat].flatMap((value) =>
    typeof value === 'number' && value * 1000 <= furthestStart ? [value * 1000] : [],
  );
}
