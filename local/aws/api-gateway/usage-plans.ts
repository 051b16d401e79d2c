import * as z from 'zod';
import type { Collection } from '../../kernel/store.ts';
import { operation } from '../operation.ts';
import { AwsError } from '../service.ts';
import type { ApiKeys } from './api-keys.ts';
import { page, paging } from './paging.ts';

/** A usage plan as it is deployed, with its full name. */
export interface UsagePlanDefinition {
  readonly id: string;
  readonly name: string;
  /** `rate` is in requests per second; `burst` is the number of requests that may arrive at once. */
  readonly rate: number;
  readonly burst: number;
  readonly quota: { readonly limit: number; readonly period: 'DAY' | 'WEEK' | 'MONTH' };
}

/** The assignment of a key to a usage plan. */
export interface PlanKey {
  readonly planId: string;
  readonly keyId: string;
}

export const planKeyId = (planId: string, keyId: string): string => `${planId} ${keyId}`;

export function usagePlanOperations(
  plans: readonly UsagePlanDefinition[],
  planKeys: Collection<PlanKey>,
  keys: ApiKeys,
) {
  const planById = (id: string): UsagePlanDefinition => {
    const plan = plans.find((each) => each.id === id);
    if (plan === undefined) {
      throw new AwsError('NotFoundException', 'Invalid Usage Plan identifier specified', 404);
    }
    return plan;
  };
  const describedKey = (keyId: string) => {
    const { id, name, value } = keys.byId(keyId);
    return { id, type: 'API_KEY', name, value };
  };
  const onPlan = (planId: string, keyId: string): PlanKey => {
    const found = planKeys.get(planKeyId(planById(planId).id, keyId));
    if (found === undefined) {
      throw new AwsError('NotFoundException', 'Invalid Usage Plan Key identifier specified', 404);
    }
    return found;
  };
  const plan = z.object({ usagePlanId: z.string() });
  const planKey = z.object({ ...plan.shape, keyId: z.string() });

  return {
    GetUsagePlans: operation(z.object({ ...paging, keyId: z.string().optional() }), ({ keyId, ...where }) =>
      page(
        plans
          .filter(({ id }) => keyId === undefined || planKeys.get(planKeyId(id, keyId)) !== undefined)
          .map(describedPlan),
        where,
      ),
    ),

    GetUsagePlan: operation(plan, ({ usagePlanId }) => describedPlan(planById(usagePlanId))),

    CreateUsagePlanKey: operation(
      z.object({ ...planKey.shape, keyType: z.literal('API_KEY') }),
      ({ usagePlanId, keyId }) => {
        const { id } = planById(usagePlanId);
        const key = describedKey(keyId);
        if (plans.some((each) => planKeys.get(planKeyId(each.id, keyId)) !== undefined)) {
          throw new AwsError(
            'ConflictException',
            'The API Key is already on a usage plan of this stage',
            409,
          );
        }
        planKeys.put(planKeyId(id, keyId), { planId: id, keyId });
        return key;
      },
    ),

    GetUsagePlanKeys: operation(z.object({ ...plan.shape, ...paging }), ({ usagePlanId, ...where }) => {
      const { id } = planById(usagePlanId);
      return page(
        planKeys
          .all()
          .filter(({ planId }) => planId === id)
          .map(({ keyId }) => describedKey(keyId)),
        where,
      );
    }),

    GetUsagePlanKey: operation(planKey, ({ usagePlanId, keyId }) =>
      describedKey(onPlan(usagePlanId, keyId).keyId),
    ),

    DeleteUsagePlanKey: operation(planKey, ({ usagePlanId, keyId }) => {
      const found = onPlan(usagePlanId, keyId);
      planKeys.delete(planKeyId(found.planId, found.keyId));
    }),
  };
}

const describedPlan = ({ id, name, rate, burst, quota }: UsagePlanDefinition) => ({
  id,
  name,
  apiStages: [],
  throttle: { rateLimit: rate, burstLimit: burst },
  quota: { ...quota, offset: 0 },
});
