import { APIGatewayClient, DeleteApiKeyCommand, GetApiKeysCommand } from '@aws-sdk/client-api-gateway';
import {
  CognitoIdentityProviderClient,
  ListUserPoolClientsCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GenerateMacCommand, KMSClient } from '@aws-sdk/client-kms';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SendEmailCommand, SESClient } from '@aws-sdk/client-ses';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTableReader } from '../../adapters/aws/table-reader.ts';
import { Defect } from '../../core/errors.ts';
import { keyArn } from '../../local/aws/kms.ts';
import { accessKeyIdOf } from '../../local/iam/credentials.ts';
import type { Permission } from '../../local/iam/role.ts';
import { type AwsTwin, startAwsTwin } from '../support/aws-twin.ts';
import { deployment } from '../support/deployed.ts';

const functionName = 'sallyport-dev-okta-profile';
const user = `arn:aws:sts::000000000000:assumed-role/sallyport-dev-OktaProfileRole/${functionName}`;
const table = 'arn:aws:dynamodb:eu-west-1:000000000000:table/sallyport-dev';
const machine = 'arn:aws:states:eu-west-1:000000000000:stateMachine:sallyport-dev-onboarding';
const execution = 'arn:aws:states:eu-west-1:000000000000:execution:sallyport-dev-onboarding:one';
const keyOf = (spec: string): string => keyArn(deployment.keys.find((key) => key.spec === spec)?.keyId ?? '');
const macKey = keyOf('HMAC_256');
/** The key that encrypts the state machine. */
const dataKey = deployment.stateMachines[0]?.keyArn ?? '';
const allowing = (
  action: string,
  resource: string,
  conditions: Permission['conditions'] = {},
): Permission => ({ action, resource, conditions });

const mail = new SendEmailCommand({
  Source: 'Credit <no-reply@credit.example>',
  Destination: { ToAddresses: ['a@b.example'] },
  Message: { Subject: { Data: 'x' }, Body: { Text: { Data: 'x' } } },
});
const item = new GetItemCommand({ TableName: 'sallyport-dev', Key: { pk: { S: 'a' }, sk: { S: 'b' } } });

let twin: AwsTwin;
const permissions: Permission[] = [];
const clients: { destroy(): void }[] = [];
beforeAll(async () => {
  twin = await startAwsTwin({
    configurationSets: ['sallyport-dev'],
    stepFunctions: {
      name: 'stepfunctions',
      operations: {
        StartExecution: () => ({ executionArn: execution, startDate: 0 }),
        DescribeExecution: () => ({ executionArn: execution, status: 'RUNNING' }),
      },
    },
    roles: [{ name: 'sallyport-dev-OktaProfileRole', functionName, permissions }],
  });
});
afterEach(() => {
  permissions.length = 0;
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await twin.stop();
});

type Settings = AwsTwin['client'];
const asFunction = (): Settings => ({
  ...twin.client,
  credentials: { accessKeyId: accessKeyIdOf(functionName), secretAccessKey: 'twin' },
});
const closing = <Client extends { destroy(): void }>(client: Client): Client => {
  clients.push(client);
  return client;
};

/** What each service needs for a request, and how it refuses it. */
const requests: readonly {
  readonly name: string;
  readonly send: (settings: Settings) => Promise<unknown>;
  readonly needs: readonly Permission[];
  readonly error: string;
  readonly status: number;
}[] = [
  {
    name: 'an item',
    send: (settings) => closing(new DynamoDBClient(settings)).send(item),
    needs: [allowing('dynamodb:GetItem', table)],
    error: 'AccessDeniedException',
    status: 400,
  },
  {
    name: 'a query of an index',
    needs: [allowing('dynamodb:Query', `${table}/index/gsi1`)],
    error: 'AccessDeniedException',
    status: 400,
    send: (settings) =>
      closing(new DynamoDBClient(settings)).send(
        new QueryCommand({
          TableName: 'sallyport-dev',
          IndexName: 'gsi1',
          KeyConditionExpression: 'gsi1pk = :a',
          ExpressionAttributeValues: { ':a': { S: 'a' } },
        }),
      ),
  },
  {
    name: 'a user pool',
    needs: [
      allowing(
        'cognito-idp:ListUserPoolClients',
        'arn:aws:cognito-idp:eu-west-1:000000000000:userpool/eu-west-1_sallyport',
      ),
    ],
    error: 'AccessDeniedException',
    status: 400,
    send: (settings) =>
      closing(new CognitoIdentityProviderClient(settings)).send(
        new ListUserPoolClientsCommand({ UserPoolId: 'eu-west-1_sallyport' }),
      ),
  },
  {
    name: 'a list of API keys',
    needs: [allowing('apigateway:GET', 'arn:aws:apigateway:eu-west-1::/apikeys')],
    error: 'AccessDeniedException',
    status: 403,
    send: (settings) => closing(new APIGatewayClient(settings)).send(new GetApiKeysCommand({})),
  },
  {
    name: 'a key by its alias',
    needs: [allowing('kms:GenerateMac', macKey)],
    error: 'AccessDeniedException',
    status: 400,
    send: (settings) =>
      closing(new KMSClient(settings)).send(
        new GenerateMacCommand({
          KeyId: 'alias/sallyport-dev-links',
          MacAlgorithm: 'HMAC_SHA_256',
          Message: Buffer.from('a'),
        }),
      ),
  },
  {
    name: 'an event',
    needs: [allowing('events:PutEvents', 'arn:aws:events:eu-west-1:000000000000:event-bus/default')],
    error: 'AccessDeniedException',
    status: 400,
    send: (settings) =>
      closing(new EventBridgeClient(settings)).send(
        new PutEventsCommand({ Entries: [{ Source: 'sallyport', DetailType: 'x', Detail: '{}' }] }),
      ),
  },
  {
    name: 'a start',
    needs: [allowing('states:StartExecution', machine)],
    error: 'AccessDeniedException',
    status: 400,
    send: (settings) =>
      closing(new SFNClient(settings)).send(new StartExecutionCommand({ stateMachineArn: machine })),
  },
  {
    name: 'an invocation',
    needs: [allowing('lambda:InvokeFunction', '*')],
    error: 'AccessDeniedException',
    status: 403,
    send: (settings) =>
      closing(new LambdaClient(settings)).send(new InvokeCommand({ FunctionName: functionName })),
  },
];

const refusedIn = (name: string, message: string, httpStatusCode: number) => ({
  name,
  message,
  $metadata: expect.objectContaining({ httpStatusCode }) as unknown,
});
const refusal = (action: string, resource: string): string =>
  `User: ${user} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;

// Threat T-14
describe('a function may do what its role allows, and nothing else', () => {
  it.each(requests)('$name', async ({ send, needs, error, status }) => {
    const [{ action, resource } = allowing('', '')] = needs;
    await expect(send(asFunction())).rejects.toMatchObject(
      refusedIn(error, refusal(action, resource), status),
    );
    permissions.push(allowing(action, `${resource}/another`), allowing('dynamodb:DeleteItem', '*'));
    if (resource !== '*') {
      await expect(send(asFunction())).rejects.toMatchObject(
        refusedIn(error, refusal(action, resource), status),
      );
    }
    permissions.push(...needs);
    const uses = () => twin.aws.permissionUses().map(({ used }) => used);
    const before = uses();
    await send(asFunction());
    expect(uses().map((used, index) => used - (before[index] ?? 0))).toEqual([0, 0, 1]);
  });

  const sesArn = (resource: string) => `arn:aws:ses:eu-west-1:000000000000:${resource}`;
  const sendMail = (different: Partial<SendEmailCommand['input']> = {}) =>
    closing(new SESClient(asFunction())).send(new SendEmailCommand({ ...mail.input, ...different }));

  it("a mail, for its sender's identity, the recipient's as in the sandbox, and its configuration set", async () => {
    const needed = ['identity/credit.example', 'identity/a@b.example', 'configuration-set/sallyport-dev'].map(
      sesArn,
    );
    for (const resource of needed) {
      const words = `User \`${user}' is not authorized to perform \`ses:SendEmail' on resource \`${resource}'`;
      await expect(sendMail()).rejects.toMatchObject(refusedIn('AccessDenied', words, 403));
      permissions.push(allowing('ses:SendEmail', resource));
    }
    await sendMail();
  });

  it('a mail by another configuration set, where it may use that one', async () => {
    permissions.push(
      allowing('ses:SendEmail', sesArn('identity/*')),
      allowing('ses:SendEmail', sesArn('configuration-set/sallyport-dev')),
    );
    await expect(sendMail({ ConfigurationSetName: 'another' })).rejects.toMatchObject({
      message: expect.stringContaining('configuration-set/another') as unknown,
    });
  });

  it('a mail from the addresses that a condition names, whatever stands before them', async () => {
    const senders = {
      StringEquals: { 'ses:FromAddress': ['no-reply@credit.example', 'api@credit.example'] },
    };
    permissions.push(
      allowing('ses:SendEmail', sesArn('identity/*'), senders),
      allowing('ses:SendEmail', sesArn('configuration-set/sallyport-dev')),
    );
    await sendMail({ Source: 'Credit <no-reply@credit.example>' });
    await sendMail({ Source: 'api@credit.example' });
    for (const Source of [
      'somebody@credit.example',
      'no-reply@credit.example <x@credit.example>',
      'no-reply@credit.example.other.example',
    ]) {
      await expect(sendMail({ Source }), Source).rejects.toMatchObject({ name: 'AccessDenied' });
    }
  });

  it('a start by an alias, of the machine', async () => {
    const send = () =>
      closing(new SFNClient(asFunction())).send(
        new StartExecutionCommand({ stateMachineArn: `${machine}:live` }),
      );
    permissions.push(allowing('states:StartExecution', `${machine}:live`));
    await expect(send()).rejects.toMatchObject(
      refusedIn('AccessDeniedException', refusal('states:StartExecution', machine), 400),
    );
    permissions.push(allowing('states:StartExecution', machine));
    await send();
  });

  it('a description of an execution, which is encrypted, for its own state machine', async () => {
    const send = () =>
      closing(new SFNClient(asFunction())).send(new DescribeExecutionCommand({ executionArn: execution }));
    const context = (arn: string) => ({
      StringEquals: { 'kms:EncryptionContext:aws:states:stateMachineArn': [arn] },
    });
    permissions.push(
      allowing('states:DescribeExecution', execution.replace(/one$/, '*')),
      allowing('kms:Decrypt', dataKey, context(`${machine}2`)),
    );
    await expect(send()).rejects.toMatchObject(
      refusedIn('KmsAccessDeniedException', refusal('kms:Decrypt', dataKey), 400),
    );
    permissions.push(allowing('kms:Decrypt', dataKey, context(machine)));
    await send();
  });

  it('a key that the role names with an asterisk', async () => {
    const send = () =>
      closing(new APIGatewayClient(asFunction())).send(new DeleteApiKeyCommand({ apiKey: 'none' }));
    await expect(send()).rejects.toMatchObject({ name: 'AccessDeniedException' });
    permissions.push(allowing('apigateway:DELETE', 'arn:aws:apigateway:eu-west-1::/apikeys/*'));
    await expect(send()).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  it('an item without the SDK', async () => {
    const {
      credentials: { accessKeyId, secretAccessKey },
    } = asFunction();
    const env = {
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL: twin.url,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: 'twin',
    };
    const reader = createTableReader({ tableName: 'sallyport-dev', requestTimeout: 5000, env });
    await expect(reader.get({ pk: 'a', sk: 'b' })).rejects.toThrow(
      new Defect({ service: 'dynamodb', operation: 'GetItem', detail: 'AccessDeniedException' }),
    );
    permissions.push(allowing('dynamodb:GetItem', table));
    expect(await reader.get({ pk: 'a', sk: 'b' })).toBeUndefined();
  });

  it('who it is, whatever its role', async () => {
    expect(await closing(new STSClient(asFunction())).send(new GetCallerIdentityCommand({}))).toEqual({
      Account: '000000000000',
      UserId: 'AIDAIOSFODNN7TWIN000',
      Arn: 'arn:aws:iam::000000000000:user/twin',
      $metadata: expect.any(Object) as object,
    });
  });
});

it.each(requests)('anybody else may do everything: $name', async ({ send }) => {
  await send(twin.client);
});

it('what is refused has not happened, and counts for no permission', async () => {
  const put = new PutItemCommand({
    TableName: 'sallyport-dev',
    Item: { pk: { S: 'refused' }, sk: { S: 'b' } },
  });
  permissions.push(allowing('dynamodb:UpdateItem', table));
  await expect(closing(new DynamoDBClient(asFunction())).send(put)).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
  const { Item } = await closing(new DynamoDBClient(twin.client)).send(
    new GetItemCommand({ TableName: 'sallyport-dev', Key: { pk: { S: 'refused' }, sk: { S: 'b' } } }),
  );
  expect(Item).toBeUndefined();
  expect(twin.aws.permissionUses()).toEqual([
    { role: 'sallyport-dev-OktaProfileRole', ...allowing('dynamodb:UpdateItem', table), used: 0 },
  ]);
});
