import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { type CryptoKey, type JWK, errors, importJWK, jwtVerify } from 'jose';
import { secondsAfter } from '../../core/clock.ts';
import type { TwinClock } from '../kernel/clock.ts';
import type { Faults } from '../kernel/faults.ts';
import { faultAnswers } from './answers.ts';

/** The API service app that may ask for tokens. */
export interface RegisteredApp {
  readonly clientId: string;
  /** RSA, as a JWK. */
  readonly publicKey: JWK;
}

export interface TokenEndpoint {
  readonly routes: Hono;
  /** The scopes of a live access token; undefined for any other. */
  scopesOf(accessToken: string): ReadonlySet<string> | undefined;
}

const grantable = new Set(['okta.users.manage', 'okta.users.read', 'okta.groups.manage', 'okta.groups.read']);
const tokenSeconds = 3600;
const longestAssertion = 3600;

/** The org's `/oauth2/v1/token`: `client_credentials` with `private_key_jwt` (RFC 7523), each assertion good once. */
export function createTokenEndpoint(app: RegisteredApp, clock: TwinClock, faults: Faults): TokenEndpoint {
  const issued = new Map<string, { readonly scopes: ReadonlySet<string>; readonly expires: Date }>();
  const spent = new Map<string, Date>();
  let key: Promise<CryptoKey | Uint8Array> | undefined;

  const refusal = async (assertion: string, audience: string): Promise<string | undefined> => {
    key ??= importJWK(app.publicKey, 'RS256');
    try {
      const { payload } = await jwtVerify(assertion, await key, {
        algorithms: ['RS256'],
        issuer: app.clientId,
        subject: app.clientId,
        audience,
        requiredClaims: ['exp'],
        currentDate: clock.now(),
      });
      const expires = new Date((payload.exp ?? 0) * 1000);
      if (expires > secondsAfter(clock.now(), longestAssertion)) return 'The client_assertion token has an expiration too far into the future.';
      if (payload.jti === undefined) return undefined;
      for (const [jti, until] of spent) if (until <= clock.now()) spent.delete(jti);
      if (spent.has(payload.jti)) return 'The client_assertion token has already been used.';
      spent.set(payload.jti, expires);
      return undefined;
    } catch (error) {
      if (error instanceof errors.JOSEError) return `The client_assertion token is invalid (${error.code}).`;
      throw error;
    }
  };

  const issue = async (form: Readonly<Record<string, unknown>>, audience: string): Promise<Response> => {
    if (form['grant_type'] !== 'client_credentials') return oauthError(400, 'unsupported_grant_type', 'Only client_credentials is served here.');
    if (form['client_assertion_type'] !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' || typeof form['client_assertion'] !== 'string') {
      return oauthError(401, 'invalid_client', 'A client_assertion of the type jwt-bearer is required.');
    }
    const refused = await refusal(form['client_assertion'], audience);
    if (refused !== undefined) return oauthError(401, 'invalid_client', refused);
    const asked = typeof form['scope'] === 'string' ? form['scope'].split(' ') : [];
    if (asked.length === 0 || !asked.every((scope) => grantable.has(scope))) return oauthError(400, 'invalid_scope', 'One or more scopes are not granted.');
    const accessToken = randomBytes(32).toString('base64url');
    issued.set(accessToken, { scopes: new Set(asked), expires: secondsAfter(clock.now(), tokenSeconds) });
    return Response.json({ token_type: 'Bearer', expires_in: tokenSeconds, access_token: accessToken, scope: asked.join(' ') });
  };

  const routes = new Hono();
  routes.post('/oauth2/v1/token', async (context) => {
    const form = await context.req.parseBody();
    const audience = new URL(context.req.path, context.req.url).href;
    const answers = { ...faultAnswers, rejected: () => oauthError(401, 'invalid_client', 'The service app is not active.') };
    return faults.around('okta', 'Token', answers, () => issue(form, audience));
  });

  return {
    routes,
    scopesOf: (accessToken) => {
      const token = issued.get(accessToken);
      if (token !== undefined && token.expires > clock.now()) return token.scopes;
      issued.delete(accessToken);
      return undefined;
    },
  };
}

const oauthError = (status: 400 | 401, error: string, description: string): Response =>
  Response.json({ error, error_description: description }, { status });
