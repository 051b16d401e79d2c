import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { createKeyCount } from '../../adapters/aws/api-gateway-keys.ts';
import { clientSettings } from '../../adapters/aws/client.ts';
import { createClientCount } from '../../adapters/aws/cognito-client-registry.ts';
import { createAlerts } from '../../adapters/aws/eventbridge-alerts.ts';
import { createStalls, createTickets } from '../../adapters/aws/onboarding-records.ts';
import { createRunningCount, createWorkflows } from '../../adapters/aws/sfn-workflows.ts';
import { createCapacity } from '../../adapters/capacity-settings.ts';
import { readEnvironment } from '../../adapters/environment.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { dependencies as ticketReportDependencies } from '../ticket-report/dependencies.ts';

export function dependencies(env: NodeJS.ProcessEnv) {
  const {
    STATE_MACHINE_ARN: stateMachineArn,
    COGNITO_USER_POOL_ID: userPoolId,
    OPERATORS_DECIDE_AFTER_HOURS,
    PERSONAL_DATA_DAYS,
  } = readEnvironment(env, [
    'STATE_MACHINE_ARN',
    'COGNITO_USER_POOL_ID',
    'OPERATORS_DECIDE_AFTER_HOURS',
    'PERSONAL_DATA_DAYS',
  ]);
  const stepFunctions = new SFNClient(clientSettings({ maxAttempts: 3 }));
  const { table, ...reporting } = ticketReportDependencies(env);
  return {
    ...reporting,
    tickets: createTickets(table, systemClock),
    stalls: createStalls(table),
    workflows: createWorkflows({ client: stepFunctions, stateMachineArn }),
    alerts: createAlerts({ client: new EventBridgeClient(clientSettings({ maxAttempts: 3 })) }),
    ...createCapacity(table, env),
    count: {
      'app-clients': createClientCount({
        client: new CognitoIdentityProviderClient(clientSettings({ maxAttempts: 3 })),
        userPoolId,
      }),
      'api-keys': createKeyCount(new APIGatewayClient(clientSettings({ maxAttempts: 3 }))),
    },
    countRunning: createRunningCount({ client: stepFunctions, stateMachineArn }),
    operatorsDecideAfterHours: Number(OPERATORS_DECIDE_AFTER_HOURS),
    personalDataDays: Number(PERSONAL_DATA_DAYS),
    clock: systemClock,
  };
}
