import { isRefreshToken, type RefreshTokens } from '../federation/refresh-token.ts';
import type { Environment } from '../catalogue/catalogue.ts';
import type { Clock } from '../clock.ts';
import { effectiveScopes } from '../clients/in-force.ts';
import type { GrantType } from '../contracts/records.ts';
import type { SessionStore } from '../federation/session.ts';
import {
  authenticateClient,
  type ClientAuthenticator,
  requireActiveClient,
} from './client-authentication.ts';
import { actorsOf, scopesWithin } from '../trust/token-limits.ts';
import type { AccessToken, AccessTokens, DenialList, RevocableTokens, ThirdPartyTokens } from './ports.ts';
import { epochSeconds, signInMembers } from './mint.ts';
import { isResourceServerFor } from './token-exchange.ts';
import { judgeStanding, scopesOfStanding, type StandingDependencies } from './standing.ts';
import { parseTokenQuery, type RawTokenRequest } from './token-request.ts';

/** What introspection and revocation need. */
export interface IntrospectionDependencies extends ClientAuthenticator, StandingDependencies {
  readonly environment: Environment;
  /** The grants that are switched on in this deployment. */
  readonly enabledGrants: readonly GrantType[];
  readonly clock: Clock;
  readonly accessTokens: AccessTokens;
  readonly denialList: DenialList;
  readonly thirdPartyTokens: ThirdPartyTokens;
  readonly revocableTokens: RevocableTokens;
  readonly refreshTokens: Pick<RefreshTokens, 'find'>;
  readonly sessions: Pick<SessionStore, 'endFor'>;
}

/** An introspection response (RFC 7662 §2.2): the token's claims, or only that it is not active. */
export type Introspection =
  | { readonly active: false }
  | {
      readonly active: true;
      readonly iss: string;
      readonly sub: string;
      readonly client_id: string;
      readonly token_type: 'Bearer';
      readonly scope: string;
      /** `iat` and `exp` are in seconds since 1970. */
      readonly iat: number;
      readonly exp: number;
      readonly aud?: readonly string[];
      readonly act?: Readonly<Record<string, unknown>>;
      readonly may_act?: Readonly<Record<string, unknown>>;
      /** If a person has signed in for it: the session, when and how (RFC 9470 §6.2), and as whose user. */
      readonly sid?: string;
      /** In seconds since 1970. */
      readonly auth_time?: number;
      readonly acr?: string;
      readonly partner_id?: string;
      readonly contract_id?: string;
    };

const inactive = { active: false } as const;

/**
 * Answers an introspection request (OAU-5, RFC 7662). A token is described to the client that it was issued
 * to, and to the backends of the products that its scopes belong to. A third party's token that is taken on
 * calls acts as its issuer's client, and is described to the same. Any other caller is told that it is not
 * active. A token is also not active when somebody whom it depends on has no access any more
 * ({@link judgeStanding}).
 * @throws {OAuthError} `invalid_client`, `invalid_request`, `unauthorized_client`
 */
export async function introspect(
  dependencies: IntrospectionDependencies,
  raw: RawTokenRequest,
): Promise<Introspection> {
  const { token, client: presented } = parseTokenQuery(raw);
  const clientId = await authenticateClient(dependencies, presented);
  const caller = await requireActiveClient(dependencies, clientId);
  const verified = await verify(dependencies, token);
  if (verified === undefined) return inactive;
  const mayIntrospect = verified.clientId === caller.clientId || isResourceServerFor(caller, verified.scopes);
  if (!mayIntrospect) return inactive;
  const { standing, fault } = await judgeStanding(dependencies, verified);
  if (fault !== undefined) return inactive;
  const allowedScopes = scopesOfStanding(standing);
  const scopes = verified.scopes.filter((scope) => allowedScopes.includes(scope));
  return introspectionResponse({ ...verified, scopes });
}

type DescribedToken = Omit<AccessToken, 'digest'>;

/** Returns an access token of the pool's, our own or a third party's. Returns undefined if it is refused. */
async function verify(
  dependencies: IntrospectionDependencies,
  token: string,
): Promise<DescribedToken | undefined> {
  const own = await dependencies.accessTokens.verify(token);
  if (!('refusedBy' in own)) return own;
  return own.refusedBy === 'issuer' ? verifyOfThirdParty(dependencies, token) : undefined;
}

/** Returns a third party's token as it counts on a call: as one of its issuer's client. */
async function verifyOfThirdParty(
  { thirdPartyTokens, findClientContext }: IntrospectionDependencies,
  token: string,
): Promise<DescribedToken | undefined> {
  const verified = await thirdPartyTokens.verify(token);
  if ('refusedBy' in verified || !verified.issuer.uses.includes('bearer')) return undefined;
  const { clientId, partnerId } = verified.issuer;
  const { principal, audience, issuedAt, expiresAt, limits, issuer } = verified.token;
  const owner = await findClientContext(clientId);
  if (owner.client?.partnerId !== partnerId) return undefined;
  const { act, mayAct } = limits;
  return {
    issuer,
    subject: principal,
    clientId,
    scopes: scopesWithin(limits, effectiveScopes(owner)),
    audiences: audience,
    issuedAt,
    expiresAt,
    ...(act !== undefined && { act: actorsOf(issuer, act) }),
    ...(mayAct !== undefined && { mayAct }),
  };
}

function introspectionResponse({
  issuer,
  subject,
  clientId,
  scopes,
  issuedAt,
  expiresAt,
  audiences,
  act,
  mayAct,
  signIn,
}: DescribedToken): Introspection {
  return {
    active: true,
    iss: issuer,
    sub: subject,
    client_id: clientId,
    token_type: 'Bearer',
    scope: scopes.join(' '),
    iat: epochSeconds(issuedAt),
    exp: epochSeconds(expiresAt),
    ...(audiences !== undefined && { aud: audiences }),
    ...(act !== undefined && { act }),
    ...(mayAct !== undefined && { may_act: mayAct }),
    ...(signIn !== undefined && signInMembers(signIn)),
  };
}

/**
 * Returns the token that somebody means who wants it revoked: without `Bearer`, and without quotes, white space and
 * whatever else is in no token (`b64token`, RFC 6750 §2.1). It may be copied from a log or a header, and must not
 * stay active for that.
 */
const tokenMeantBy = (text: string): string =>
  text.replace(/^\W*(?:authorization\s*:\s*)?bearer\s+/iu, '').replaceAll(/[^\w.~+/=-]/gu, '');

/**
 * Revokes a token (OAU-5, RFC 7009). A token of the client's own is denied from now on, whichever issuer
 * signed it: the pool, ourselves, or a third party whose issuer is registered for this client. With a refresh
 * token, the person's session is over for the application: with it end all tokens that the application has of that
 * session, and those that they were exchanged for. The session goes on for other applications. For any other token,
 * nothing is changed and the caller is not told.
 * @throws {OAuthError} `invalid_client`, `invalid_request`
 */
export async function revoke(dependencies: IntrospectionDependencies, raw: RawTokenRequest): Promise<void> {
  const { accessTokens, revocableTokens, denialList, refreshTokens, sessions } = dependencies;
  const { token: sent, client: presented } = parseTokenQuery(raw);
  const clientId = await authenticateClient(dependencies, presented);
  const token = tokenMeantBy(sent);
  if (isRefreshToken(token)) {
    const grant = await refreshTokens.find(token);
    if (grant?.clientId === clientId) await sessions.endFor(grant.sid, clientId);
    return;
  }
  const own = await accessTokens.verify(token);
  const isForeign = 'refusedBy' in own && own.refusedBy === 'issuer';
  const found = isForeign ? await revocableTokens.find(token) : own;
  if (found === undefined || 'refusedBy' in found || found.clientId !== clientId) return;
  await denialList.deny(found);
}
