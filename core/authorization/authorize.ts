import { secondsAfter } from '../clock.ts';
import type { ClientContext } from '../clients/client-context.ts';
import type { ClientMapping } from '../clients/client-mapping.ts';
import type { DenyCode, Evaluation, EffectiveAccess } from './evaluate.ts';
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
 * The authorizer's answer. API Gateway keeps it for this token and address and reuses it for other calls, so
 * nothing in it describes one call. `denyCode` is what a denial under this policy means.
 */
export interface Authorization {
  readonly principalId: string;
  readonly policyDocument: InvokePolicy;
  readonly context: {
    readonly clientId: string;
    readonly partnerId: string;
    readonly contractId: string;
    /** {@link noUser} where the client calls for itself. */
    readonly userId: string;
    readonly evaluationId: string;
    readonly denyCode: DenyCode;
  };
  readonly usageIdentifierKey?: string;
}

/** How long API Gateway keeps an answer (resources/authorizer.yml). */
export const cacheSeconds = 300;

/** No user has this id. A header that were filled with nothing might come through as the caller sent it. */
export const noUser = '-';

export interface AuthorizationRequest {
  readonly now: Date;
  readonly evaluationId: string;
  readonly evaluation: Exclude<Evaluation, { decision: 'unauthorized' }>;
  readonly principal: Principal;
  readonly client: ClientContext['client'];
  readonly methodArn: string;
}

const policiesOf = memoize(({ routes }: ClientMapping) => createPolicies(routes));

function policyOf({ client, scopes, until }: EffectiveAccess, stageArn: string, now: Date): InvokePolicy {
  const policy = policiesOf(client)(stageArn, scopes);
  return until === undefined || until >= secondsAfter(now, cacheSeconds) ? policy : withExpiry(policy, until);
}

/** What API Gateway is told: all that the token opens from that address, whatever the one call was. */
export function authorize({
  now,
  evaluationId,
  evaluation,
  principal,
  client,
  methodArn,
}: AuthorizationRequest): Authorization {
  const stageArn = stageArnOf(methodArn);
  const { access } = evaluation;
  return {
    principalId: principal.clientId,
    policyDocument: access === undefined ? denyAll(stageArn) : policyOf(access, stageArn, now),
    context: {
      clientId: principal.clientId,
      partnerId: client?.partnerId ?? '',
      contractId: client?.contractId ?? '',
      userId: principal.userId ?? noUser,
      evaluationId,
      denyCode: evaluation.decision === 'deny' ? evaluation.denyCode : 'insufficient_scope',
    },
    ...(access !== undefined && { usageIdentifierKey: access.client.apiKey }),
  };
}
