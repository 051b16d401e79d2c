import type { AuthorizerCache } from '../../core/operators/propagation.ts';
import { awsCalls } from './errors.ts';
import { createPlainCalls } from './plain-calls.ts';

const gateway = awsCalls('apigateway');

/**
 * Creates the port that flushes the authorizer cache of one stage of a REST API.
 * https://docs.aws.amazon.com/apigateway/latest/api/API_FlushStageAuthorizersCache.html
 */
export function createAuthorizerCache({
  restApiId,
  stage,
  env,
}: {
  readonly restApiId: string;
  readonly stage: string;
  readonly env: NodeJS.ProcessEnv;
}): AuthorizerCache {
  const call = createPlainCalls({
    host: 'apigateway',
    method: 'DELETE',
    path: `/restapis/${restApiId}/stages/${stage}/cache/authorizers`,
    requestTimeout: 2000,
    attempts: 2,
    env,
  });
  return {
    flush: async () => {
      await gateway.effect('FlushStageAuthorizersCache', () => call());
    },
  };
}
