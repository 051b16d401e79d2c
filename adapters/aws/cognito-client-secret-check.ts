import { createHash } from 'node:crypto';
import { forSeconds, ttlCache } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import type { ClientCredentialsIssuer } from '../../core/tokens/ports.ts';
import { OAuthError } from '../../core/tokens/oauth-error.ts';
import type { ClientSecretVerifier } from '../../core/tokens/ports.ts';

/** Each check costs a Cognito token, and an introspecting backend checks often. A secret that is taken away lives as much longer. */
const rememberedSeconds = 60;

/** Cognito tells whether a secret is right only by issuing a token for it; the token is thrown away. */
export function createClientSecretCheck(
  cognito: ClientCredentialsIssuer,
  clock: Clock,
): ClientSecretVerifier {
  const right = ttlCache(
    { clock, limit: 1000, until: forSeconds(rememberedSeconds) },
    async (credentials): Promise<true | undefined> => {
      const at = credentials.indexOf('\n');
      try {
        await cognito.issue(
          { clientId: credentials.slice(0, at), clientSecret: credentials.slice(at + 1) },
          undefined,
        );
        return true;
      } catch (error) {
        if (error instanceof OAuthError && error.code === 'invalid_client') return undefined;
        throw error;
      }
    },
    (credentials) => createHash('sha256').update(credentials).digest('base64'),
  );
  return {
    verify: async (clientId, clientSecret) =>
      !clientId.includes('\n') && (await right(`${clientId}\n${clientSecret}`)) === true,
  };
}
