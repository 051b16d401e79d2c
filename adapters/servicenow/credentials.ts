import * as z from 'zod/mini';
import type { Clock } from '../../core/clock.ts';
import type { CachedSecret } from '../../core/secrets/cached-secret.ts';
import { createSecret } from '../aws/secrets.ts';

/** Identifies Sallyport to ServiceNow: an OAuth client of the `client_credentials` grant. */
export interface ServiceNowCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

const nonEmpty = z.string().check(z.minLength(1));
const secretContent = z.object({
  servicenowClientId: z.optional(nonEmpty),
  servicenowClientSecret: nonEmpty,
});

export interface ServiceNowCredentialsOptions {
  readonly secretId: string;
  /**
   * Used if the secret has no `servicenowClientId`. The secret has one when id and secret change together.
   */
  readonly clientId: string;
  readonly clock: Clock;
  readonly env: NodeJS.ProcessEnv;
}

/** Creates the reader of the credentials in Secrets Manager. */
export function createServiceNowCredentials({
  secretId,
  clientId,
  clock,
  env,
}: ServiceNowCredentialsOptions): CachedSecret<ServiceNowCredentials> {
  return createSecret({
    secretId,
    clock,
    env,
    parse: (content) => {
      const { servicenowClientId = clientId, servicenowClientSecret } = secretContent.parse(content);
      return { clientId: servicenowClientId, clientSecret: servicenowClientSecret };
    },
  });
}
