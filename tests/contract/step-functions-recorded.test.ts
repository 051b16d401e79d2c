import {
  DescribeStateMachineCommand,
  DescribeExecutionCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import { afterEach, describe, expect, it } from 'vitest';
import { executionStatusChange } from '../../local/events/execution-status-change.ts';
import { refused } from '../../local/lambda/errors.ts';
import { succeededExecution } from '../support/executions.ts';
import {
  answer,
  ask,
  type Functions,
  invoke,
  machineArn,
  startStepFunctions,
  type StepFunctionsTwin,
  typesOf,
  until,
} from '../support/step-functions-twin.ts';

// What follows was recorded on AWS by LocalStack's tests (github.com/localstack/localstack, tests/aws/services/stepfunctions).

let twin: StepFunctionsTwin;
afterEach(() => twin.stop());

async function start(
  states: StateMachineDefinition['States'],
  functions: Functions,
  input = '{}',
): Promise<string> {
  twin = await startStepFunctions({ StartAt: 'Work', States: states }, functions);
  const { executionArn = '' } = await twin.client.send(
    new StartExecutionCommand({ stateMachineArn: machineArn, input }),
  );
  return executionArn;
}

const tooLarge = (source: string) => ({
  error: 'States.DataLimitExceeded',
  cause: `The state/task '${source}' returned a result with a size exceeding the maximum number of bytes service limit.`,
});
const rescued: StateMachineDefinition['States'] = { Rescue: { Type: 'Pass', End: true } };
const caught: Parameters<typeof invoke>[1] = {
  Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Rescue' }],
  End: true,
};

describe('X-13 data over 256 KiB', () => {
  it("as a function's answer fail the task, and States.ALL catches that", async () => {
    const arn = await start(
      { Work: invoke('work', caught), ...rescued },
      { work: () => answer('ä'.repeat(140_000)) },
    );
    await twin.ended(arn);
    const events = await twin.history(arn);
    expect(typesOf(events)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskFailed',
      'TaskStateExited',
      'PassStateEntered',
      'PassStateExited',
      'ExecutionSucceeded',
    ]);
    expect(events[4]?.taskFailedEventDetails).toEqual({
      resourceType: 'lambda',
      resource: 'invoke',
      ...tooLarge('lambda'),
    });
    const { output = '' } = await twin.client.send(new DescribeExecutionCommand({ executionArn: arn }));
    expect(JSON.parse(output)).toEqual({
      Error: 'States.DataLimitExceeded',
      Cause: tooLarge('lambda').cause,
    });
  });

  it('as the answer of a function that was given a token, too', async () => {
    const arn = await start(
      { Work: ask('work', caught), ...rescued },
      { work: () => answer('x'.repeat(262_144)) },
    );
    await twin.ended(arn);
    expect((await twin.history(arn))[4]).toMatchObject({
      type: 'TaskFailed',
      taskFailedEventDetails: tooLarge('lambda'),
    });
  });

  it('up to the limit pass', async () => {
    const room = 262_144 - '{"ExecutedVersion":"$LATEST","Payload":"","StatusCode":200}'.length;
    const arn = await start(
      { Work: invoke('work', { ...caught, OutputPath: '$.StatusCode' }), ...rescued },
      { work: () => answer('x'.repeat(room)) },
    );
    await twin.ended(arn);
    expect(await twin.client.send(new DescribeExecutionCommand({ executionArn: arn }))).toEqual({
      ...succeededExecution,
      output: '200',
    });
  });

  it("as a state's output fail the execution, whatever is caught, and the history tells how far it came", async () => {
    const arn = await start(
      { Work: invoke('work', { ...caught, ResultPath: '$.result' }), ...rescued },
      { work: () => answer('x'.repeat(200_000)) },
      JSON.stringify({ given: 'x'.repeat(100_000) }),
    );
    await twin.ended(arn);
    const events = await twin.history(arn);
    expect(typesOf(events)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'ExecutionFailed',
    ]);
    expect(events[5]?.executionFailedEventDetails).toEqual(tooLarge('Work'));
  });
});

describe("X-13 tests of a value's kind match by false, too", () => {
  const variables = { number: 1, text: 'x', nothing: null, yes: true, when: '2026-11-29T12:00:00Z' };
  it.each([
    ['IsNull', '$.nothing', '$.number'],
    ['IsNumeric', '$.number', '$.text'],
    ['IsString', '$.text', '$.yes'],
    ['IsBoolean', '$.yes', '$.nothing'],
    ['IsTimestamp', '$.when', '$.text'],
    ['IsPresent', '$.nothing', '$.absent'],
  ])('%s', async (test, is, isNot) => {
    const seen: (string | undefined)[] = [];
    for (const [Variable, expected] of [
      [is, true],
      [is, false],
      [isNot, true],
      [isNot, false],
    ] as const) {
      const choices = [{ Variable, [test]: expected, Next: 'Yes' }] as Extract<
        StateMachineDefinition['States'][string],
        { Type: 'Choice' }
      >['Choices'];
      const arn = await start(
        {
          Work: { Type: 'Choice', Choices: choices, Default: 'No' },
          Yes: { Type: 'Succeed' },
          No: { Type: 'Succeed' },
        },
        {},
        JSON.stringify(variables),
      );
      await twin.ended(arn);
      seen.push((await twin.history(arn))[3]?.stateEnteredEventDetails?.name);
      if (seen.length < 4) await twin.stop();
    }
    expect(seen).toEqual(['Yes', 'No', 'No', 'Yes']);
  });
});

it('X-13 a missing function is told in plain text', async () => {
  const arn = await start(
    { Work: invoke('work', { End: true }) },
    {
      work: () => refused('ResourceNotFoundException', 'Function not found: arn:x:$LATEST', 404, 'r-1'),
    },
  );
  await twin.ended(arn);
  const cause =
    'Function not found: arn:x:$LATEST (Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException; Request ID: r-1; Proxy: null)';
  const events = await twin.history(arn);
  expect(events[4]?.taskFailedEventDetails).toEqual({
    resourceType: 'lambda',
    resource: 'invoke',
    error: 'Lambda.ResourceNotFoundException',
    cause,
  });
  expect(events[5]?.executionFailedEventDetails).toEqual({
    error: 'Lambda.ResourceNotFoundException',
    cause,
  });
});

it('X-13 an abortion follows no other event', async () => {
  const arn = await start({ Work: ask('work', { End: true }) }, { work: () => answer(null) });
  await until(async () => typesOf(await twin.history(arn)).includes('TaskSubmitted'));
  await twin.client.send(new StopExecutionCommand({ executionArn: arn }));
  expect((await twin.history(arn)).at(-1)).toEqual({
    type: 'ExecutionAborted',
    id: 6,
    previousEventId: 0,
    timestamp: expect.any(Date) as Date,
    executionAbortedEventDetails: {},
  });
});

it('X-13 a definition is described as it was deployed, without what validation adds', async () => {
  await start({ Work: invoke('work', { End: true }) }, {});
  const { definition } = await twin.client.send(
    new DescribeStateMachineCommand({ stateMachineArn: machineArn }),
  );
  expect(definition).toBe(
    JSON.stringify({ StartAt: 'Work', States: { Work: invoke('work', { End: true }) } }),
  );
});

describe('X-13 the event on a change of status', () => {
  it('names the execution and tells how it ended, and whether it can be redriven', async () => {
    const arn = await start({ Work: { Type: 'Fail', Error: 'Broken', Cause: 'why' } }, {}, '{"a":1}');
    const execution = await twin.ended(arn);
    const now = execution.stoppedAt ?? 0;
    const common = {
      executionArn: arn,
      stateMachineArn: machineArn,
      stateMachineVersionArn: null,
      stateMachineAliasArn: null,
      name: arn.split(':').at(-1),
      status: 'FAILED',
      startDate: execution.startedAt,
      stopDate: now,
      output: null,
      outputDetails: null,
      redriveCount: 0,
      redriveDate: null,
      redriveStatus: 'REDRIVABLE',
      redriveStatusReason: null,
    };
    const event = {
      source: 'aws.states',
      detailType: 'Step Functions Execution Status Change',
      resources: [arn],
    };
    expect(executionStatusChange(execution, { now, encrypted: false })).toEqual({
      ...event,
      detail: {
        ...common,
        input: '{"a":1}',
        inputDetails: { included: true },
        error: 'Broken',
        cause: 'why',
      },
    });
    expect(executionStatusChange(execution, { now, encrypted: true })).toEqual({
      ...event,
      detail: { ...common, input: null, inputDetails: { included: false }, error: null, cause: null },
    });
  });

  it('of a success says that there is nothing to redrive', async () => {
    const arn = await start({ Work: { Type: 'Succeed' } }, {});
    const execution = await twin.ended(arn);
    expect(executionStatusChange(execution, { now: 0, encrypted: false }).detail).toEqual({
      status: 'SUCCEEDED',
      output: '{}',
      outputDetails: { included: true },
      error: null,
      cause: null,
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
      executionArn: expect.any(String) as string,
      stateMachineArn: 'arn:aws:states:eu-west-1:000000000000:stateMachine:sallyport-dev-test',
      stateMachineVersionArn: null,
      stateMachineAliasArn: null,
      name: expect.any(String) as string,
      startDate: expect.any(Number) as number,
      stopDate: expect.any(Number) as number,
      input: '{}',
      inputDetails: { included: true },
      redriveCount: 0,
      redriveDate: null,
    });
  });
});
