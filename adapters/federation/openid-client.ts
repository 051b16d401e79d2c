import * as oauth from 'oauth4webapi';
import type { IdentityProvider } from '../../core/federation/identity-provider.ts';
import type { OpenIdClient, SecretOpener } from '../../core/federation/ports.ts';
import { type SignInCheck, SignInRefused } from '../../core/federation/refused.ts';
import { clockSkewSeconds } from '../../core/trust/verification.ts';
import type { PublicExchange } from '../http/public-exchange.ts';

/** The scopes that say who somebody is. */
const scope = 'openid profile email';

/**
 * Creates the client of partners' identity providers (OpenID Connect Core 1.0 §3.1). It speaks to public addresses
 * only, follows no redirect, and takes only what is signed by a key of the provider with its pinned algorithm.
 */
export function createOpenIdClient({
  exchange,
  secrets,
  loopback,
}: {
  readonly exchange: PublicExchange;
  readonly secrets: SecretOpener;
  /** Whether providers may be on this machine, without TLS. Only the local twin sets this. */
  readonly loopback: boolean;
}): OpenIdClient {
  /** The keys of each provider's set, by its address. The library reads it again for a key that it lacks. */
  const keySets = new Map<string, oauth.JWKSCacheInput>();
  const options = {
    [oauth.customFetch]: async (
      address: string,
      request: oauth.CustomFetchOptions<'GET' | 'POST', unknown>,
    ) => {
      const answer = await exchange(address, {
        method: request.method,
        headers: request.headers,
        ...(request.body instanceof URLSearchParams && { body: request.body.toString() }),
      });
      return new Response(new Uint8Array(answer.body), { status: answer.status, headers: answer.headers });
    },
    // oxlint-disable-next-line typescript/no-deprecated -- marked so that nobody uses it outside of development
    [oauth.allowInsecureRequests]: loopback,
  };
  return {
    authorizationUrl: async (
      { metadata, clientId },
      { redirectUri, state, nonce, codeVerifier, loginHint },
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
        ...(loginHint !== undefined && { login_hint: loginHint }),
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url.href;
    },

    redeem: async (provider, { redirectUri, state, nonce, codeVerifier }, answer) => {
      const server = serverOf(provider);
      const client: oauth.Client = {
        client_id: provider.clientId,
        id_token_signed_response_alg: provider.algorithm,
        [oauth.clockTolerance]: clockSkewSeconds,
      };
      const parameters = await checked('state', () =>
        oauth.validateAuthResponse(server, client, answer, state),
      );
      const secret = await secrets.open(provider.providerId, provider.sealedSecret);
      const authenticate =
        provider.authentication === 'client_secret_basic'
          ? oauth.ClientSecretBasic(secret)
          : oauth.ClientSecretPost(secret);
      const response = await checked('provider_silent', () =>
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
      const tokens = await checked('token_request', () =>
        oauth.processAuthorizationCodeResponse(server, client, response, {
          expectedNonce: nonce,
          requireIdToken: true,
        }),
      );
      const keySet = keySets.get(provider.metadata.jwksUri) ?? {};
      keySets.set(provider.metadata.jwksUri, keySet);
      await checked('id_token', () =>
        oauth.validateApplicationLevelSignature(server, response, { ...options, [oauth.jwksCache]: keySet }),
      );
      const claims = oauth.getValidatedIdTokenClaims(tokens);
      if (claims === undefined) throw new SignInRefused('id_token');
      return claims;
    },
  };
}

const serverOf = ({ issuer, metadata }: IdentityProvider): oauth.AuthorizationServer => ({
  issuer,
  authorization_endpoint: metadata.authorizationEndpoint,
  token_endpoint: metadata.tokenEndpoint,
  jwks_uri: metadata.jwksUri,
  authorization_response_iss_parameter_supported: metadata.namesItself,
});

/**
 * Makes one step of a sign-in.
 * @throws {SignInRefused} with the check that the error is about, or else with the given one
 */
async function checked<Result>(check: SignInCheck, step: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    throw new SignInRefused(checkOf(error) ?? check, error);
  }
}

const idTokenErrors: readonly string[] = [
  oauth.JWT_CLAIM_COMPARISON,
  oauth.JWT_TIMESTAMP_CHECK,
  oauth.KEY_SELECTION,
];

function checkOf(error: unknown): SignInCheck | undefined {
  if (error instanceof oauth.AuthorizationResponseError) {
    return error.error === 'access_denied' ? 'access_denied' : 'provider_error';
  }
  const isOfIdToken =
    error instanceof oauth.OperationProcessingError && idTokenErrors.includes(error.code ?? '');
  return isOfIdToken ? 'id_token' : undefined;
}
