import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { secondsAfter } from '../../core/clock.ts';
import type { TwinClock } from '../kernel/clock.ts';
import type { Faults } from '../kernel/faults.ts';
import { faultAnswers, oauthError } from './answers.ts';
import { createAssertionCheck, issuerOf, type RegisteredApp, type TokenForm } from './client-assertions.ts';

export interface OktaTokenEndpoint {
  readonly routes: Hono;
  /** Returns the scopes of a valid access token, or undefined for any other. */
  scopesOf(accessToken: string): ReadonlySet<string> | undefined;
}

const tokenSeconds = 3600;

/** An application with the scopes that it has been granted. */
export interface ServiceApp extends RegisteredApp {
  readonly scopes: readonly string[];
}

/**
 * Creates the org's `/oauth2/v1/token`: `client_credentials` with `private_key_jwt` (RFC 7523). Each
 * assertion is accepted once.
 */
export function createTokenEndpoint(
  apps: readonly [ServiceApp, ...ServiceApp[]],
  clock: TwinClock,
  faults: Faults,
): OktaTokenEndpoint {
  const issued = new Map<
    string,
    { readonly scopes: ReadonlySet<string>; readonly expires: Date; readonly isCurrent: () => boolean }
  >();
  const [first, ...others] = apps.map((app) => ({
    clientId: app.clientId,
    scopes: new Set(app.scopes),
    refusal: createAssertionCheck(app, clock),
    generation: app.generation ?? (() => 0),
  }));
  if (first === undefined) throw new Error('an org has an application');

  const issue = async (form: TokenForm, audience: string): Promise<Response> => {
    if (form['grant_type'] !== 'client_credentials') {
      return oauthError(400, 'unsupported_grant_type', 'Only client_credentials is served here.');
    }
    const issuer = issuerOf(form);
    // If the assertion is of none of the applications, the first one reports the error.
    const app = others.find(({ clientId }) => clientId === issuer) ?? first;
    const refused = await app.refusal(form, audience);
    if (refused !== undefined) return oauthError(401, 'invalid_client', refused);
    const asked = typeof form['scope'] === 'string' ? form['scope'].split(' ') : [];
    if (asked.length === 0 || !asked.every((scope) => app.scopes.has(scope))) {
      return oauthError(400, 'invalid_scope', 'One or more scopes are not granted.');
    }
    const generation = app.generation();
    const accessToken = randomBytes(32).toString('base64url');
    issued.set(accessToken, {
      scopes: new Set(asked),
      expires: secondsAfter(clock.now(), tokenSeconds),
      isCurrent: () => app.generation() === generation,
    });
    return Response.json({
      token_type: 'Bearer',
      expires_in: tokenSeconds,
      access_token: accessToken,
      scope: asked.join(' '),
    });
  };

  const routes = new Hono();
  routes.post('/oauth2/v1/token', async (context) => {
    const form = await context.req.parseBody();
    const audience = new URL(context.req.path, context.req.url).href;
    const answers = {
      ...faultAnswers,
      rejected: () => oauthError(401, 'invalid_client', 'The service app is not active.'),
    };
    return faults.around('okta', 'Token', answers, () => issue(form, audience));
  });

  return {
    routes,
    scopesOf: (accessToken) => {
      const token = issued.get(accessToken);
      if (token !== undefined && token.expires > clock.now() && token.isCurrent()) return token.scopes;
      issued.delete(accessToken);
      return undefined;
    },
  };
}
