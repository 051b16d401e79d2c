import { type Clock, secondsAfter } from '../../core/clock.ts';
import type {
  AssertionChecks,
  DenialList,
  RevocableTokens,
  ThirdPartyTokens,
} from '../../core/tokens/ports.ts';
import type { Issuer } from '../../core/trust/records.ts';
import { unknownIssuer } from '../../core/trust/token-rules.ts';
import { clockSkewSeconds, tokenRules } from '../../core/trust/verification.ts';
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
}: Registry & { readonly isDenied: DenialList['isDenied'] }): ThirdPartyTokens &
  Pick<AssertionChecks, 'checkOfThirdParty'> {
  const judge = async (token: string) => {
    const claimed = claimedIssuer(token);
    const issuer = claimed === undefined ? undefined : await findIssuer(claimed);
    const verdict = await verifyThirdPartyToken(token, issuer, clock.now());
    if (!verdict.accepted) return verdict;
    return issuer === undefined ? unknownIssuer : { issuer, token: verdict.token };
  };
  return {
    verify: async (token) => {
      const judged = await judge(token);
      if ('rule' in judged) return { refusedBy: judged.rule };
      return (await isDenied(digestOf(token))) ? { refusedBy: 'revoked' } : judged;
    },
    checkOfThirdParty: async (token) => {
      const judged = await judge(token);
      return 'rule' in judged && !rulesAfterSignature.includes(judged.rule) ? 'unsigned' : judged;
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

/** The rules that are checked only if the signature holds. */
const rulesAfterSignature = tokenRules.slice(tokenRules.indexOf('signature') + 1);
