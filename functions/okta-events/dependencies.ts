import { createAuthorizerCache } from '../../adapters/aws/authorizer-cache.ts';
import { createLaterFlush } from '../../adapters/aws/later-flush.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { createUsers } from '../../adapters/aws/user-records.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { createRotatingCheck } from '../../adapters/http/sender-check.ts';
import { createCachedEventHookCheck, eventHookHeaders } from '../../adapters/okta/event-hook.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { cacheSeconds } from '../../core/authorization/authorize.ts';
import { recordCacheSeconds } from '../../core/clients/in-force.ts';

export function dependencies(env: NodeJS.ProcessEnv) {
  const { TABLE_NAME, OKTA_EVENT_SECRET_ID, REST_API_ID, API_STAGE } = readEnvironment(env, [
    'TABLE_NAME',
    'OKTA_EVENT_SECRET_ID',
    'REST_API_ID',
    'API_STAGE',
  ]);
  return {
    isFromOkta: createRotatingCheck(
      createCachedEventHookCheck({ secretId: OKTA_EVENT_SECRET_ID, clock: systemClock, env }),
      eventHookHeaders,
    ),
    users: createUsers(createTable({ tableName: TABLE_NAME, env })),
    cache: createAuthorizerCache({ restApiId: REST_API_ID, stage: API_STAGE, env }),
    laterFlush: createLaterFlush({ env }),
    delays: { memorySeconds: recordCacheSeconds, cacheSeconds },
    clock: systemClock,
  };
}

export type OktaEventsDependencies = ReturnType<typeof dependencies>;
