import { effectiveScopes } from '../clients/in-force.ts';
import { authenticateClient, requireActiveClient, type ActiveClient } from './client-authentication.ts';
import type { GrantHandler, TokenEndpointDependencies } from './grant-handler.ts';
import { consumeJti, type SingleUseLogin, verifyAssertion } from './jwt-bearer.ts';
import { checkPoolTokenParameters, identityPoolTokenType, issuePoolToken } from './identity-pool.ts';
import { actDepth, type Actor, maxActDepth, scopesWithin, type TokenLimits } from '../trust/token-limits.ts';
import { sessionAudience } from '../trust/token-use.ts';
import { mint, narrowScopes } from './mint.ts';
import type { SignInClaims } from './ports.ts';
import { assertCheck, OAuthError } from './oauth-error.ts';
import { findActorFault, type SignInFault } from '../federation/in-force.ts';
import {
  endOfStanding,
  judgeStanding,
  scopesOfStanding,
  standingCheck,
  type StandingSignIn,
} from './standing.ts';

const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange';
const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
const jwt = 'urn:ietf:params:oauth:token-type:jwt';

/** The verified subject token: who the new token is for, and what limits it. */
interface Subject {
  readonly subject: string;
  readonly limits: TokenLimits;
  readonly audiences?: readonly string[];
  /** When the token ends, or one of the contracts or the session that it stands on. */
  readonly expiresAt: Date;
  /** The client that the subject's own token was issued to. Absent for a third party's token. */
  readonly originClientId?: string;
  /** Set if a person has signed in for it. The new token ends with that session, too. */
  readonly signIn?: SignInClaims;
  /** Set for a third party's token, which may be exchanged once. */
  readonly login?: SingleUseLogin;
}

/**
 * Serves the token exchange grant: a client acts on behalf of a user, RFC 8693 (OAU-4). The user that a
 * portal serves becomes the subject of the token that the portal calls the API with. The new token never has
 * more scopes or a wider audience than the subject token, and never outlives it. In a stage that has an identity
 * pool, an application may also ask for a token of the pool (FED-5).
 */
export const tokenExchange: GrantHandler = async (endpoint, { client: presented, parameters }) => {
  const client = await requireActiveClient(
    endpoint,
    await authenticateClient(endpoint, presented),
    grantType,
  );
  const token = parameters.get('subject_token');
  const tokenType = parameters.get('subject_token_type');
  assertCheck(
    'parameters',
    token !== undefined && tokenType !== undefined,
    'invalid_request',
    'subject_token and subject_token_type are needed',
  );
  assertCheck(
    'actor_token',
    !parameters.has('actor_token') && !parameters.has('actor_token_type'),
    'invalid_request',
    'actor_token is not supported: the client that asks is the actor',
  );
  const { identityPool, issuer } = endpoint;
  const poolTokenType = identityPoolTokenType(issuer);
  const requestedType = parameters.get('requested_token_type');
  const isForPool = identityPool !== undefined && requestedType === poolTokenType;
  assertCheck(
    'requested_token_type',
    isForPool || [undefined, accessToken, jwt].includes(requestedType),
    'invalid_request',
    `requested_token_type must be ${accessToken}${identityPool === undefined ? '' : ` or ${poolTokenType}`}`,
  );
  if (isForPool) checkPoolTokenParameters(parameters, accessToken);

  const subject = await verifySubjectToken(endpoint, client, token, tokenType);
  const { mayAct } = subject.limits;
  assertCheck(
    'may_act',
    // With an `iss`, the id would be one of another authority's.
    mayAct === undefined || (mayAct.sub === client.clientId && mayAct['iss'] === undefined),
    ...refusal,
  );
  if (isForPool) return issuePoolToken({ ...endpoint, identityPool }, client.clientId, subject);
  const audience = chooseAudience(endpoint, client, parameters, subject.audiences);
  const allowedScopes = scopesWithin(subject.limits, effectiveScopes(client));
  const act: Actor = {
    sub: client.clientId,
    ...(subject.limits.act !== undefined && { act: subject.limits.act }),
  };
  assertCheck(
    'act_depth',
    actDepth(act) <= maxActDepth,
    'invalid_request',
    `at most ${maxActDepth} may act one for another`,
  );

  const scopes = narrowScopes(parameters.get('scope'), allowedScopes);

  if (subject.login !== undefined) await asSubjectToken(consumeJti(endpoint, subject.login));
  const minted = await mint(endpoint, client, {
    subject: subject.subject,
    scopes,
    audience,
    notAfter: subject.expiresAt,
    originClientId: subject.originClientId === client.clientId ? undefined : subject.originClientId,
    act,
    signIn: subject.signIn,
  });
  return { token: { ...minted, issued_token_type: accessToken } };
};

/**
 * The one answer for every subject token that is invalid or not acceptable. RFC 8693 §2.2.2 requires this code
 * for it, unlike RFC 7523 for an assertion.
 */
const refusal = ['invalid_request', 'the subject token is not accepted'] as const;

/**
 * Waits for a check of a third party's assertion that is presented as the subject token.
 * @throws {OAuthError} the refusal of a subject token, with the name of the check, if the assertion is refused
 */
async function asSubjectToken<Result>(check: Promise<Result>): Promise<Result> {
  try {
    return await check;
  } catch (error) {
    if (error instanceof OAuthError && error.code === 'invalid_grant') {
      throw new OAuthError(...refusal, error.check);
    }
    throw error;
  }
}

async function verifySubjectToken(
  endpoint: TokenEndpointDependencies,
  client: ActiveClient,
  token: string,
  tokenType: string,
): Promise<Subject> {
  if (tokenType === jwt) {
    const login = await asSubjectToken(verifyAssertion(endpoint, client, token));
    return { subject: login.principal, limits: login.limits, expiresAt: login.expiresAt, login };
  }
  assertCheck(
    'subject_token_type',
    tokenType === accessToken,
    'invalid_request',
    `subject_token_type must be ${accessToken} or ${jwt}`,
  );
  const verified = await endpoint.accessTokens.verify(token);
  assertCheck(
    'refusedBy' in verified ? `subject_${verified.refusedBy}` : 'subject',
    !('refusedBy' in verified),
    ...refusal,
  );
  const { standing, fault: subjectFault } = await judgeStanding(endpoint, verified);
  assertCheck(`subject_${standingCheck(subjectFault) ?? 'in_force'}`, subjectFault === undefined, ...refusal);
  assertCheck(
    'recipient',
    standing.clientContext.client?.partnerId === client.client.partnerId ||
      isResourceServerFor(client, verified.scopes),
    ...refusal,
  );
  const fault = standing.signIn && (await findFaultOfActor(endpoint, client, standing.signIn));
  assertCheck(`application_${fault ?? 'open'}`, fault === undefined, ...refusal);
  // The subject token must not pass on scopes that its contracts have lost since it was issued.
  const scopes = scopesWithin(verified, scopesOfStanding(standing));
  const {
    subject,
    clientId,
    originClientId = clientId,
    audiences,
    expiresAt,
    act,
    mayAct,
    signIn,
  } = verified;
  return {
    subject,
    expiresAt: earlier(expiresAt, endOfStanding(standing)),
    originClientId,
    limits: { scopes, ...(act !== undefined && { act }), ...(mayAct !== undefined && { mayAct }) },
    ...(audiences !== undefined && { audiences }),
    ...(signIn !== undefined && { signIn }),
  };
}

/** Finds why the client that asks may not act for the person who has signed in. */
async function findFaultOfActor(
  { findSignInContext, clock, environment, enabledGrants }: TokenEndpointDependencies,
  { clientId }: ActiveClient,
  { session }: StandingSignIn,
): Promise<SignInFault | undefined> {
  if (session === undefined) return undefined;
  const context = await findSignInContext(clientId, session.providerId);
  return findActorFault(context, { now: clock.now(), environment, enabledGrants });
}

const earlier = (one: Date, other: Date | undefined): Date =>
  other !== undefined && other < one ? other : one;

/** Tells whether the client is the backend of a product that these scopes belong to. */
export const isResourceServerFor = (
  { contract }: Pick<ActiveClient, 'contract'>,
  scopes: readonly string[],
): boolean =>
  contract.resourceServerOf.some((product) => scopes.some((scope) => scope.startsWith(`${product}/`)));

/**
 * Returns the audience of the new token: the whole API, or one product's part of it. It is never wider than
 * the audience of the subject token.
 * @throws {OAuthError} `invalid_target`
 */
function chooseAudience(
  { issuer }: TokenEndpointDependencies,
  { client }: ActiveClient,
  parameters: ReadonlyMap<string, string>,
  subjectAudiences: readonly string[] | undefined,
): string {
  const audience = parameters.get('audience');
  const resource = parameters.get('resource');
  if (audience !== undefined && resource !== undefined && audience !== resource) {
    throw new OAuthError('invalid_target', 'audience and resource differ', 'audience');
  }
  // A session has its own audience besides the product's, and no exchanged token may have that one.
  const ofCalls = subjectAudiences?.filter((each) => each !== sessionAudience(issuer)) ?? [];
  const onlySubjectAudience = ofCalls.length === 1 ? ofCalls[0] : undefined;
  const requested = audience ?? resource ?? onlySubjectAudience ?? issuer;
  const isForWholeApi = subjectAudiences === undefined || subjectAudiences.includes(issuer);
  const allowed = [issuer, `${issuer}/apis/${client.product}`].filter(
    (each) => isForWholeApi || subjectAudiences.includes(each),
  );
  assertCheck(
    'audience',
    allowed.includes(requested),
    'invalid_target',
    allowed.length === 0
      ? 'the subject token was meant for something else'
      : `the audience must be one of: ${allowed.join(', ')}`,
  );
  return requested;
}
