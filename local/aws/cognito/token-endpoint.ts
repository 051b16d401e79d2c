import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { SignJWT } from 'jose';
import type { Faults } from '../../kernel/faults.ts';
import { hashOfSecret } from './secret-operations.ts';
import type { PoolSigningKey } from './signing-key.ts';
import type { AppClient, UserPool } from './user-pool.ts';

/** An error of the token endpoint with its RFC 6749 code. Cognito answers all of them with status 400. */
class TokenError extends Error {
  override readonly name = 'TokenError';
}

/**
 * Returns the user pool's endpoints for OAuth clients and token verifiers: `POST /oauth2/token`
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html), the key set and the
 * discovery document. The issuer is the URL at which the twin was reached.
 */
export function tokenEndpoint(
  userPool: UserPool,
  signingKey: () => Promise<PoolSigningKey>,
  faults: Faults,
): Hono {
  faults.register('cognito', ['Token']);
  const app = new Hono();

  app.post('/oauth2/token', (context) =>
    faults.around('cognito', 'Token', faultAnswers, async () => {
      try {
        const form = formOf(context.req.header('content-type'), await context.req.text());
        const client = authenticateClient(userPool, context.req.header('authorization'), form);
        const scope = grantedScope(client, form);
        const token = await accessToken(
          userPool,
          await signingKey(),
          issuerOf(userPool, context.req.url),
          client,
          scope,
        );
        return answer(200, {
          access_token: token,
          expires_in: client.accessTokenSeconds,
          token_type: 'Bearer',
        });
      } catch (error) {
        if (error instanceof TokenError) return answer(400, { error: error.message });
        throw error;
      }
    }),
  );

  app.get(`/${userPool.poolId}/.well-known/jwks.json`, async (context) =>
    context.json({ keys: [(await signingKey()).publicJwk] }),
  );

  app.get(`/${userPool.poolId}/.well-known/openid-configuration`, (context) => {
    const issuer = issuerOf(userPool, context.req.url);
    return context.json({
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      token_endpoint: new URL('/oauth2/token', context.req.url).href,
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      id_token_signing_alg_values_supported: ['RS256'],
    });
  });
  return app;
}

const answer = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/json;charset=UTF-8',
      'cache-control': 'no-store',
      pragma: 'no-cache',
    },
  });

const faultAnswers = {
  unavailable: () => answer(503, { error: 'temporarily_unavailable' }),
  throttled: () => answer(429, { error: 'too_many_requests' }),
  rejected: () => answer(400, { error: 'invalid_client' }),
};

const issuerOf = ({ poolId }: UserPool, url: string) => `${new URL(url).origin}/${poolId}`;

function formOf(contentType: string | undefined, body: string): URLSearchParams {
  if (contentType?.split(';')[0]?.trim().toLowerCase() !== 'application/x-www-form-urlencoded') {
    throw new TokenError('invalid_request');
  }
  const form = new URLSearchParams(body);
  const grantType = form.get('grant_type');
  if (grantType === null || form.getAll('grant_type').length > 1) throw new TokenError('invalid_request');
  if (grantType !== 'client_credentials') throw new TokenError('unsupported_grant_type');
  return form;
}

/** Returns the client that is authenticated by the Basic header or, without one, by the form. */
function authenticateClient(
  userPool: UserPool,
  authorization: string | undefined,
  form: URLSearchParams,
): AppClient {
  const [clientId, secret] =
    authorization === undefined ? [form.get('client_id'), form.get('client_secret')] : basic(authorization);
  if (clientId === null) throw new TokenError('invalid_request');
  const client = userPool.clients.get(clientId);
  const hash = hashOfSecret(secret ?? '');
  if (client?.secrets.some((known) => known.hash === hash) !== true) throw new TokenError('invalid_client');
  if (!client.flows.includes('client_credentials')) throw new TokenError('unauthorized_client');
  return client;
}

function basic(authorization: string): [string, string] {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization)?.[1];
  const decoded = Buffer.from(encoded ?? '', 'base64').toString();
  const colon = decoded.indexOf(':');
  if (colon < 0) throw new TokenError('invalid_client');
  return [decoded.slice(0, colon), decoded.slice(colon + 1)];
}

/**
 * Returns the requested scopes if the client may have all of them. Without a request, it gets all it may
 * have.
 */
function grantedScope({ scopes }: AppClient, form: URLSearchParams): string {
  const requested =
    form
      .get('scope')
      ?.split(' ')
      .filter((scope) => scope !== '') ?? [];
  if (requested.some((scope) => !scopes.includes(scope))) throw new TokenError('invalid_scope');
  return (requested.length > 0 ? requested : scopes).join(' ');
}

function accessToken(
  userPool: UserPool,
  key: PoolSigningKey,
  issuer: string,
  client: AppClient,
  scope: string,
): Promise<string> {
  const now = Math.floor(userPool.clock.now().getTime() / 1000);
  return new SignJWT({
    sub: client.clientId,
    token_use: 'access',
    scope,
    auth_time: now,
    iss: issuer,
    exp: now + client.accessTokenSeconds,
    iat: now,
    version: 2,
    jti: randomUUID(),
    client_id: client.clientId,
  })
    .setProtectedHeader({ kid: key.kid, alg: 'RS256' })
    .sign(key.privateKey);
}
