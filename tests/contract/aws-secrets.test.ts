import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSecret } from '../../adapters/aws/secrets.ts';
import { createServiceNowCredentials } from '../../adapters/servicenow/credentials.ts';
import { createRotatingCheck } from '../../adapters/http/sender-check.ts';
import { createCachedSignatureCheck, signatureHeaders } from '../../adapters/servicenow/webhook-signature.ts';
import { StepError } from '../../core/errors.ts';
import type { CachedSecret } from '../../core/secrets/cached-secret.ts';
import { accessKeyIdOf } from '../../local/iam/credentials.ts';
import type { Permission } from '../../local/iam/role.ts';
import { faultModes } from '../../local/kernel/faults.ts';
import { type Served, serve } from '../../local/kernel/serve.ts';
import { type AwsTwin, startAwsTwin } from '../support/aws-twin.ts';

const functionName = 'sallyport-dev-ticket-report';
const secretArn = 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:';
const [first, second] = ['one', 'two'].map(
  (name) => `whsec_${Buffer.from(`the webhook secret ${name}`).toString('base64')}`,
);
const common = {
  servicenowWebhookSecret: first,
  servicenowClientSecret: 'common',
  oktaPrivateKey: '{}',
  oktaLoginKey: '{}',
};

let twin: AwsTwin;
let counted: Served;
/** The targets of all requests. */
let requests: string[] = [];
let permissions: Permission[] = [];
beforeEach(async () => {
  [requests, permissions] = [
    [],
    [
      {
        action: 'secretsmanager:GetSecretValue',
        resource: `${secretArn}sallyport-dev/*-??????`,
        conditions: {},
      },
    ],
  ];
  twin = await startAwsTwin({
    secrets: {
      'sallyport-dev/servicenow': '{"servicenowClientSecret":"s1"}',
      'sallyport-dev/webhook': JSON.stringify({ servicenowWebhookSecret: first }),
    },
    roles: [{ name: 'sallyport-dev-TicketReportRole', functionName, permissions }],
  });
  counted = await serve(
    {
      fetch: (request, bindings) => {
        requests.push(request.headers.get('x-amz-target') ?? '');
        return twin.aws.fetch(request, bindings);
      },
    },
    0,
  );
});
afterEach(async () => {
  await counted.close();
  await twin.stop();
});

const env = (accessKeyId = accessKeyIdOf(functionName)) => ({
  AWS_REGION: 'eu-west-1',
  AWS_ENDPOINT_URL: counted.url,
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: 'twin',
  AWS_SESSION_TOKEN: 'twin',
});
const secretAt = (secretId: string, accessKeyId?: string): CachedSecret<unknown> =>
  createSecret({ secretId, clock: twin.clock, env: env(accessKeyId), parse: (content) => content });
const outcome = (value: Promise<unknown>): Promise<unknown> =>
  value.catch((error: unknown) =>
    error instanceof StepError ? `${error.name}: ${error.message}` : `no StepError: ${String(error)}`,
  );

const asOperator = async (
  target: string,
  input: object,
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> => {
  const response = await fetch(twin.url, {
    method: 'POST',
    body: JSON.stringify(input),
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `secretsmanager.${target}` },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const rotate = (name: string, content: object) =>
  asOperator('PutSecretValue', { SecretId: name, SecretString: JSON.stringify(content) });

describe('X-7 a secret of the deployment', () => {
  it('is read from Secrets Manager by its name', async () => {
    expect(await secretAt('sallyport-dev/servicenow').get()).toEqual({ servicenowClientSecret: 's1' });
    expect(requests).toEqual(['secretsmanager.GetSecretValue']);
  });

  it("is looked for in the stage's common secret where there is none of its own", async () => {
    await asOperator('CreateSecret', { Name: 'sallyport-uat', SecretString: JSON.stringify(common) });
    expect(await secretAt('sallyport-uat/servicenow', 'anybody').get()).toEqual(common);
  });

  it('is not looked for there by a function that may not read it: the error names the secret that is missing', async () => {
    await asOperator('CreateSecret', { Name: 'sallyport-dev', SecretString: JSON.stringify(common) });
    const missing = 'Defect: secretsmanager GetSecretValue: sallyport-dev/gone: ResourceNotFoundException';
    expect(await outcome(secretAt('sallyport-dev/gone').get())).toBe(missing);
    expect(await outcome(secretAt('sallyport-uat/gone', 'anybody').get())).toBe(
      missing.replace('dev', 'uat'),
    );
  });

  // Failure F-9
  it("that the role does not name is a fault of ours, never the request's", async () => {
    permissions.length = 0;
    expect(await outcome(secretAt('sallyport-dev/servicenow').get())).toBe(
      'Defect: secretsmanager GetSecretValue: sallyport-dev/servicenow: AccessDeniedException',
    );
  });

  it.each(['no JSON, s3cret', '{"servicenowClientSecret":""}', '{"s3cret":1}', '[]'])(
    'that holds %j is a fault of ours, and is not repeated',
    async (text) => {
      await asOperator('PutSecretValue', { SecretId: 'sallyport-dev/servicenow', SecretString: text });
      const credentials = createServiceNowCredentials({
        secretId: 'sallyport-dev/servicenow',
        clientId: 'sallyport',
        clock: twin.clock,
        env: env(),
      });
      expect(await outcome(credentials.get())).toBe(
        'Defect: secretsmanager GetSecretValue: sallyport-dev/servicenow does not hold what is expected in it',
      );
    },
  );

  const becomes: Readonly<Record<string, string>> = {
    'fail-before': 'Unavailable: secretsmanager GetSecretValue: InternalServiceError',
    'fail-after': 'Unavailable: secretsmanager GetSecretValue: InternalServiceError',
    hang: 'Unavailable: secretsmanager GetSecretValue: ABORT_ERR',
    throttle: 'Throttled: secretsmanager GetSecretValue: ThrottlingException',
    reject: 'Defect: secretsmanager GetSecretValue: sallyport-dev/servicenow: AccessDeniedException',
    garbage: 'Unavailable: secretsmanager GetSecretValue: unreadable answer',
    crash: 'Unavailable: secretsmanager GetSecretValue: ECONNRESET',
  };
  it.each(faultModes)(
    'that cannot be read (%s) is said to be so, and is read the next time',
    async (mode) => {
      const secret = secretAt('sallyport-dev/servicenow');
      const tries = ['reject', 'garbage'].includes(mode) ? 1 : 3;
      twin.faults.add([{ service: 'secretsmanager', operation: 'GetSecretValue', mode, times: tries }]);
      expect(await outcome(secret.get())).toBe(becomes[mode]);
      expect([twin.faults.pending(), requests.length]).toEqual([[], tries]);
      twin.clock.move(1);
      expect(await secret.get()).toEqual({ servicenowClientSecret: 's1' });
    },
  );
});

describe('X-7 the credentials of ServiceNow', () => {
  const credentials = () =>
    createServiceNowCredentials({
      secretId: 'sallyport-dev/servicenow',
      clientId: 'sallyport',
      clock: twin.clock,
      env: env(),
    });

  it('are of the client that the deployment names, unless the secret names another', async () => {
    const known = credentials();
    const before = await known.get();
    expect(before).toEqual({ clientId: 'sallyport', clientSecret: 's1' });
    await rotate('sallyport-dev/servicenow', {
      servicenowClientId: 'successor',
      servicenowClientSecret: 's2',
    });
    expect(await known.reload(before)).toEqual({ clientId: 'successor', clientSecret: 's2' });
  });
});

describe('WF-1 the webhook secret', () => {
  const signed = (secret = '', body = '{}') => {
    const at = twin.clock.now();
    return {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign('msg_1', at, body),
    };
  };
  const checkWithSecret = () =>
    createRotatingCheck(
      createCachedSignatureCheck({ secretId: 'sallyport-dev/webhook', clock: twin.clock, env: env() }),
      signatureHeaders,
    );

  it('may be two, and may change: the first webhook by the new one has it read again', async () => {
    const isSigned = checkWithSecret();
    expect([await isSigned('{}', signed(first)), await isSigned('{}', signed(first, '{"more":1}'))]).toEqual([
      true,
      false,
    ]);
    twin.clock.move(60);
    await rotate('sallyport-dev/webhook', { servicenowWebhookSecret: `${second ?? ''} ${first ?? ''}` });
    expect([await isSigned('{}', signed(second)), await isSigned('{}', signed(first))]).toEqual([true, true]);
    expect(requests).toHaveLength(3);
  });

  // Failure F-20
  // Threat T-5
  it('is read once for a thousand forged webhooks, and at most once a minute for more', async () => {
    const isSigned = checkWithSecret();
    await isSigned('{}', signed(first));
    const forge = async (count: number): Promise<void> => {
      const forged = Array.from({ length: count }, (_, number) =>
        isSigned(`{"number":${number}}`, signed(first)),
      );
      expect(new Set(await Promise.all(forged))).toEqual(new Set([false]));
    };
    await forge(1000);
    expect(requests).toHaveLength(2);
    for (let second = 1; second <= 120; second += 1) {
      twin.clock.move(second);
      await forge(10);
    }
    expect(requests.length).toBeLessThanOrEqual(4);
  });

  // Threat T-5
  it('is not read for webhooks that carry no signature at all', async () => {
    const isSigned = checkWithSecret();
    for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
      expect(await isSigned('{}', { ...signed(first), [name]: undefined })).toBe(false);
    }
    expect(requests).toEqual([]);
  });

  it('that cannot be read again makes a forged webhook no error of ours', async () => {
    const isSigned = checkWithSecret();
    expect(await isSigned('{}', signed(first))).toBe(true);
    twin.faults.add([{ service: 'secretsmanager', operation: 'GetSecretValue', mode: 'throttle', times: 3 }]);
    expect(await isSigned('{"forged":1}', signed(first))).toBe(false);
    expect(await isSigned('{}', signed(first))).toBe(true);
  });
});

describe("the twin's Secrets Manager", () => {
  it('keeps the version before the current one, and goes back to it', async () => {
    const {
      body: { VersionId: before },
    } = await asOperator('GetSecretValue', { SecretId: 'sallyport-dev/servicenow' });
    const {
      body: { VersionId: after },
    } = await rotate('sallyport-dev/servicenow', { servicenowClientSecret: 's2' });
    const valueOf = async (stage?: string) =>
      (await asOperator('GetSecretValue', { SecretId: 'sallyport-dev/servicenow', VersionStage: stage }))
        .body['SecretString'];
    expect([await valueOf(), await valueOf('AWSPREVIOUS')]).toEqual([
      '{"servicenowClientSecret":"s2"}',
      '{"servicenowClientSecret":"s1"}',
    ]);
    await asOperator('UpdateSecretVersionStage', {
      SecretId: 'sallyport-dev/servicenow',
      VersionStage: 'AWSCURRENT',
      RemoveFromVersionId: after,
      MoveToVersionId: before,
    });
    expect([await valueOf(), await valueOf('AWSPREVIOUS')]).toEqual([
      '{"servicenowClientSecret":"s1"}',
      '{"servicenowClientSecret":"s2"}',
    ]);
  });

  it('knows a secret by its ARN, makes and deletes others, and says what is not there', async () => {
    const { body } = await asOperator('CreateSecret', { Name: 'sallyport-uat/webhook', SecretString: '{}' });
    expect(body).toEqual({
      ARN: expect.stringMatching(
        /^arn:aws:secretsmanager:eu-west-1:000000000000:secret:sallyport-uat\/webhook-\w{6}$/,
      ) as string,
      Name: 'sallyport-uat/webhook',
      VersionId: expect.any(String) as string,
    });
    expect((await asOperator('GetSecretValue', { SecretId: body['ARN'] })).body).toEqual({
      SecretString: '{}',
      VersionStages: ['AWSCURRENT'],
      ARN: expect.any(String) as string,
      Name: 'sallyport-uat/webhook',
      VersionId: expect.any(String) as string,
      CreatedDate: expect.any(Number) as number,
    });
    expect(await asOperator('CreateSecret', { Name: 'sallyport-uat/webhook', SecretString: '{}' })).toEqual({
      status: 400,
      body: {
        __type: 'ResourceExistsException',
        message: 'The operation failed because the secret sallyport-uat/webhook already exists.',
      },
    });
    const {
      body: { SecretList },
    } = await asOperator('ListSecrets', {});
    expect(SecretList).toMatchObject([
      { Name: 'sallyport-dev/servicenow' },
      { Name: 'sallyport-dev/webhook' },
      { Name: 'sallyport-uat/webhook' },
    ]);
    expect(
      await asOperator('DeleteSecret', {
        SecretId: 'sallyport-uat/webhook',
        ForceDeleteWithoutRecovery: true,
      }),
    ).toEqual({
      status: 200,
      body: {
        Name: 'sallyport-uat/webhook',
        ARN: expect.any(String) as string,
        DeletionDate: expect.any(Number) as number,
      },
    });
    for (const operation of ['GetSecretValue', 'DescribeSecret', 'DeleteSecret']) {
      expect(await asOperator(operation, { SecretId: 'sallyport-uat/webhook' })).toEqual({
        status: 400,
        body: {
          __type: 'ResourceNotFoundException',
          message: "Secrets Manager can't find the specified secret.",
        },
      });
    }
    expect(await asOperator('GetSecretValue', {})).toEqual({
      status: 400,
      body: {
        __type: 'InvalidParameterException',
        message: '1 validation error detected: SecretId: Invalid input: expected string, received undefined',
      },
    });
  });
});
