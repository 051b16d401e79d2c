import { secondsAfter } from '../clock.ts';
import type { ClientMapping } from '../clients/client-mapping.ts';
import type { DenyCode, Evaluation, EffectiveAccess } from './evaluate.ts';
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
    readonly evaluationId: string;
    readonly denyCode: DenyCode;
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
  readonly evaluationId: string;
  readonly evaluation: Exclude<Evaluation, { decision: 'unauthorized' }>;
  readonly principal: Principal;
  readonly standing: Standing;
  readonly methodArn: string;
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
export function authorize({
  now,
  evaluationId,
  evaluation,
  principal,
  standing,
  methodArn,
}: AuthorizationRequest): Authorization {
  const stageArn = stageArnOf(methodArn);
  const { access } = evaluation;
  const { client } = standing.clientContext;
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
      evaluationId,
      denyCode: evaluation.decision === 'deny' ? evaluation.denyCode : 'insufficient_scope',
    },
    ...(access !== undefined && { usageIdentifierKey: access.client.apiKey }),
  };
}
