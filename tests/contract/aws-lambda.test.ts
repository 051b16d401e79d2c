import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AwsTwin, startAwsTwin } from '../support/aws-twin.ts';

const error = { errorType: 'Conflict', errorMessage: 'okta CreateUser: login is taken', trace: [] };

describe('Lambda, in the twin', () => {
  let twin: AwsTwin;
  let client: LambdaClient;
  const invoke = async (name: string, payload: unknown) => {
    const { Payload, FunctionError, StatusCode, ExecutedVersion } = await client.send(
      new InvokeCommand({ FunctionName: name, Payload: Buffer.from(JSON.stringify(payload)) }),
    );
    return {
      StatusCode,
      FunctionError,
      ExecutedVersion,
      payload: JSON.parse(Payload?.transformToString() ?? '') as unknown,
    };
  };

  beforeAll(async () => {
    twin = await startAwsTwin({
      lambda: {
        invoke: (functionName, payload) =>
          Promise.resolve(
            payload === 'fail' ? { ok: false, error } : { ok: true, payload: { functionName, payload } },
          ),
      },
    });
    client = new LambdaClient(twin.client);
  });
  afterAll(async () => {
    client.destroy();
    await twin.stop();
  });

  it.each([
    'sallyport-dev-okta-profile',
    'arn:aws:lambda:eu-west-1:000000000000:function:sallyport-dev-okta-profile',
    '000000000000:function:sallyport-dev-okta-profile:$LATEST',
  ])('invokes %s', async (name) => {
    expect(await invoke(name, { action: 'apply' })).toEqual({
      StatusCode: 200,
      FunctionError: undefined,
      ExecutedVersion: '$LATEST',
      payload: { functionName: 'okta-profile', payload: { action: 'apply' } },
    });
  });

  it('hands over the error of a function that failed', async () => {
    expect(await invoke('sallyport-dev-okta-profile', 'fail')).toEqual({
      StatusCode: 200,
      FunctionError: 'Unhandled',
      ExecutedVersion: '$LATEST',
      payload: error,
    });
  });

  it('does not know other functions', async () => {
    await expect(invoke('sallyport-dev-nobody', {})).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:eu-west-1:000000000000:function:sallyport-dev-nobody',
    });
  });

  it('lists its functions', async () => {
    expect(
      (await client.send(new ListFunctionsCommand({}))).Functions?.map(({ FunctionName }) => FunctionName),
    ).toEqual(['sallyport-dev-okta-profile']);
  });

  it.each([
    ['fail-before', 'ServiceException'],
    ['throttle', 'TooManyRequestsException'],
    ['reject', 'InvalidParameterValueException'],
  ] as const)('answers %s with %s', async (mode, name) => {
    twin.faults.add([{ service: 'lambda', operation: 'Invoke', mode, times: 1 }]);
    await expect(invoke('sallyport-dev-okta-profile', {})).rejects.toMatchObject({ name });
  });
});
