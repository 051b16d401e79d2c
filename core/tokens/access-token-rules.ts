import { headerRule, isTime, type Parts, refused, type Refusal } from '../trust/token-rules.ts';
import type { AccessToken } from './ports.ts';

/** Who issues access tokens for this API: a Cognito user pool, and Sallyport itself. */
export interface AccessTokenIssuers {
  /** What the user pool may write as `iss`: one pool, under the names that Cognito gives it. */
  readonly pool: readonly string[];
  /** Our own `iss`: the address that partners know. */
  readonly publicUrl: string;
}

/** Whether a token with this `iss` has to be one of Cognito's or of our own. */
export const issuesAccessTokens = ({ pool, publicUrl }: AccessTokenIssuers, iss: unknown): iss is string =>
  typeof iss === 'string' && (iss === publicUrl || pool.includes(iss));

/** What a verified one says. */
export type AccessTokenSays = Omit<AccessToken, 'digest'>;

/** What the keys that an issuer publishes say of a token: there is no such key, it did not sign, or it did. */
export type SignatureFinding = 'kid' | 'signature' | 'verified';

/** The one algorithm that either issuer signs with. */
export const accessTokenAlgorithm = 'RS256';

/**
 * Holds an access token of Cognito's or of our own to the rules, in their order. Cognito's tokens for machines
 * have no audience: the client id takes its place, and is checked against the client's record.
 * RFC 9068 §4; https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
 */
export function judgeAccessToken(
  parts: Parts,
  issuers: AccessTokenIssuers,
  signature: SignatureFinding,
  now: Date,
): AccessTokenSays | Refusal {
  const { header, claims } = parts;
  const { iss } = claims;
  const own = iss === issuers.publicUrl;
  if (!issuesAccessTokens(issuers, iss)) return refused('issuer', 'The token is of another issuer.');
  if (signature === 'kid') return refused('kid', 'The issuer publishes no key of this kid.');
  if (header['alg'] !== accessTokenAlgorithm) {
    return refused('alg', `The algorithm must be ${accessTokenAlgorithm}.`);
  }
  const dangerous =
    headerRule(parts) ??
    (own && !isOwnType(header['typ']) ? refused('header', 'typ must be at+jwt.') : undefined);
  if (dangerous !== undefined) return dangerous;
  if (signature === 'signature') {
    return refused('signature', 'The signature is not of the key that the token names.');
  }
  return claimsOf(parts, iss, own, now);
}

/** RFC 9068 §2.1: no other kind of token of ours can pass for one. */
const isOwnType = (typ: unknown): boolean =>
  typeof typ === 'string' && /^(?:application\/)?at\+jwt$/iu.test(typ);

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function claimsOf({ claims }: Parts, issuer: string, own: boolean, now: Date): AccessTokenSays | Refusal {
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
  if (!isTime(exp)) return refused('expiry', 'exp must be a time: seconds since 1970.');
  if (seconds >= exp) return refused('expiry', 'The token has expired.');
  if (nbf !== undefined && !isTime(nbf)) {
    return refused('not_before', 'nbf must be a time: seconds since 1970.');
  }
  if (nbf !== undefined && seconds < nbf) return refused('not_before', 'The token is not valid yet.');
  if (!isTime(iat)) return refused('issued_at', 'iat must be a time: seconds since 1970.');

  const audiences = typeof aud === 'string' ? [aud] : Array.isArray(aud) && aud.every(isText) ? aud : [];
  if (own && !audiences.some((audience) => audience === issuer || audience.startsWith(`${issuer}/apis/`))) {
    return refused('audience', 'The token is meant for neither the API nor a product of it.');
  }
  if (!isText(clientId) || !isText(sub) || typeof scope !== 'string') {
    return refused('claims', 'client_id, sub and scope must be texts.');
  }
  if (!own && use !== 'access') return refused('claims', 'token_use must be access.');
  if (own && !isText(jti)) return refused('claims', 'jti must be a text.');
  const [actor, mayActFor] = own ? [act, mayAct] : [];
  if (!isActor(actor) || !isActor(mayActFor)) {
    return refused('claims', 'act and may_act must name somebody by sub.');
  }
  return {
    issuer,
    clientId,
    subject: sub,
    scopes: scopesIn(scope),
    issuedAt: new Date(iat * 1000),
    expiresAt: new Date(exp * 1000),
    ...(own && { audiences }),
    ...(actor !== undefined && { act: actor }),
    ...(mayActFor !== undefined && { mayAct: mayActFor }),
  };
}

/** RFC 6749 §3.3. */
export const scopesIn = (scope: string): readonly string[] => scope.split(' ').filter((each) => each !== '');

/** Somebody, or nobody. */
const isActor = (value: unknown): value is Readonly<Record<string, unknown>> | undefined =>
  value === undefined || (typeof value === 'object' && value !== null && 'sub' in value && isText(value.sub));
