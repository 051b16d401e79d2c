import { OAuthError } from './oauth-error.ts';

/** A token request as it came over HTTP. */
export interface RawTokenRequest {
  readonly contentType: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface ClientAuthentication {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface TokenRequest {
  readonly grantType: string;
  readonly client: ClientAuthentication;
  readonly parameters: ReadonlyMap<string, string>;
}

/** A successful answer, RFC 6749 §5.1. */
export interface TokenResponse {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  /** Seconds. */
  readonly expires_in: number;
  /** Absent if it is what was asked for. */
  readonly scope?: string;
}

/** One way to a token. */
export type Grant = (request: TokenRequest) => Promise<TokenResponse>;

/**
 * Reads a token request (RFC 6749 §3.2, §2.3.1).
 * @throws {OAuthError} `invalid_request` or `invalid_client`
 */
export function parseTokenRequest({ contentType, authorization, body }: RawTokenRequest): TokenRequest {
  const parameters = parseForm(contentType, body);
  const grantType = parameters.get('grant_type');
  if (grantType === undefined) throw new OAuthError('invalid_request', 'grant_type is missing');
  return { grantType, parameters, client: authenticationOf(authorization, parameters) };
}

function parseForm(contentType: string | undefined, body: string): ReadonlyMap<string, string> {
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

/** One way of authentication, and only one. */
function authenticationOf(authorization: string | undefined, parameters: ReadonlyMap<string, string>): ClientAuthentication {
  const clientId = parameters.get('client_id');
  const clientSecret = parameters.get('client_secret');
  if (authorization !== undefined) {
    if (clientSecret !== undefined) throw new OAuthError('invalid_request', 'the client authenticates in two ways');
    const basic = parseBasic(authorization);
    if (clientId !== undefined && clientId !== basic.clientId) throw new OAuthError('invalid_request', 'two client ids are given');
    return basic;
  }
  if (clientId === undefined || clientSecret === undefined) {
    throw new OAuthError('invalid_client', 'the client must authenticate by HTTP Basic or by client_id and client_secret in the body');
  }
  return { clientId, clientSecret };
}

/** Both halves are form-encoded before they are joined (§2.3.1), so they are decoded after the split. */
function parseBasic(authorization: string): ClientAuthentication {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/iu.exec(authorization)?.[1];
  const decoded = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 1) throw new OAuthError('invalid_client', 'the Authorization header is not valid HTTP Basic');
  return { clientId: formDecoded(decoded.slice(0, colon)), clientSecret: formDecoded(decoded.slice(colon + 1)) };
}

function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new OAuthError('invalid_client', 'the Authorization header is not valid HTTP Basic');
  }
}
