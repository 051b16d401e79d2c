import { createHash } from 'node:crypto';
import * as oauth from 'oauth4webapi';
import * as z from 'zod/mini';
import type { Clock } from '../../core/clock.ts';
import type { IdentityProvider } from '../../core/federation/identity-provider.ts';
import type { PersonClaims } from '../../core/federation/person.ts';
import type { OpenIdClient, SecretOpener } from '../../core/federation/ports.ts';
import { assertSignIn } from '../../core/federation/refused.ts';
import { clockSkewSeconds } from '../../core/trust/verification.ts';
import type { PublicExchange } from '../http/public-exchange.ts';
import {
  checked,
  checkOfAnswer,
  checkOfRequest,
  checkOfSignature,
  checkOfTokens,
  checkOfUserInfo,
} from './error-checks.ts';
import { createProviderKeys } from './provider-keys.ts';

/** The scopes that say who somebody is. */
const scope = 'openid profile email';

/**
 * Creates the client of partners' identity providers (OpenID Connect Core 1.0 §3.1). It speaks to public addresses
 * only, follows no redirect, and takes only what is signed by a key of the provider with its pinned algorithm.
 */
export function createOpenIdClient({
  exchange,
  secrets,
  clock,
  loopback,
  redeemMilliseconds = 7000,
}: {
  readonly exchange: PublicExchange;
  readonly secrets: SecretOpener;
  readonly clock: Clock;
  /** Whether providers may be on this machine, without TLS. Only the local twin sets this. */
  readonly loopback: boolean;
  /** The time that all requests of one sign-in may take together, so that a slow provider is a refused sign-in. */
  readonly redeemMilliseconds?: number;
}): OpenIdClient {
  const verifyWithKeys = createProviderKeys(clock);
  // oxlint-disable-next-line typescript/no-deprecated -- marked so that nobody uses it outside of development
  const insecure = { [oauth.allowInsecureRequests]: loopback };
  return {
    authorizationUrl: async (
      { metadata, clientId },
      { redirectUri, state, nonce, codeVerifier, maxAge, prompt, loginHint },
    ) => {
      const url = new URL(metadata.authorizationEndpoint);
      const parameters = {
        client_id: clientId,
        response_type: 'code',
        redirect_uri: redirectUri,
        scope,
        state,
        nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        ...(maxAge !== undefined && { max_age: String(maxAge) }),
        ...(prompt !== undefined && { prompt }),
        ...(loginHint !== undefined && { login_hint: loginHint }),
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url.href;
    },

    redeem: async (provider, { redirectUri, state, nonce, codeVerifier, maxAge }, answer) => {
      const [server, client] = [serverOf(provider), clientOf(provider, clock)];
      const send = sendingBefore(AbortSignal.timeout(redeemMilliseconds), exchange);
      const options = { ...insecure, [oauth.customFetch]: fetchBy(send) };
      assertSignIn('answer_issuer', isFrom(provider, answer));
      const parameters = await checked(checkOfAnswer, () =>
        oauth.validateAuthResponse(server, client, answer, state),
      );
      assertSignIn('answer', (parameters.get('code') ?? '') !== '');
      const secret = await secrets.open(provider.providerId, provider.sealedSecret);
      const authenticate =
        provider.authentication === 'client_secret_basic'
          ? oauth.ClientSecretBasic(secret)
          : oauth.ClientSecretPost(secret);
      const response = await checked(checkOfRequest('token_response'), () =>
        oauth.authorizationCodeGrantRequest(
          server,
          client,
          authenticate,
          parameters,
          redirectUri,
          codeVerifier,
          options,
        ),
      );
      if (response.status === 200) {
        await checked(unreadableTokens, async () => jsonObject.parse(await response.clone().json()));
      }
      const tokens = await checked(checkOfTokens, () =>
        oauth.processAuthorizationCodeResponse(server, client, response, {
          expectedNonce: nonce,
          requireIdToken: true,
          ...(maxAge !== undefined && { maxAge }),
        }),
      );
      const read = (address: string) => checked(checkOfRequest('key_set'), () => send(address, asksForKeys));
      await verifyWithKeys(provider, read, (keys) =>
        checked(checkOfSignature, () =>
          // The library reads the set by rules of its own, and keeps it with the server that it is given. To a new
          // server, this set is the only one, and never gets old.
          oauth.validateApplicationLevelSignature(serverOf(provider), response, {
            ...insecure,
            [oauth.jwksCache]: { jwks: { keys: [...keys] }, uat: Infinity },
          }),
        ),
      );
      const claims = oauth.getValidatedIdTokenClaims(tokens);
      assertSignIn('id_token', claims !== undefined);
      assertClaims(claims, provider, tokens.access_token, clock.now());
      if (claims['email'] !== undefined || provider.metadata.userinfoEndpoint === undefined) return claims;
      const userinfo = await checked(checkOfRequest('userinfo'), () =>
        oauth.userInfoRequest(server, client, tokens.access_token, options),
      );
      const told = await checked(checkOfUserInfo, () =>
        oauth.processUserInfoResponse(server, client, claims.sub, userinfo),
      );
      return withAddress(claims, told);
    },
  };
}

/**
 * Tells whether an answer names its provider as the sender (RFC 9207 §2.4). It has to, where the provider has
 * published that it does.
 */
function isFrom({ issuer, metadata }: IdentityProvider, answer: URLSearchParams): boolean {
  const named = answer.get('iss');
  return named === null ? !metadata.namesItself : named === issuer;
}

const asksForKeys = {
  method: 'GET',
  headers: { accept: 'application/json, application/jwk-set+json' },
} as const;
const jsonObject = z.record(z.string(), z.unknown());
const unreadableTokens = () => 'token_response' as const;

/** Adds a moment to an exchange at which every request ends. */
const sendingBefore =
  (signal: AbortSignal, exchange: PublicExchange): PublicExchange =>
  (address, request) =>
    exchange(address, { ...request, signal });

/** Returns the `fetch` of the library. */
const fetchBy =
  (exchange: PublicExchange) =>
  async (address: string, request: oauth.CustomFetchOptions<'GET' | 'POST', unknown>): Promise<Response> => {
    const { status, headers, body } = await exchange(address, {
      method: request.method,
      headers: request.headers,
      ...(request.body instanceof URLSearchParams && { body: request.body.toString() }),
    });
    return new Response(body.byteLength === 0 ? null : new Uint8Array(body), { status, headers });
  };

const serverOf = ({ issuer, metadata }: IdentityProvider): oauth.AuthorizationServer => ({
  issuer,
  authorization_endpoint: metadata.authorizationEndpoint,
  token_endpoint: metadata.tokenEndpoint,
  jwks_uri: metadata.jwksUri,
  ...(metadata.userinfoEndpoint !== undefined && { userinfo_endpoint: metadata.userinfoEndpoint }),
  authorization_response_iss_parameter_supported: metadata.namesItself,
});

const clientOf = ({ clientId, algorithm }: IdentityProvider, clock: Clock): oauth.Client => ({
  client_id: clientId,
  id_token_signed_response_alg: algorithm,
  [oauth.clockTolerance]: clockSkewSeconds,
  // The library reads the clock of the machine, in whole seconds. This is how far our clock is from it.
  [oauth.clockSkew]: clock.now().getTime() / 1000 - Math.floor(Date.now() / 1000),
});

/**
 * Asserts what the library leaves to its callers (OpenID Connect Core 1.0 §3.1.3.7 and §3.1.3.8). A token may have
 * been issued a while ago, because Entra ID dates its tokens back by five minutes.
 */
function assertClaims(
  claims: oauth.IDToken,
  { clientId }: IdentityProvider,
  accessToken: string,
  now: Date,
): void {
  const latest = now.getTime() / 1000 + clockSkewSeconds;
  assertSignIn('azp', claims.azp === undefined || claims.azp === clientId);
  assertSignIn('issued_at', claims.iat <= latest);
  assertSignIn('auth_time', (claims.auth_time ?? 0) <= latest);
  const hash = claims['at_hash'];
  assertSignIn('at_hash', hash === undefined || hash === hashOf(accessToken));
}

/** Every algorithm that a provider may use has SHA-256 for this. */
const hashOf = (accessToken: string): string =>
  createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url');

/** Adds the address with its verification, which belong together, and a name, if there is none yet. */
const withAddress = (
  claims: oauth.IDToken,
  { email, email_verified, name }: oauth.UserInfoResponse,
): PersonClaims => ({ name, ...claims, email, email_verified });
