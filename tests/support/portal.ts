import { Hono } from 'hono';
import * as oauth from 'oauth4webapi';
import { serve } from '../../local/kernel/serve.ts';

/** What the application knows of a person who has signed in. */
export interface SignedIn {
  readonly accessToken: string;
  readonly idToken: string;
  readonly refreshToken: string;
  readonly claims: oauth.IDToken;
}

/** One of our applications, as its developers would write it: with a certified client library. */
export interface Portal {
  /** Where people begin. */
  readonly url: string;
  readonly callback: string;
  /** Where people come to after they have signed out. */
  readonly goodbye: string;
  /** Says who the application is, once it is registered. */
  registerAs(clientId: string, clientSecret: string): void;
  /** The last person who has signed in. */
  last(): SignedIn | undefined;
  /** Sends the last code once more, and returns the error that it is answered with. */
  redeemAgain(): Promise<string>;
  /** Asks for new tokens, as the library does. It rejects if there are none. */
  refresh(refreshToken: string): Promise<oauth.TokenEndpointResponse>;
  /** Returns the address that signs people out, with these parameters. */
  logoutUrl(parameters: Readonly<Record<string, string>>): Promise<string>;
  close(): Promise<void>;
}

// oxlint-disable-next-line typescript/no-deprecated -- marked so that nobody uses it outside of development
const insecure = { [oauth.allowInsecureRequests]: true };

/** Starts an application. Its `/` sends people to sign in, and its `/callback` shows who came back. */
export async function startPortal(issuer: string): Promise<Portal> {
  let registered: { readonly client: oauth.Client; readonly secret: string } | undefined;
  let last: SignedIn | undefined;
  let redeem = (): Promise<Response> => Promise.reject(new Error('nobody has signed in'));
  const pending = new Map<string, { readonly verifier: string; readonly nonce: string }>();
  const provider = async (): Promise<oauth.AuthorizationServer> =>
    oauth.processDiscoveryResponse(new URL(issuer), await oauth.discoveryRequest(new URL(issuer), insecure));

  const app = new Hono();
  app.get('/', async ({ redirect, req }) => {
    if (registered === undefined) throw new Error('the portal is not registered');
    const server = await provider();
    const [state, verifier, nonce] = [
      oauth.generateRandomState(),
      oauth.generateRandomCodeVerifier(),
      oauth.generateRandomNonce(),
    ];
    pending.set(state, { verifier, nonce });
    const url = new URL(server.authorization_endpoint ?? '');
    const parameters = {
      client_id: registered.client.client_id,
      response_type: 'code',
      redirect_uri: callback,
      scope: 'openid email profile offline_access credit-reports/read',
      state,
      nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...req.query(),
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return redirect(url.href, 303);
  });
  app.get('/callback', async ({ html, req }) => {
    if (registered === undefined) throw new Error('the portal is not registered');
    const { client, secret } = registered;
    const server = await provider();
    const url = new URL(req.url);
    const sent = pending.get(url.searchParams.get('state') ?? '');
    if (sent === undefined) return html('<h1>Not mine</h1>', 400);
    const error = url.searchParams.get('error');
    if (error !== null) return html(`<h1>Error: ${error}</h1>`);
    const parameters = oauth.validateAuthResponse(server, client, url, url.searchParams.get('state') ?? '');
    redeem = () =>
      oauth.authorizationCodeGrantRequest(
        server,
        client,
        oauth.ClientSecretBasic(secret),
        parameters,
        callback,
        sent.verifier,
        insecure,
      );
    const response = await redeem();
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: sent.nonce,
      requireIdToken: true,
    });
    await oauth.validateApplicationLevelSignature(server, response, insecure);
    const claims = oauth.getValidatedIdTokenClaims(tokens);
    if (claims === undefined) throw new Error('no ID token');
    const { access_token: accessToken, id_token: idToken = '', refresh_token: refreshToken = '' } = tokens;
    last = { accessToken, idToken, refreshToken, claims };
    return html(`<!doctype html><title>Portal</title><h1>Hello ${claims['name'] as string}</h1>`);
  });
  app.get('/goodbye', ({ html }) => html('<!doctype html><title>Portal</title><h1>Goodbye</h1>'));
  const served = await serve(app, 0);
  const url = served.url.replace('127.0.0.1', 'localhost');
  const callback = `${url}/callback`;
  return {
    url,
    callback,
    goodbye: `${url}/goodbye`,
    registerAs: (clientId, secret) => {
      registered = { client: { client_id: clientId }, secret };
    },
    last: () => last,
    redeemAgain: async () => {
      const answer = (await (await redeem()).json()) as { readonly error?: string };
      return answer.error ?? 'no error';
    },
    refresh: async (refreshToken) => {
      if (registered === undefined) throw new Error('the portal is not registered');
      const { client, secret } = registered;
      const server = await provider();
      const response = await oauth.refreshTokenGrantRequest(
        server,
        client,
        oauth.ClientSecretBasic(secret),
        refreshToken,
        insecure,
      );
      return oauth.processRefreshTokenResponse(server, client, response);
    },
    logoutUrl: async (parameters) => {
      const url = new URL((await provider()).end_session_endpoint ?? '');
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url.href;
    },
    close: () => served.close(),
  };
}
