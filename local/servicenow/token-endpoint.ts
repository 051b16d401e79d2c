import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { secondsAfter } from '../../core/clock.ts';
import type { TwinClock } from '../kernel/clock.ts';
import type { Faults } from '../kernel/faults.ts';
import { faultAnswers } from './answers.ts';

export interface OAuthClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface ServiceNowTokenEndpoint {
  readonly routes: Hono;
  isLive(accessToken: string): boolean;
}

const tokenSeconds = 1800;

/** Creates `/oauth_token.do` for the `client_credentials` grant with client authentication in the form. */
export function createTokenEndpoint(
  client: OAuthClient,
  clock: TwinClock,
  faults: Faults,
): ServiceNowTokenEndpoint {
  const issued = new Map<string, { readonly expires: Date; readonly clientSecret: string }>();
  const refused = (): Response =>
    Response.json({ error: 'server_error', error_description: 'access_denied' }, { status: 401 });

  const routes = new Hono();
  routes.post('/oauth_token.do', async (context) => {
    const form = await context.req.parseBody();
    return faults.around('servicenow', 'Token', { ...faultAnswers, rejected: refused }, () => {
      const right =
        form['grant_type'] === 'client_credentials' &&
        form['client_id'] === client.clientId &&
        form['client_secret'] === client.clientSecret;
      if (!right) return refused();
      const accessToken = randomBytes(32).toString('base64url');
      issued.set(accessToken, {
        expires: secondsAfter(clock.now(), tokenSeconds),
        clientSecret: client.clientSecret,
      });
      return Response.json({
        access_token: accessToken,
        scope: 'useraccount',
        token_type: 'Bearer',
        expires_in: tokenSeconds,
      });
    });
  });

  return {
    routes,
    isLive: (accessToken) => {
      const token = issued.get(accessToken);
      // A changed secret revokes all tokens that were issued with the previous one.
      if (token !== undefined && token.expires > clock.now() && token.clientSecret === client.clientSecret) {
        return true;
      }
      issued.delete(accessToken);
      return false;
    },
  };
}
