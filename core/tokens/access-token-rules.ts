import {
  findHeaderViolation,
  isNumericDate,
  type DecodedToken,
  refuse,
  type TokenRefusal,
} from '../trust/token-rules.ts';
import type { AccessToken } from './ports.ts';

/** Who issues access tokens for this API: a Cognito user pool, and Sallyport itself. */
export interface AccessTokenIssuers {
  /** What the user pool may write as `iss`: one pool, under the names that Cognito gives it. */
  readonly pool: readonly string[];
  /** Our own `iss`: the address that partners know. */
  readonly publicUrl: string;
}

/** Whether a token with this `iss` has to be one of Cognito's or of our own. */
export const isAccessTokenIssuer = ({ pool, publicUrl }: AccessTokenIssuers, iss: unknown): iss is string =>
  typeof iss === 'string' && (iss === publicUrl || pool.includes(iss));

/** What a verified one says. */
export type AccessTokenClaims = Omit<AccessToken, 'digest'>;

/** What the keys that an issuer publishes say of a token: there is no such key, it did not sign, or it did. */
export type SignatureResult = 'kid' | 'signature' | 'verified';

/** The one algorithm that either issuer signs with. */
export const accessTokenAlgorithm = 'RS256';

/**
 * Holds an access token of Cognito's or of our own to the rules, in their order. Cognito's tokens for machines
 * have no audience: the client id takes its place, and is checked against the client's record.
 * RFC 9068 §4; https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
 */
export function checkAccessToken(
  parts: DecodedToken,
  issuers: AccessTokenIssuers,
  signature: SignatureResult,
  now: Date,
): AccessTokenClaims | TokenRefusal {
  const { header, claims } = parts;
  const { iss } = claims;
  const own = iss === issuers.publicUrl;
  if (!isAccessTokenIssuer(issuers, iss)) return refuse('issuer', 'The token is of another issuer.');
  if (signature === 'kid') return refuse('kid', 'The issuer publishes no key of this kid.');
  if (header['alg'] !== accessTokenAlgorithm) {
    return refuse('alg', `The algorithm must be ${accessTokenAlgorithm}.`);
  }
  const dangerous =
    findHeaderViolation(parts) ??
    (own && !isOwnType(header['typ']) ? refuse('header', 'typ must be at+jwt.') : undefined);
  if (dangerous !== undefined) return dangerous;
  if (signature === 'signature') {
    return refuse('signature', 'The signature is not of the key that the token names.');
  }
  return checkClaims(parts, iss, own, now);
}

/** RFC 9068 §2.1: no other kind of token of ours can pass for one. */
const isOwnType = (typ: unknown): boolean =>
  typeof typ === 'string' && /^(?:application\/)?at\+jwt$/iu.test(typ);

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function checkClaims(
  { claims }: DecodedToken,
  issuer: string,
  own: boolean,
  now: Date,
): AccessTokenClaims | TokenRefusal {
  const {
    exp,
    nbf,
    iat,
    aud,
    sub,
    client_id: clientId,
    scope,
    token_use: use,
    jti,
    act,
    may_act: mayAct,
  } = claims;
  const seconds = now.getTime() / 1000;
  if (!isNumericDate(exp)) return refuse('expiry', 'exp must be a time: seconds since 1970.');
  if (seconds >= exp) return refuse('expiry', 'The token has expired.');
  if (nbf !== undefined && !isNumericDate(nbf)) {
    return refuse('not_before', 'nbf must be a time: seconds since 1970.');
  }
  if (nbf !== undefined && seconds < nbf) return refuse('not_before', 'The token is not valid yet.');
  if (!isNumericDate(iat)) return refuse('issued_at', 'iat must be a time: seconds since 1970.');

  const audiences = typeof aud === 'string' ? [aud] : Array.isArray(aud) && aud.every(isText) ? aud : [];
  if (own && !audiences.some((audience) => audience === issuer || audience.startsWith(`${issuer}/apis/`))) {
    return refuse('audience', 'The token is meant for neither the API nor a product of it.');
  }
  if (!isText(clientId) || !isText(sub) || typeof scope !== 'string') {
    return refuse('claims', 'client_id, sub and scope must be texts.');
  }
  if (!own && use !== 'access') return refuse('claims', 'token_use must be access.');
  if (own && !isText(jti)) return refuse('claims', 'jti must be a text.');
  const [actor, mayActFor] = own ? [act, mayAct] : [];
  if (!isActor(actor) || !isActor(mayActFor)) {
    return refuse('claims', 'act and may_act must name somebody by sub.');
  }
  return {
    issuer,
    clientId,
    subject: sub,
    scopes: parseScopes(scope),
    issuedAt: new Date(iat * 1000),
    expiresAt: new Date(exp * 1000),
    ...(own && { audiences }),
    ...(actor !== undefined && { act: actor }),
    ...(mayActFor !== undefined && { mayAct: mayActFor }),
  };
}

/** RFC 6749 §3.3. */
export const parseScopes = (scope: string): readonly string[] =>
  scope.split(' ').filter((each) => each !== '');

/** Somebody, or nobody. */
const isActor = (value: unknown): value is Readonly<Record<string, unknown>> | undefined =>
  value === undefined || (typeof value === 'object' && value !== null && 'sub' in value && isText(value.sub));
