import { createHash } from 'node:crypto';
import { forSeconds, ttlCache } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import type { ClientCredentialsIssuer } from '../../core/tokens/ports.ts';
import { OAuthError } from '../../core/tokens/oauth-error.ts';
import type { ClientSecretVerifier } from '../../core/tokens/ports.ts';

/**
 * How many seconds a successful check is cached. Each check costs a Cognito token, and introspecting backends
 * check often. A deleted secret is still accepted for up to this long.
 */
const cacheSeconds = 60;

/**
 * Creates the check of a client's secret. Cognito offers no such check, so this requests a token with the
 * secret and discards the token.
 */
export function createClientSecretCheck(
  cognito: ClientCredentialsIssuer,
  clock: Clock,
): ClientSecretVerifier {
  const isRight = ttlCache(
    { clock, limit: 1000, until: forSeconds(cacheSeconds) },
    async (credentials): Promise<true | undefined> => {
      const separator = credentials.indexOf('\n');
      try {
        await cognito.issue(
          { clientId: credentials.slice(0, separator), clientSecret: credentials.slice(separator + 1) },
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
      !clientId.includes('\n') && (await isRight(`${clientId}\n${clientSecret}`)) === true,
  };
}
