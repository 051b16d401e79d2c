import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGatewayKeys, createKeyCount } from '../../adapters/aws/api-gateway-keys.ts';
import { createClientCount, createClientRegistry } from '../../adapters/aws/cognito-client-registry.ts';
import { createRunningCount } from '../../adapters/aws/sfn-workflows.ts';
import { userPoolId } from '../support/deployed.ts';
import { type AwsTwin, startAwsTwin } from '../support/aws-twin.ts';

const stateMachineArn = 'arn:aws:states:eu-west-1:000000000000:stateMachine:sallyport-dev-onboarding';

/** A thousand executions in a page, and a few more. */
const listed: object[] = [];
const ListExecutions = (input: { readonly nextToken?: string }) => {
  listed.push(input);
  const count = input.nextToken === undefined ? 1000 : 7;
  const executions = Array.from({ length: count }, (_, number) => ({
    executionArn: `${stateMachineArn}:${number}`,
    stateMachineArn,
    name: String(number),
    status: 'RUNNING',
    startDate: 0,
  }));
  return { executions, ...(count === 1000 && { nextToken: 'more' }) };
};

let twin: AwsTwin;
beforeAll(async () => {
  twin = await startAwsTwin({ stepFunctions: { name: 'stepfunctions', operations: { ListExecutions } } });
});
afterAll(() => twin.stop());

test('X-14 all app clients of a pool are counted, page by page', async () => {
  const client = new CognitoIdentityProviderClient(twin.client);
  const count = createClientCount({ client, userPoolId });
  expect(await count()).toBe(0);
  const registry = createClientRegistry({ client, userPoolId });
  for (let number = 0; number < 65; number += 1) {
    await registry.create({ name: `client-${number}`, scopes: ['credit-reports/read'] });
  }
  expect(await count()).toBe(65);
});

test('X-14 all API keys of an account are counted, page by page', async () => {
  const client = new APIGatewayClient(twin.client);
  const keys = createGatewayKeys({ client, planPrefix: 'sallyport-dev-' });
  for (let number = 0; number < 510; number += 1) {
    await keys.create({ name: `key-${number}`, value: `0123456789abcdef0123456789abcdef${number}` });
  }
  expect(await createKeyCount(client)()).toBe(510);
});

test('X-14 the executions that run are counted by ListExecutions, page by page, whatever version started them', async () => {
  expect(
    await createRunningCount({
      client: new SFNClient(twin.client),
      stateMachineArn: `${stateMachineArn}:live`,
    })(),
  ).toBe(1007);
  expect(listed).toEqual([
    { stateMachineArn, statusFilter: 'RUNNING', maxResults: 1000 },
    { stateMachineArn, statusFilter: 'RUNNING', nextToken: 'more', maxResults: 1000 },
  ]);
});
