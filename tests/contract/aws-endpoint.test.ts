import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { APIGatewayClient, GetRestApisCommand } from '@aws-sdk/client-api-gateway';
import { CognitoIdentityProviderClient, ListUsersCommand } from '@aws-sdk/client-cognito-identity-provider';
import { CreateBackupCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ListIdentitiesCommand, SESClient } from '@aws-sdk/client-ses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGatewayKeys } from '../../adapters/aws/api-gateway-keys.ts';
import { createClientRegistry } from '../../adapters/aws/cognito-client-registry.ts';
import { userPoolId } from '../support/deployed.ts';
import { type AwsTwin, startAwsTwin } from '../support/aws-twin.ts';

describe("the twin's AWS endpoint", () => {
  let twin: AwsTwin;
  beforeAll(async () => {
    twin = await startAwsTwin();
  });
  afterAll(() => twin.stop());

  it.each([
    [
      'a JSON service',
      () =>
        new CognitoIdentityProviderClient(twin.client).send(
          new ListUsersCommand({ UserPoolId: 'eu-west-1_sallyport' }),
        ),
      'cognito ListUsers',
    ],
    [
      'DynamoDB',
      () =>
        new DynamoDBClient(twin.client).send(new CreateBackupCommand({ TableName: 'x', BackupName: 'xyz' })),
      'dynamodb CreateBackup',
    ],
    [
      'a query service',
      () => new SESClient(twin.client).send(new ListIdentitiesCommand({})),
      'ses ListIdentities',
    ],
    [
      'a REST service',
      () => new APIGatewayClient(twin.client).send(new GetRestApisCommand({})),
      'GET /restapis',
    ],
  ])('an operation of %s is refused by its name', async (_service, call, named) => {
    await expect(call()).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: `${named} is not among the operations that this twin of AWS offers.`,
    });
  });

  it('a service is refused by its name', async () => {
    const answer = await fetch(twin.url, {
      method: 'POST',
      body: '{}',
      headers: { 'x-amz-target': 'AmazonSSM.GetParameter', 'content-type': 'application/x-amz-json-1.1' },
    });
    expect({ status: answer.status, body: await answer.json() }).toEqual({
      status: 400,
      body: {
        __type: 'UnknownOperationException',
        message: 'AmazonSSM.GetParameter is not among the operations that this twin of AWS offers.',
      },
    });
    expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("wrong input is answered with every fault, in the service's words", async () => {
    const answer = await fetch(twin.url, {
      method: 'POST',
      body: '{"ClientName":"a/b"}',
      headers: { 'x-amz-target': 'AWSCognitoIdentityProviderService.CreateUserPoolClient' },
    });
    const { __type, message } = (await answer.json()) as { __type: string; message: string };
    expect({ status: answer.status, __type }).toEqual({ status: 400, __type: 'InvalidParameterException' });
    expect(message).toMatch(/^2 validation errors detected: UserPoolId: .*; ClientName: /);
  });

  it('STS knows one caller, whoever asks', async () => {
    const answer = await fetch(twin.url, {
      method: 'POST',
      body: new URLSearchParams({ Action: 'GetCallerIdentity', Version: '2011-06-15' }),
    });
    expect({ status: answer.status, type: answer.headers.get('content-type') }).toEqual({
      status: 200,
      type: 'text/xml',
    });
    expect(await answer.text()).toContain(
      '<GetCallerIdentityResult><Arn>arn:aws:iam::000000000000:user/twin</Arn>',
    );
  });

  it('a body that is no JSON is a SerializationException', async () => {
    const answer = await fetch(twin.url, {
      method: 'POST',
      body: '{',
      headers: { 'x-amz-target': 'TrentService.GenerateMac' },
    });
    expect({ status: answer.status, code: answer.headers.get('x-amzn-errortype') }).toEqual({
      status: 400,
      code: 'SerializationException',
    });
  });
});

/** Python itself takes a second or two to start on a busy machine. */
const patience = 60_000;

// `npm test` installs the CLI where it is missing.
describe('the AWS CLI, as it is, against the twin', () => {
  let twin: AwsTwin;
  const aws = async (...command: string[]): Promise<{ output: unknown; error: string }> => {
    const env = {
      ...process.env,
      AWS_ACCESS_KEY_ID: 'twin',
      AWS_SECRET_ACCESS_KEY: 'twin',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_PAGER: '',
      AWS_MAX_ATTEMPTS: '1',
    };
    const run = promisify(execFile)('aws', ['--endpoint-url', twin.url, '--output', 'json', ...command], {
      env,
    });
    return run.then(
      ({ stdout }) => ({ output: stdout === '' ? undefined : (JSON.parse(stdout) as unknown), error: '' }),
      (failure: unknown) => ({ output: undefined, error: String(failure) }),
    );
  };

  beforeAll(async () => {
    twin = await startAwsTwin();
  });
  afterAll(() => twin.stop());

  it(
    'reads what the adapters have made',
    async () => {
      const cognito = new CognitoIdentityProviderClient(twin.client);
      const gateway = new APIGatewayClient(twin.client);
      const { clientId } = await createClientRegistry({ client: cognito, userPoolId }).create({
        name: 'onb-1',
        scopes: [],
      });
      const gatewayKeys = createGatewayKeys({ client: gateway, planPrefix: '' });
      const { keyId } = await gatewayKeys.create({ name: 'onb-1', value: 'aValueThatIsLongEnough' });
      const [clients, table, keys, aliases, quota] = await Promise.all([
        aws('cognito-idp', 'list-user-pool-clients', '--user-pool-id', userPoolId),
        aws('dynamodb', 'scan', '--table-name', 'sallyport-dev'),
        aws('apigateway', 'get-api-keys', '--query', 'items[].id'),
        aws('kms', 'list-aliases', '--query', 'Aliases[].AliasName'),
        aws('ses', 'get-send-quota', '--query', 'Max24HourSend'),
      ]);
      expect(clients.output).toEqual({
        UserPoolClients: [{ ClientId: clientId, UserPoolId: userPoolId, ClientName: 'onb-1' }],
      });
      expect(table.output).toEqual({ Items: [], Count: 0, ScannedCount: 0, ConsumedCapacity: null });
      expect([keys.output, aliases.output, quota.output]).toEqual([
        [keyId],
        [
          'alias/sallyport-dev-links',
          'alias/sallyport-dev-codes',
          'alias/sallyport-dev-api-keys',
          'alias/sallyport-dev-sealing',
          'alias/sallyport-dev-provider-secrets',
          'alias/sallyport-dev-data',
        ],
        50_000,
      ]);
      cognito.destroy();
      gateway.destroy();
    },
    patience,
  );

  it(
    'hears of what is not there',
    async () => {
      const { error } = await aws('cognito-idp', 'list-users', '--user-pool-id', userPoolId);
      expect(error).toContain(
        'An error occurred (UnknownOperationException) when calling the ListUsers operation: cognito ListUsers is not among',
      );
    },
    patience,
  );
});
