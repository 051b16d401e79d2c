import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type StepFunctionsTwin,
  answer,
  ask,
  machineArn,
  startStepFunctions,
  until,
} from '../support/step-functions-twin.ts';

const run = promisify(execFile);

describe('X-13 the AWS CLI against Step Functions', () => {
  let twin: StepFunctionsTwin;
  /** The token of the latest task. */
  let token = '';
  const aws = async (...args: string[]): Promise<unknown> => {
    const { stdout } = await run(
      'aws',
      ['--endpoint-url', twin.url, '--output', 'json', 'stepfunctions', ...args],
      {
        env: {
          ...process.env,
          AWS_ACCESS_KEY_ID: 'x',
          AWS_SECRET_ACCESS_KEY: 'x',
          AWS_DEFAULT_REGION: 'eu-west-1',
        },
      },
    );
    return stdout === '' ? undefined : JSON.parse(stdout);
  };

  beforeAll(async () => {
    twin = await startStepFunctions(
      { StartAt: 'Ask', States: { Ask: ask('ask', { End: true }) } },
      {
        ask: (payload) => {
          token = (payload as { taskToken: string }).taskToken;
          return answer('asked');
        },
      },
    );
  });
  beforeEach(() => {
    token = '';
  });
  afterAll(() => twin.stop());

  it('starts, watches, stops, redrives and calls back an execution', async () => {
    const executionArn = 'arn:aws:states:eu-west-1:000000000000:execution:sallyport-dev-test:by-hand';
    expect(
      await aws(
        'start-execution',
        '--state-machine-arn',
        machineArn,
        '--name',
        'by-hand',
        '--input',
        '{"id":1}',
      ),
    ).toEqual({ executionArn, startDate: expect.any(Number) as number });
    await until(() => token !== '');
    expect(await aws('stop-execution', '--execution-arn', executionArn, '--cause', 'by hand')).toEqual({
      stopDate: expect.any(Number) as number,
    });
    token = '';
    expect(await aws('redrive-execution', '--execution-arn', executionArn)).toEqual({
      redriveDate: expect.any(Number) as number,
    });
    await until(() => token !== '');
    expect(await aws('send-task-success', '--task-token', token, '--task-output', '"yes"')).toBeUndefined();
    await twin.ended(executionArn);
    const [described, history, listed, machines, machine] = await Promise.all([
      aws('describe-execution', '--execution-arn', executionArn),
      aws('get-execution-history', '--execution-arn', executionArn, '--query', 'events[].type'),
      aws('list-executions', '--state-machine-arn', machineArn),
      aws('list-state-machines'),
      aws('describe-state-machine', '--state-machine-arn', machineArn),
    ]);
    expect(described).toMatchObject({ status: 'SUCCEEDED', output: '"yes"', redriveCount: 1 });
    expect(history).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'ExecutionAborted',
      'ExecutionRedriven',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    const { executions } = listed as { readonly executions: readonly { readonly name: string }[] };
    expect(executions.filter(({ name }) => name === 'by-hand')).toEqual([
      {
        status: 'SUCCEEDED',
        executionArn: 'arn:aws:states:eu-west-1:000000000000:execution:sallyport-dev-test:by-hand',
        stateMachineArn: 'arn:aws:states:eu-west-1:000000000000:stateMachine:sallyport-dev-test',
        name: 'by-hand',
        startDate: expect.any(Number) as number,
        stopDate: expect.any(Number) as number,
        redriveCount: 1,
        redriveDate: expect.any(Number) as number,
      },
    ]);
    expect(machines).toEqual({
      stateMachines: [
        {
          stateMachineArn: machineArn,
          type: 'STANDARD',
          name: 'sallyport-dev-test',
          creationDate: expect.any(Number) as number,
        },
      ],
    });
    expect(machine).toMatchObject({ name: 'sallyport-dev-test', status: 'ACTIVE' });
  });

  it('starts by an alias, shows it and turns it', async () => {
    const alias = `${machineArn}:live`;
    const route = { stateMachineVersionArn: `${machineArn}:1`, weight: 100 };
    const executionArn = 'arn:aws:states:eu-west-1:000000000000:execution:sallyport-dev-test:by-alias';
    expect(await aws('start-execution', '--state-machine-arn', alias, '--name', 'by-alias')).toEqual({
      executionArn,
      startDate: expect.any(Number) as number,
    });
    expect(await aws('describe-execution', '--execution-arn', executionArn)).toEqual({
      stateMachineArn: machineArn,
      stateMachineAliasArn: alias,
      stateMachineVersionArn: route.stateMachineVersionArn,
      executionArn: 'arn:aws:states:eu-west-1:000000000000:execution:sallyport-dev-test:by-alias',
      name: 'by-alias',
      status: 'RUNNING',
      startDate: expect.any(Number) as number,
      input: '{}',
      inputDetails: { included: true },
      redriveCount: 0,
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution is RUNNING and cannot be redriven',
    });
    expect(await aws('describe-state-machine-alias', '--state-machine-alias-arn', alias)).toEqual({
      name: 'live',
      routingConfiguration: [route],
      stateMachineAliasArn: 'arn:aws:states:eu-west-1:000000000000:stateMachine:sallyport-dev-test:live',
      creationDate: expect.any(Number) as number,
      updateDate: expect.any(Number) as number,
    });
    expect(
      await aws(
        'update-state-machine-alias',
        '--state-machine-alias-arn',
        alias,
        '--routing-configuration',
        JSON.stringify([route]),
      ),
    ).toEqual({ updateDate: expect.any(Number) as number });
    await until(() => token !== '');
  });

  it('is told what is wrong in AWS’s words', async () => {
    await expect(aws('start-execution', '--state-machine-arn', `${machineArn}:dead`)).rejects.toThrow(
      `An error occurred (StateMachineDoesNotExist) when calling the StartExecution operation: State Machine Does Not Exist: '${machineArn}:dead'`,
    );
    await expect(aws('describe-execution', '--execution-arn', machineArn)).rejects.toThrow('(InvalidArn)');
    await expect(aws('list-activities')).rejects.toThrow('ListActivities');
  });
});
