import * as z from 'zod/mini';
import { Unavailable } from '../../core/errors.ts';
import type { ClientCredentialsIssuer } from '../../core/tokens/ports.ts';
import { OAuthError } from '../../core/tokens/oauth-error.ts';
import { createExchange } from '../http/exchange.ts';

const limits = { timeoutMilliseconds: 10_000, maxAnswerBytes: 1_000_000 };

const issued = z.object({
  access_token: z.string().check(z.minLength(1)),
  expires_in: z.number().check(z.positive()),
});
const refused = z.object({ error: z.string() });

/**
 * Maximum length of client ids and secrets. Cognito issues none that are longer, and they might not fit into
 * the `Authorization` header.
 */
const maxCharacters = 128;

/**
 * Creates the client of Cognito's token endpoint,
 * https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html. Cognito's errors are
 * reworded, so that an unknown client and a wrong secret look the same.
 * @param url of the user pool domain's `/oauth2/token`
 */
export function createCognitoTokenEndpoint(url: string): ClientCredentialsIssuer {
  const exchange = createExchange(new URL(url), limits);
  return {
    issue: async ({ clientId, clientSecret }, scope) => {
      if (Math.max(clientId.length, clientSecret.length) > maxCharacters) throw refusalOf('invalid_client');
      const { status, text } = await exchange({
        method: 'POST',
        repeatable: true,
        headers: {
          accept: 'application/json',
          'content-type': 'application/x-www-form-urlencoded',
          authorization: `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString('base64')}`,
        },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          ...(scope !== undefined && { scope }),
        }).toString(),
      }).catch(throwUnavailable);

      const body = parseJson(text);
      const success = issued.safeParse(body);
      if (status === 200 && success.success) {
        const { access_token, expires_in } = success.data;
        return { access_token, token_type: 'Bearer', expires_in };
      }
      const refusal = refused.safeParse(body);
      if (status < 500 && refusal.success) throw refusalOf(refusal.data.error);
      throw new Unavailable({ service: 'cognito', operation: 'Token', detail: `HTTP ${status}` });
    },
  };
}

function throwUnavailable(error: unknown): never {
  const { name, code } = error as { readonly name?: string; readonly code?: string | number };
  throw new Unavailable({
    service: 'cognito',
    operation: 'Token',
    detail: typeof code === 'string' ? code : (name ?? 'no answer'),
    cause: error,
  });
}

/** Returns the parsed text, or undefined if it is not JSON. The caller then reports the HTTP status. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusalOf(error: string): OAuthError | Unavailable {
  switch (error) {
    case 'invalid_client':
    case 'unauthorized_client':
      return new OAuthError('invalid_client', 'the client is unknown or its secret is wrong');
    case 'invalid_scope':
      return new OAuthError('invalid_scope', 'the client was not granted a scope that is asked for');
    case 'invalid_request':
      return new OAuthError('invalid_request', 'the request is malformed');
    case 'invalid_grant':
      return new OAuthError('invalid_scope', 'the client was not granted a scope that is asked for');
    default:
      return new Unavailable({ service: 'cognito', operation: 'Token', detail: 'an answer of another kind' });
  }
}
