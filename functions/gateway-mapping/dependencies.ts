import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { createGatewayKeys } from '../../adapters/aws/api-gateway-keys.ts';
import { clientSettings } from '../../adapters/aws/client.ts';
import { createClientMappings } from '../../adapters/aws/client-mappings.ts';
import { createMacKey } from '../../adapters/aws/kms-mac.ts';
import { createContracts, createPartners } from '../../adapters/aws/contract-records.ts';
import { createOnboardings, createStalls, createSteps } from '../../adapters/aws/onboarding-records.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { createVendorPace } from '../../adapters/vendor-pace.ts';

export function dependencies(env: NodeJS.ProcessEnv) {
  const { API_KEY_VALUE_KEY_ID } = readEnvironment(env, ['API_KEY_VALUE_KEY_ID']);
  return { ...undoDependencies(env), valueKey: createMacKey({ keyId: API_KEY_VALUE_KEY_ID, env }) };
}

/** Returns what undoing the step needs. */
export function undoDependencies(env: NodeJS.ProcessEnv) {
  const { TABLE_NAME, USAGE_PLAN_PREFIX } = readEnvironment(env, ['TABLE_NAME', 'USAGE_PLAN_PREFIX']);
  const table = createTable({ tableName: TABLE_NAME, env });
  return {
    executions: createOnboardings(table, systemClock),
    steps: createSteps(table),
    stalls: createStalls(table),
    contracts: createContracts(table),
    partners: createPartners(table),
    pace: createVendorPace(['api-keys'], table, env),
    mappings: createClientMappings(table),
    keys: createGatewayKeys({
      client: new APIGatewayClient(clientSettings({ maxAttempts: 1 })),
      planPrefix: USAGE_PLAN_PREFIX,
    }),
    clock: systemClock,
  };
}
