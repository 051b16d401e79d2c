import { OAuthError } from './oauth-error.ts';

/** A request to an OAuth endpoint, as it was received over HTTP. */
export interface RawTokenRequest {
  readonly contentType: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
  /** The source address of the connection. */
  readonly sourceIp: string;
}

/** How a client authenticates, before it is verified: by its secret, or by an assertion (RFC 7523 §2.2). */
export type PresentedClient =
  | {
      readonly method: 'client_secret_basic' | 'client_secret_post';
      readonly clientId: string;
      readonly clientSecret: string;
    }
  | { readonly method: 'private_key_jwt'; readonly clientId: string | undefined; readonly assertion: string };

/** The parsed form of a request to an OAuth endpoint. */
export interface OAuthForm {
  readonly client: PresentedClient;
  readonly parameters: ReadonlyMap<string, string>;
  readonly sourceIp: string;
}

/** The parsed form of a request to the token endpoint. */
export interface TokenRequest extends OAuthForm {
  readonly grantType: string;
}

/** A successful token response, RFC 6749 §5.1. */
export interface TokenResponse {
  readonly access_token: string;
  /** `N_A` for a token that is no access token (RFC 8693 §2.2.1). */
  readonly token_type: 'Bearer' | 'N_A';
  /** In seconds. */
  readonly expires_in: number;
  /** Absent if it equals the requested scope. */
  readonly scope?: string;
  /** Set for exchanged tokens (RFC 8693 §2.2.1). */
  readonly issued_token_type?: string;
  /** Set if a person has signed in (OpenID Connect Core 1.0 §3.1.3.3). */
  readonly id_token?: string;
  /** Set for a token of the identity pool: the identity that AWS knows the user by. */
  readonly identity_id?: string;
  /** Set if a person has signed in and the application asked for it (RFC 6749 §6). */
  readonly refresh_token?: string;
}

/** A token response with the extra headers that belong to it. */
export interface TokenAnswer {
  readonly token: TokenResponse;
  readonly headers?: Readonly<Record<string, string>>;
  /** Set for a token that is not ours: what the log says of it. Our own tokens say it themselves. */
  readonly logged?: Readonly<Record<'clientId' | 'sid' | 'identityId', string>>;
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * Parses a token request (RFC 6749 §3.2, §2.3.1).
 * @throws {OAuthError} `invalid_request` or `invalid_client`
 */
export function parseTokenRequest(raw: RawTokenRequest): TokenRequest {
  const parameters = parseForm(raw);
  const grantType = parameters.get('grant_type');
  if (grantType === undefined) throw new OAuthError('invalid_request', 'grant_type is missing');
  return { grantType, ...parseOAuthForm(raw, parameters) };
}

/**
 * Parses a request to introspection or revocation (RFC 7662 §2.1, RFC 7009 §2.1). White space around the token
 * is ignored: it comes from a file, and the token that was meant must not stay active.
 * @throws {OAuthError} `invalid_request` or `invalid_client`
 */
export function parseTokenQuery(raw: RawTokenRequest): OAuthForm & { readonly token: string } {
  const parameters = parseForm(raw);
  const form = parseOAuthForm(raw, parameters);
  const token = parameters.get('token')?.trim() ?? '';
  if (token === '') throw new OAuthError('invalid_request', 'token is missing');
  return { token, ...form };
}

/** An assertion to be checked, and what it would be used for. */
export interface AssertionQuery {
  readonly kind: 'client' | 'third-party';
  readonly assertion: string;
}

/**
 * Parses a request to have an assertion checked. It is named as in a token request: `client_assertion` or
 * `assertion`. White space around it is ignored.
 * @throws {OAuthError} `invalid_request`
 */
export function parseAssertionQuery(raw: RawTokenRequest): AssertionQuery {
  const parameters = parseForm(raw);
  const ofClient = parameters.get('client_assertion')?.trim();
  const ofThirdParty = parameters.get('assertion')?.trim();
  if (ofClient !== undefined && ofThirdParty === undefined) return { kind: 'client', assertion: ofClient };
  if (ofThirdParty !== undefined && ofClient === undefined) {
    return { kind: 'third-party', assertion: ofThirdParty };
  }
  throw new OAuthError('invalid_request', 'send either client_assertion or assertion');
}

const parseOAuthForm = (
  { authorization, sourceIp }: RawTokenRequest,
  parameters: ReadonlyMap<string, string>,
): OAuthForm => ({ parameters, sourceIp, client: parseClient(authorization, parameters) });

/** The maximum length of a body, in characters. No valid request is longer. */
const maxBodyLength = 64 * 1024;

function parseForm({ contentType, body }: RawTokenRequest): ReadonlyMap<string, string> {
  if (body.length > maxBodyLength) throw new OAuthError('invalid_request', 'the body is longer than 64 KB');
  if (contentType?.split(';', 1)[0]?.trim().toLowerCase() !== 'application/x-www-form-urlencoded') {
    throw new OAuthError('invalid_request', 'the body must be application/x-www-form-urlencoded');
  }
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body)) {
    if (parameters.has(name)) throw new OAuthError('invalid_request', 'a parameter is repeated');
    parameters.set(name, value);
  }
  // Parameters without a value are treated as omitted (§3.1).
  return new Map([...parameters].filter(([, value]) => value !== ''));
}

/** Reads how the client authenticates. It must use exactly one method (RFC 6749 §2.3). */
function parseClient(
  authorization: string | undefined,
  parameters: ReadonlyMap<string, string>,
): PresentedClient {
  const clientId = parameters.get('client_id');
  const clientSecret = parameters.get('client_secret');
  const assertion = parameters.get('client_assertion');
  const usedMethods = [authorization, clientSecret, assertion].filter((method) => method !== undefined);
  if (usedMethods.length > 1) {
    throw new OAuthError('invalid_request', 'the client authenticates in two ways');
  }
  if (authorization !== undefined) {
    const basic = parseBasic(authorization);
    if (clientId !== undefined && clientId !== basic.clientId) {
      throw new OAuthError('invalid_request', 'two client ids are given');
    }
    return basic;
  }
  if (assertion !== undefined) {
    if (parameters.get('client_assertion_type') !== assertionType) {
      throw new OAuthError('invalid_request', `client_assertion_type must be ${assertionType}`);
    }
    return { method: 'private_key_jwt', clientId, assertion };
  }
  if (clientId === undefined || clientSecret === undefined) {
    throw new OAuthError(
      'invalid_client',
      'the client must authenticate by HTTP Basic, by client_id and client_secret in the body, or by client_assertion',
    );
  }
  return { method: 'client_secret_post', clientId, clientSecret };
}

/**
 * Parses HTTP Basic. Both halves are form-encoded before they are joined (§2.3.1), so each is decoded after
 * the split.
 */
function parseBasic(authorization: string): PresentedClient {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/iu.exec(authorization)?.[1];
  const decoded = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 1) throw new OAuthError('invalid_client', 'the Authorization header is not valid HTTP Basic');
  return {
    method: 'client_secret_basic',
    clientId: decodeForm(decoded.slice(0, colon)),
    clientSecret: decodeForm(decoded.slice(colon + 1)),
  };
}

function decodeForm(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new OAuthError('invalid_client', 'the Authorization header is not valid HTTP Basic');
  }
}
