import type { Clock } from '../../core/clock.ts';
import type { ThirdPartyTokens } from '../../core/tokens/ports.ts';
import type { Issuer } from '../../core/trust/records.ts';
import { claimedIssuer, verifyThirdPartyToken } from './third-party-verifier.ts';

/** Creates the verifier of third-party tokens against the trust registry. */
export function createThirdPartyTokens({
  findIssuer,
  clock,
}: {
  readonly findIssuer: (issuer: string) => Promise<Issuer | undefined>;
  readonly clock: Clock;
}): ThirdPartyTokens {
  return {
    verify: async (token) => {
      const claimed = claimedIssuer(token);
      const issuer = claimed === undefined ? undefined : await findIssuer(claimed);
      const verdict = await verifyThirdPartyToken(token, issuer, clock.now());
      if (!verdict.accepted) return { refusedBy: verdict.rule };
      return issuer === undefined ? { refusedBy: 'issuer' } : { issuer, token: verdict.token };
    },
  };
}
