import type { IdentityPool } from '../../core/tokens/ports.ts';
import { awsCalls } from './errors.ts';
import { createPlainCalls, type PlainCallsOptions } from './plain-calls.ts';

const cognitoIdentity = awsCalls('cognitoidentity');

/** The time limit of an attempt in milliseconds, and the number of attempts. */
export const identityPoolTries = { requestTimeout: 4000, attempts: 2 };

const headers = {
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': 'AWSCognitoIdentityService.GetOpenIdTokenForDeveloperIdentity',
};

export interface IdentityPoolOptions
  extends Pick<PlainCallsOptions, 'env'>, Partial<Pick<PlainCallsOptions, 'requestTimeout' | 'attempts'>> {
  /** `REGION:GUID`. The pool is in the Region of the function. */
  readonly poolId: string;
  /** The name under which the pool knows our users. */
  readonly developerProvider: string;
}

/**
 * Creates the identity pool of the stage. The first token of a user registers an identity; every later one is of the
 * same identity, so the call may be repeated.
 * https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_GetOpenIdTokenForDeveloperIdentity.html
 */
export function createIdentityPool({
  poolId,
  developerProvider,
  ...options
}: IdentityPoolOptions): IdentityPool {
  const call = createPlainCalls({ host: 'cognito-identity', ...identityPoolTries, ...options });
  return {
    issueToken: ({ userId, partnerId }, seconds) =>
      cognitoIdentity.effect('GetOpenIdTokenForDeveloperIdentity', async () => {
        const input = {
          IdentityPoolId: poolId,
          Logins: { [developerProvider]: userId },
          PrincipalTags: { partner_id: partnerId },
          TokenDuration: seconds,
        };
        const { IdentityId: identityId, Token: token } = (await call(headers, JSON.stringify(input), {
          repeatable: true,
        })) as { readonly IdentityId?: unknown; readonly Token?: unknown };
        return typeof identityId === 'string' && typeof token === 'string'
          ? { identityId, token }
          : undefined;
      }),
  };
}
