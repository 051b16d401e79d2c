import { secondsAfter } from '../clock.ts';
import type { Standing } from '../contracts/records.ts';
import type { ClientMapping } from './client-mapping.ts';
import type { DenyCode, Evaluation, Opening } from './evaluate.ts';
import type { Holder } from './holder.ts';
import { createPolicies, denyAll, endingAt, type InvokePolicy, stageArnOf } from './policy.ts';
import { oncePer } from '../remembered.ts';

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
  readonly holder: Holder;
  readonly client: Standing['client'];
  readonly methodArn: string;
}

const policiesOf = oncePer(({ routes }: ClientMapping) => createPolicies(routes));

function policyOf({ client, scopes, until }: Opening, stageArn: string, now: Date): InvokePolicy {
  const policy = policiesOf(client)(stageArn, scopes);
  return until === undefined || until >= secondsAfter(now, cacheSeconds) ? policy : endingAt(policy, until);
}

/** What API Gateway is told: all that the token opens from that address, whatever the one call was. */
export function authorize({
  now,
  evaluationId,
  evaluation,
  holder,
  client,
  methodArn,
}: AuthorizationRequest): Authorization {
  const stageArn = stageArnOf(methodArn);
  const { opening } = evaluation;
  return {
    principalId: holder.clientId,
    policyDocument: opening === undefined ? denyAll(stageArn) : policyOf(opening, stageArn, now),
    context: {
      clientId: holder.clientId,
      partnerId: client?.partnerId ?? '',
      contractId: client?.contractId ?? '',
      userId: holder.userId ?? noUser,
      evaluationId,
      denyCode: evaluation.decision === 'deny' ? evaluation.denyCode : 'insufficient_scope',
    },
    ...(opening !== undefined && { usageIdentifierKey: opening.client.apiKey }),
  };
}
