import { setTimeout } from 'node:timers/promises';
import { createAuthorizerCache } from '../../adapters/aws/authorizer-cache.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { systemClock } from '../../adapters/system-clock.ts';

export function dependencies(env: NodeJS.ProcessEnv) {
  const { REST_API_ID, API_STAGE } = readEnvironment(env, ['REST_API_ID', 'API_STAGE']);
  return {
    cache: createAuthorizerCache({ restApiId: REST_API_ID, stage: API_STAGE, env }),
    clock: systemClock,
    sleep: (milliseconds: number): Promise<void> => setTimeout(milliseconds),
  };
}

export type FlushDependencies = ReturnType<typeof dependencies>;
