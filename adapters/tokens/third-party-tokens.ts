import type { Clock } from '../../core/clock.ts';
import type { AssertionChecks, ThirdPartyTokens } from '../../core/tokens/ports.ts';
import type { Issuer } from '../../core/trust/records.ts';
import { unknownIssuer } from '../../core/trust/token-rules.ts';
import { tokenRules } from '../../core/trust/verification.ts';
import { claimedIssuer, verifyThirdPartyToken } from './third-party-verifier.ts';

/** Creates the verifier of third-party tokens against the trust registry. */
export function createThirdPartyTokens({
  findIssuer,
  clock,
}: {
  readonly findIssuer: (issuer: string) => Promise<Issuer | undefined>;
  readonly clock: Clock;
}): ThirdPartyTokens & Pick<AssertionChecks, 'checkOfThirdParty'> {
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
      return 'rule' in judged ? { refusedBy: judged.rule } : judged;
    },
    checkOfThirdParty: async (token) => {
      const judged = await judge(token);
      return 'rule' in judged && !rulesAfterSignature.includes(judged.rule) ? 'unsigned' : judged;
    },
  };
}

/** The rules that are checked only if the signature holds. */
const rulesAfterSignature = tokenRules.slice(tokenRules.indexOf('signature') + 1);
