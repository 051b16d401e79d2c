import {
  findHeaderViolation,
  isNumericDate,
  type DecodedToken,
  refuse,
  type TokenRefusal,
} from '../trust/token-rules.ts';
import type { AccessToken, SignInClaims } from './ports.ts';
import { tokenLimits } from '../trust/token-limits.ts';
import { clockSkewSeconds } from '../trust/verification.ts';

/** The issuers of access tokens for this API: the clients' user pool, and Sallyport itself. */
export interface AccessTokenIssuers {
  /** The `iss` values of the user pool's tokens. Cognito knows one pool by several names. */
  readonly pool: readonly string[];
  /** The `iss` of our own tokens: the public address that partners know. */
  readonly publicUrl: string;
}

/** Tells whether a token with this `iss` must be one of the pool's tokens or one of our own. */
export const isAccessTokenIssuer = ({ pool, publicUrl }: AccessTokenIssuers, iss: unknown): iss is string =>
  typeof iss === 'string' && (iss === publicUrl || pool.includes(iss));

/** The claims of a verified access token. */
export type AccessTokenClaims = Omit<AccessToken, 'digest'>;

/**
 * The outcome of a check against the keys that the issuer publishes: no key has the token's `kid`, the
 * signature does not match the key, or the signature is verified.
 */
export type SignatureResult = 'kid' | 'signature' | 'verified';

/**
 * The longest life of an access token in seconds, `exp` - `iat`. Ours and those of Cognito live for 15
 * minutes; the rest is for a user pool whose clients somebody has set otherwise.
 */
export const longestAccessTokenLife = 3600;

/** The only algorithm that either issuer signs with. */
export const accessTokenAlgorithm = 'RS256';

/**
 * Checks an access token of the pool's or of our own against the rules, in their order. Cognito's machine
 * tokens have no audience. Their client id takes its place, and is checked against the client's record later.
 * RFC 9068 §4;
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
 * @param signature the result of the signature check against the issuer's published keys
 * @returns the claims, or the first rule that refused the token
 */
export function checkAccessToken(
  parts: DecodedToken,
  issuers: AccessTokenIssuers,
  signature: SignatureResult,
  now: Date,
): AccessTokenClaims | TokenRefusal {
  const { header, claims } = parts;
  const { iss } = claims;
  const isOurToken = iss === issuers.publicUrl;
  if (!isAccessTokenIssuer(issuers, iss)) return refuse('issuer', 'The token is of another issuer.');
  if (signature === 'kid') return refuse('kid', 'The issuer publishes no key of this kid.');
  if (header['alg'] !== accessTokenAlgorithm) {
    return refuse('alg', `The algorithm must be ${accessTokenAlgorithm}.`);
  }
  const headerViolation =
    findHeaderViolation(parts) ??
    (isOurToken && !isAccessTokenType(header['typ']) ? refuse('header', 'typ must be at+jwt.') : undefined);
  if (headerViolation !== undefined) return headerViolation;
  if (signature === 'signature') {
    return refuse('signature', 'The signature is not of the key that the token names.');
  }
  return checkClaims(parts, iss, isOurToken, now);
}

/**
 * Tells whether `typ` marks an access token, so that no other kind of our tokens passes for one (RFC 9068
 * §2.1).
 */
const isAccessTokenType = (typ: unknown): boolean =>
  typeof typ === 'string' && /^(?:application\/)?at\+jwt$/iu.test(typ);

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function checkClaims(
  { claims }: DecodedToken,
  issuer: string,
  isOurToken: boolean,
  now: Date,
): AccessTokenClaims | TokenRefusal {
  const { exp, nbf, iat, aud, sub, client_id: clientId, token_use: use, jti } = claims;
  const { origin_client_id: originClientId } = claims;
  const seconds = now.getTime() / 1000;
  if (!isNumericDate(exp)) return refuse('expiry', 'exp must be a time: seconds since 1970.');
  if (seconds >= exp) return refuse('expiry', 'The token has expired.');
  if (nbf !== undefined && !isNumericDate(nbf)) {
    return refuse('not_before', 'nbf must be a time: seconds since 1970.');
  }
  if (nbf !== undefined && seconds < nbf) return refuse('not_before', 'The token is not valid yet.');
  if (!isNumericDate(iat)) return refuse('issued_at', 'iat must be a time: seconds since 1970.');
  if (seconds < iat - clockSkewSeconds) return refuse('issued_at', 'The token was issued in the future.');
  if (exp <= iat || exp - iat > longestAccessTokenLife) {
    return refuse('lifetime', `A token lives for ${longestAccessTokenLife} seconds at most: exp - iat.`);
  }

  const audiences = typeof aud === 'string' ? [aud] : Array.isArray(aud) && aud.every(isText) ? aud : [];
  const isAudienceOfApi = (audience: string): boolean =>
    audience === issuer || audience.startsWith(`${issuer}/apis/`);
  if (isOurToken && !audiences.some(isAudienceOfApi)) {
    return refuse('audience', 'The token is meant for neither the API nor a product of it.');
  }
  if (!isText(clientId) || !isText(sub)) return refuse('claims', 'client_id and sub must be texts.');
  if (!isOurToken && use !== 'access') return refuse('claims', 'token_use must be access.');
  if (isOurToken && !isText(jti)) return refuse('claims', 'jti must be a text.');
  if (originClientId !== undefined && !isText(originClientId)) {
    return refuse('claims', 'origin_client_id must be a text.');
  }
  const signIn = isOurToken ? signInClaims(claims) : undefined;
  if (signIn === 'malformed') {
    return refuse('claims', 'sid, auth_time, acr, partner_id and contract_id come together, or not at all.');
  }
  const limits = tokenLimits(claims);
  if ('why' in limits) return refuse('claims', limits.why);
  const { scopes, act, mayAct } = limits;
  if (scopes === undefined) return refuse('claims', 'scope must list what the token is for.');
  return {
    issuer,
    clientId,
    subject: sub,
    scopes,
    issuedAt: new Date(iat * 1000),
    expiresAt: new Date(exp * 1000),
    ...(isOurToken && { audiences }),
    ...(originClientId !== undefined && { originClientId }),
    ...(act !== undefined && { act }),
    ...(mayAct !== undefined && { mayAct }),
    ...(signIn !== undefined && { signIn }),
  };
}

/** Reads what a token says of the sign-in that it stands on, if it stands on one. */
function signInClaims(claims: DecodedToken['claims']): SignInClaims | 'malformed' | undefined {
  const { sid, auth_time: authTime, acr, partner_id: partnerId, contract_id: contractId } = claims;
  const all = [sid, authTime, acr, partnerId, contractId];
  if (all.every((claim) => claim === undefined)) return undefined;
  const isWhole =
    isText(sid) && isNumericDate(authTime) && isText(acr) && isText(partnerId) && isText(contractId);
  if (!isWhole) return 'malformed';
  return { sid, authenticatedAt: new Date(authTime * 1000), acr, partnerId, contractId };
}
