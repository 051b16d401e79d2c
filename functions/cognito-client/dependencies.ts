import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { clientSettings } from '../../adapters/aws/client.ts';
import { createClientMappings } from '../../adapters/aws/client-mappings.ts';
import { createClientRegistry } from '../../adapters/aws/cognito-client-registry.ts';
import { createContracts, createPartners } from '../../adapters/aws/contract-records.ts';
import { createOnboardings, createStalls, createSteps } from '../../adapters/aws/onboarding-records.ts';
import { createTable } from '../../adapters/aws/table.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { createVendorPace } from '../../adapters/vendor-pace.ts';

export function dependencies(env: NodeJS.ProcessEnv) {
  const { TABLE_NAME, COGNITO_USER_POOL_ID } = readEnvironment(env, ['TABLE_NAME', 'COGNITO_USER_POOL_ID']);
  const table = createTable({ tableName: TABLE_NAME, env });
  return {
    executions: createOnboardings(table, systemClock),
    steps: createSteps(table),
    stalls: createStalls(table),
    contracts: createContracts(table),
    partners: createPartners(table),
    clock: systemClock,
    pace: createVendorPace(['client-changes'], table, env),
    mappings: createClientMappings(table),
    registry: createClientRegistry({
      client: new CognitoIdentityProviderClient(clientSettings({ maxAttempts: 1 })),
      userPoolId: COGNITO_USER_POOL_ID,
    }),
  };
}
