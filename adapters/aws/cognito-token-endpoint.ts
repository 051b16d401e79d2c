import * as z from 'zod/mini';
import { Unavailable } from '../../core/errors.ts';
import type { ClientCredentialsIssuer } from '../../core/tokens/client-credentials.ts';
import { OAuthError } from '../../core/tokens/oauth-error.ts';
import { callJson, usualLimits } from '../http/json-call.ts';

const issued = z.object({ access_token: z.string().check(z.minLength(1)), expires_in: z.number().check(z.positive()) });
const refused = z.object({ error: z.string() });

/**
 * Cognito's token endpoint, https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html.
 * Its refusals are worded anew: unknown client and wrong secret must be alike.
 * @param url of the user pool domain's `/oauth2/token`
 */
export function createCognitoTokenEndpoint(url: string): ClientCredentialsIssuer {
  return {
    issue: async ({ clientId, clientSecret }, scope) => {
      const answer = await callJson({
        service: 'cognito', operation: 'Token', method: 'POST', url, changes: false,
        headers: { authorization: `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== undefined && { scope }) }),
      }, usualLimits);

      const success = issued.safeParse(answer.body);
      if (answer.ok && success.success) {
        const { access_token, expires_in } = success.data;
        return { access_token, token_type: 'Bearer', expires_in };
      }
      const refusal = refused.safeParse(answer.body);
      if (answer.status < 500 && refusal.success) throw refusalOf(refusal.data.error);
      throw new Unavailable({ service: 'cognito', operation: 'Token', detail: `HTTP ${answer.status}` });
    },
  };
}

function refusalOf(error: string): OAuthError | Unavailable {
  switch (error) {
    case 'invalid_client':
    case 'unauthorized_client': return new OAuthError('invalid_client', 'the client is unknown or its secret is wrong');
    case 'invalid_scope': return new OAuthError('invalid_scope', 'the client was not granted a scope that is asked for');
    case 'invalid_request': return new OAuthError('invalid_request', 'the request is malformed');
    case 'invalid_grant': return new OAuthError('invalid_scope', 'the client was not granted a scope that is asked for');
    default: return new Unavailable({ service: 'cognito', operation: 'Token', detail: 'an answer of another kind' });
  }
}
