import type { Catalogue } from '../catalogue/catalogue.ts';
import { quotaResetOf, rateLimitPolicyOf } from '../catalogue/rate-limit.ts';
import { secondsAfter } from '../clock.ts';
import type { ClientMapping } from '../clients/client-mapping.ts';
import { type DenyCode, type Evaluation, type EffectiveAccess, isIntendedFor } from './evaluate.ts';
import { partnerOfUser, type Standing } from '../tokens/standing.ts';
import type { Principal } from './principal.ts';
import {
  createPolicies,
  denyAll,
  withExpiry,
  type InvokePolicy,
  stageArnOf,
} from '../invoke-policies/policy.ts';
import { memoize } from '../cache.ts';
import { entryOf } from '../entry-of.ts';

/**
 * The authorizer's answer. API Gateway caches it per token and source address and reuses it for other calls,
 * so nothing in it describes a single call. `denyCode` tells the caller why a call is denied under this
 * policy.
 */
export interface Authorization {
  readonly principalId: string;
  readonly policyDocument: InvokePolicy;
  readonly context: {
    readonly clientId: string;
    /** The partner of the client that calls. */
    readonly partnerId: string;
    readonly contractId: string;
    /** {@link noUser} if the client calls for itself. */
    readonly userId: string;
    /** The partner of the user, which is another one if the token was exchanged; or {@link noUser}. */
    readonly userPartnerId: string;
    /** The id of the authorizer's invocation, as in its log. */
    readonly invocationId: string;
    /** The sealed facts of the evaluation; the id of the invocation where they are not sealed. */
    readonly evaluationId: string;
    readonly denyCode: DenyCode;
    /** The scopes in effect, separated by spaces: those that token, client and contract all have. */
    readonly scopes: string;
    /** The address of the product's documentation, which has a section for each deny code. */
    readonly documentation: string;
    /** The value of `WWW-Authenticate` for a denial under this policy (RFC 6750 §3). */
    readonly challenge: string;
    /** The value of `RateLimit-Policy`: the limits of the client's rate plan. Empty if the plan is not known. */
    readonly rateLimitPolicy: string;
    /** When the quota begins anew, as `Retry-After` has it (RFC 9110 §10.2.3). Empty if the plan is not known. */
    readonly quotaReset: string;
  };
  readonly usageIdentifierKey?: string;
}

/** How long API Gateway caches an answer, in seconds (resources/authorizer.yml). */
export const cacheSeconds = 300;

/**
 * The user id, and the user's partner, of calls without a user. No user or partner has this id. It is not empty, because an empty header might
 * let the header that the caller sent come through.
 */
export const noUser = '-';

/** Everything that the authorizer's answer is built from. */
export interface AuthorizationRequest {
  readonly now: Date;
  readonly invocationId: string;
  readonly evaluation: Exclude<Evaluation, { decision: 'unauthorized' }>;
  readonly principal: Principal;
  readonly standing: Standing;
  readonly methodArn: string;
  readonly publicUrl: string;
  readonly ratePlans: Catalogue['ratePlans'];
}

const realm = 'Bearer realm="sallyport"';

/**
 * Returns the challenge for a denial. It names the scopes of the product that are not in effect, if other
 * scopes would help: a better token, or another contract, could have them.
 */
function challengeOf(
  { evaluation, principal, standing }: AuthorizationRequest,
  denyCode: DenyCode,
  scopes: readonly string[],
): string {
  if (denyCode !== 'insufficient_scope') return realm;
  const { client } = standing.clientContext;
  const scopesWouldHelp =
    client !== undefined && evaluation.rule !== 'product' && isIntendedFor(principal, client);
  const lacked = scopesWouldHelp
    ? [...new Set(client.routes.map(({ scope }) => scope))].filter((scope) => !scopes.includes(scope))
    : [];
  const scope = lacked.length === 0 ? '' : `, scope="${lacked.join(' ')}"`;
  return `${realm}, error="insufficient_scope"${scope}`;
}

const rateLimitPolicy = memoize(rateLimitPolicyOf);

/**
 * Returns what the client's rate plan limits. A client that was onboarded before its plan was recorded has that of its
 * contract.
 */
function limitsOf({ standing, ratePlans, now }: AuthorizationRequest) {
  const { client, contract } = standing.clientContext;
  const plan = entryOf(ratePlans, client?.ratePlan ?? contract?.ratePlan ?? '');
  if (plan === undefined) return { rateLimitPolicy: '', quotaReset: '' };
  return { rateLimitPolicy: rateLimitPolicy(plan), quotaReset: quotaResetOf(plan, now).toUTCString() };
}

const policiesOf = memoize(({ routes }: ClientMapping) => createPolicies(routes));

function policyOf({ client, scopes, until }: EffectiveAccess, stageArn: string, now: Date): InvokePolicy {
  const policy = policiesOf(client)(stageArn, scopes);
  return until === undefined || until >= secondsAfter(now, cacheSeconds) ? policy : withExpiry(policy, until);
}

/**
 * Builds the answer for API Gateway: everything that the token may call from that address, not only this one
 * call.
 */
export function authorize(request: AuthorizationRequest): Authorization {
  const { now, invocationId, evaluation, principal, standing, methodArn, publicUrl } = request;
  const stageArn = stageArnOf(methodArn);
  const { access } = evaluation;
  const { client } = standing.clientContext;
  const scopes = access?.scopes ?? [];
  const denyCode = evaluation.decision === 'deny' ? evaluation.denyCode : 'insufficient_scope';
  return {
    principalId: principal.clientId,
    policyDocument: access === undefined ? denyAll(stageArn) : policyOf(access, stageArn, now),
    context: {
      clientId: principal.clientId,
      partnerId: client?.partnerId ?? '',
      contractId: client?.contractId ?? '',
      userId: principal.userId ?? noUser,
      userPartnerId:
        (principal.userId === undefined ? undefined : partnerOfUser(principal, standing)) ?? noUser,
      invocationId,
      evaluationId: invocationId,
      denyCode,
      scopes: scopes.join(' '),
      documentation: client === undefined ? `${publicUrl}/docs` : `${publicUrl}/docs/${client.product}`,
      challenge: challengeOf(request, denyCode, scopes),
      ...limitsOf(request),
    },
    ...(access !== undefined && { usageIdentifierKey: access.client.apiKey }),
  };
}
