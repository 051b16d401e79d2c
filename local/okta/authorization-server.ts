import { createPublicKey, generateKeyPair, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { Hono } from 'hono';
import { importPKCS8, SignJWT } from 'jose';
import { secondsAfter } from '../../core/clock.ts';
import type { TwinClock } from '../kernel/clock.ts';
import type { Faults } from '../kernel/faults.ts';
import type { Store } from '../kernel/store.ts';
import { faultAnswers, oauthError } from './answers.ts';
import { createAssertionCheck, type RegisteredApp, type TokenForm } from './client-assertions.ts';
import type { Directory, OktaUser } from './directory.ts';
import type { Passwords } from './passwords.ts';

export interface AuthorizationServerOptions {
  readonly store: Store;
  readonly clock: TwinClock;
  readonly faults: Faults;
  readonly directory: Directory;
  readonly passwords: Passwords;
  /** The only application in its access policy. Every group is assigned to it. */
  readonly loginApp: RegisteredApp;
  /** The attributes of a user's profile that ID tokens contain as claims. */
  readonly idTokenClaims: readonly string[];
}

export const authorizationServerOperations = ['PasswordToken', 'GetKeys', 'GetOpenIdConfiguration'];

export const authorizationServerPath = '/oauth2/default';
const tokenSeconds = 3600;
const scopesServed = ['openid', 'profile', 'email'];

/**
 * Creates the custom authorization server `default`: the password grant for one application
 * (https://developer.okta.com/docs/guides/implement-grant-type/ropassword/main/), with claims of the
 * user's profile.
 */
export function authorizationServer({
  store,
  clock,
  faults,
  directory,
  passwords,
  loginApp,
  idTokenClaims,
}: AuthorizationServerOptions): Hono {
  const assertionRefusal = createAssertionCheck(loginApp, clock);
  const signingKey = openSigningKey(store);

  /**
   * Returns the user with this login and password, or the error answer. A user with an active factor is
   * refused.
   */
  const userOf = async (login: string, password: string): Promise<OktaUser | Response> => {
    const user = directory.find(login);
    const wrong = oauthError(400, 'invalid_grant', 'The credentials provided were invalid.');
    if (user?.status !== 'ACTIVE' || !(await passwords.isRight(user, password))) return wrong;
    if (user.groupIds.length === 0) {
      return oauthError(400, 'access_denied', 'User is not assigned to the client application.');
    }
    if (user.factors?.some(({ status }) => status === 'ACTIVE') === true) {
      return oauthError(
        400,
        'invalid_grant',
        'Resource owner password credentials authentication denied by sign on policy.',
      );
    }
    return user;
  };

  const issue = async (form: TokenForm, issuer: string): Promise<Response> => {
    const refused = await assertionRefusal(form, `${issuer}/v1/token`);
    if (refused !== undefined) return oauthError(401, 'invalid_client', refused);
    if (form['grant_type'] !== 'password') {
      return oauthError(
        400,
        'unauthorized_client',
        'The client is not authorized to use the provided grant type.',
      );
    }
    const { username, password, scope } = form;
    if (typeof username !== 'string' || typeof password !== 'string') {
      return oauthError(400, 'invalid_request', 'The token request must have a username and a password.');
    }
    const scopes = typeof scope === 'string' ? scope.split(' ') : [];
    if (!scopes.includes('openid') || !scopes.every((each) => scopesServed.includes(each))) {
      return oauthError(
        400,
        'invalid_scope',
        'One or more scopes are not configured for the authorization server resource.',
      );
    }
    const user = await userOf(username, password);
    if (user instanceof Response) return user;

    const { login = '', email = '', firstName = '', lastName = '' } = user.profile;
    const attributeClaims = Object.entries(user.profile).filter(([name]) => idTokenClaims.includes(name));
    const sign = async (claims: Readonly<Record<string, unknown>>): Promise<string> => {
      const { kid, privateKey } = await signingKey();
      const now = clock.now();
      return new SignJWT({ ver: 1, iss: issuer, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid })
        .setIssuedAt(now)
        .setExpirationTime(secondsAfter(now, tokenSeconds))
        .sign(await importPKCS8(privateKey, 'RS256'));
    };
    return Response.json({
      token_type: 'Bearer',
      expires_in: tokenSeconds,
      scope: scopes.join(' '),
      access_token: await sign({
        jti: `AT.${randomUUID()}`,
        aud: 'api://default',
        sub: login,
        cid: loginApp.clientId,
        uid: user.id,
        scp: scopes,
      }),
      id_token: await sign({
        jti: `ID.${randomUUID()}`,
        aud: loginApp.clientId,
        sub: user.id,
        amr: ['pwd'],
        ...(scopes.includes('profile') && { name: `${firstName} ${lastName}`, preferred_username: login }),
        ...(scopes.includes('email') && { email }),
        ...Object.fromEntries(attributeClaims),
      }),
    });
  };

  const routes = new Hono();
  const issuerOf = (url: string): string => new URL(authorizationServerPath, url).href;
  const around = (operation: string, effect: () => Promise<Response> | Response): Promise<Response> =>
    faults.around(
      'okta',
      operation,
      { ...faultAnswers, rejected: () => oauthError(401, 'invalid_client', 'The client is not active.') },
      effect,
    );

  routes.post('/v1/token', async (context) => {
    const form = await context.req.parseBody();
    return around('PasswordToken', () => issue(form, issuerOf(context.req.url)));
  });

  routes.get('/v1/keys', () =>
    around('GetKeys', async () => {
      const { kid, privateKey } = await signingKey();
      return Response.json({
        keys: [{ ...createPublicKey(privateKey).export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }],
      });
    }),
  );

  routes.get('/.well-known/openid-configuration', (context) =>
    around('GetOpenIdConfiguration', () => {
      const issuer = issuerOf(context.req.url);
      return Response.json({
        issuer,
        token_endpoint: `${issuer}/v1/token`,
        jwks_uri: `${issuer}/v1/keys`,
        grant_types_supported: ['password'],
        scopes_supported: scopesServed,
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        token_endpoint_auth_methods_supported: ['private_key_jwt'],
        token_endpoint_auth_signing_alg_values_supported: ['RS256'],
        claims_supported: [
          'iss',
          'sub',
          'aud',
          'iat',
          'exp',
          'jti',
          'amr',
          'name',
          'preferred_username',
          'email',
          ...idTokenClaims,
        ],
      });
    }),
  );

  return routes;
}

interface SigningKey {
  readonly kid: string;
  /** PEM, PKCS #8. */
  readonly privateKey: string;
}

/** Opens the signing key. It is generated on first use, because that takes a while. */
export function openSigningKey(store: Store): () => Promise<SigningKey> {
  const kept = store.collection<SigningKey>('okta-signing-key');
  const make = async (): Promise<SigningKey> => {
    const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
    const made = {
      kid: randomUUID(),
      privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    };
    kept.put('default', made);
    return made;
  };
  let opened: Promise<SigningKey> | undefined;
  return () => (opened ??= Promise.resolve(kept.get('default') ?? make()));
}
