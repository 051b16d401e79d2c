import * as z from 'zod';
import type { Clock } from '../../../core/clock.ts';
import type { UsagePlan } from '../../gateway/usage.ts';
import type { Store } from '../../kernel/store.ts';
import { operation } from '../operation.ts';
import { AwsError } from '../service.ts';
import type { RestService } from '../wire/rest.ts';
import { type ApiKey, apiKeyOperations, openApiKeys } from './api-keys.ts';
import { type PlanKey, planKeyId, type UsagePlanDefinition, usagePlanOperations } from './usage-plans.ts';

const stage = z.object({ restApi: z.string(), stage: z.string() });

/** The only REST API as it is deployed, with its stage and the usage plans of the stage. */
export interface ApiDefinition {
  readonly apiId: string;
  readonly stage: string;
  /** With their full names: `sallyport-dev-standard`, … */
  readonly usagePlans: readonly UsagePlanDefinition[];
}

/** The control plane of API Gateway: keys, their usage plans, and the cache of the authorizer. */
export interface ApiGateway {
  readonly service: RestService;
  /** Returns the usage plan of the enabled key with this value. The gateway calls this on every request. */
  readonly planOf: (keyValue: string) => UsagePlan | undefined;
}

export function createApiGateway({
  store,
  clock,
  api: { apiId, stage: apiStage, usagePlans: plans },
  onFlush = () => undefined,
}: {
  readonly store: Store;
  readonly clock: Clock;
  readonly api: ApiDefinition;
  /** Called when the authorizer's cached answers have to be discarded. */
  readonly onFlush?: () => void;
}): ApiGateway {
  const keyStore = store.collection<ApiKey>('apigateway-keys');
  const planKeys = store.collection<PlanKey>('apigateway-plan-keys');
  const keys = openApiKeys(keyStore);
  const forget = (keyId: string): void => {
    for (const { id } of plans) planKeys.delete(planKeyId(id, keyId));
  };

  return {
    service: {
      name: 'apigateway',
      operations: {
        ...apiKeyOperations(keyStore, keys, clock, forget),
        ...usagePlanOperations(plans, planKeys, keys),
        FlushStageAuthorizersCache: operation(stage, (named) => {
          if (named.restApi !== apiId) {
            throw new AwsError('NotFoundException', 'Invalid API identifier specified', 404);
          }
          if (named.stage !== apiStage) {
            throw new AwsError('NotFoundException', 'Invalid stage identifier specified', 404);
          }
          onFlush();
        }),
      },
      routes: [
        {
          operation: 'FlushStageAuthorizersCache',
          method: 'DELETE',
          path: '/restapis/:restApi/stages/:stage/cache/authorizers',
          status: 202,
        },
        { operation: 'CreateApiKey', method: 'POST', path: '/apikeys', status: 201 },
        { operation: 'GetApiKeys', method: 'GET', path: '/apikeys', status: 200 },
        { operation: 'GetApiKey', method: 'GET', path: '/apikeys/:apiKey', status: 200 },
        { operation: 'DeleteApiKey', method: 'DELETE', path: '/apikeys/:apiKey', status: 202 },
        { operation: 'GetUsagePlans', method: 'GET', path: '/usageplans', status: 200 },
        { operation: 'GetUsagePlan', method: 'GET', path: '/usageplans/:usagePlanId', status: 200 },
        {
          operation: 'CreateUsagePlanKey',
          method: 'POST',
          path: '/usageplans/:usagePlanId/keys',
          status: 201,
        },
        { operation: 'GetUsagePlanKeys', method: 'GET', path: '/usageplans/:usagePlanId/keys', status: 200 },
        {
          operation: 'GetUsagePlanKey',
          method: 'GET',
          path: '/usageplans/:usagePlanId/keys/:keyId',
          status: 200,
        },
        {
          operation: 'DeleteUsagePlanKey',
          method: 'DELETE',
          path: '/usageplans/:usagePlanId/keys/:keyId',
          status: 202,
        },
      ],
    },
    planOf: (keyValue) => {
      const key = keys.byValue(keyValue);
      if (key?.enabled !== true) return undefined;
      const plan = plans.find(({ id }) => planKeys.get(planKeyId(id, key.id)) !== undefined);
      return (
        plan && {
          planId: plan.id,
          keyId: key.id,
          throttle: { rateLimit: plan.rate, burstLimit: plan.burst },
          quota: plan.quota,
        }
      );
    },
  };
}
