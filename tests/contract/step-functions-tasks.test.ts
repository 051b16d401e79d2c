import {
  DescribeExecutionCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Functions,
  type StepFunctionsTwin,
  answer,
  ask,
  invoke,
  machineArn,
  refuse,
  startStepFunctions,
  typesOf,
  until,
} from '../support/step-functions-twin.ts';

let twin: StepFunctionsTwin;
afterEach(() => twin.stop());

/** Starts a machine of one state, `Work`, which may go to `Rescue`; the input is `{"id":1}`. */
async function start(
  work: StateMachineDefinition['States'][string],
  functions: Functions,
  timeScale = 1,
): Promise<string> {
  const rescue = { Rescue: { Type: 'Pass', End: true } } as const;
  const goesToRescue = JSON.stringify(work).includes('"Rescue"');
  twin = await startStepFunctions(
    { StartAt: 'Work', States: { Work: work, ...(goesToRescue ? rescue : {}) } },
    functions,
    { timeScale },
  );
  const { executionArn = '' } = await twin.client.send(
    new StartExecutionCommand({ stateMachineArn: machineArn, input: '{"id":1}' }),
  );
  return executionArn;
}

const describeExecution = (executionArn: string) =>
  twin.client.send(new DescribeExecutionCommand({ executionArn }));
/** What an execution has come to. */
const outcomeOf = async (executionArn: string) => {
  const { status, output, error, cause } = await describeExecution(executionArn);
  return { status, output, error, cause };
};
const reached = (executionArn: string, type: string, times = 1) =>
  until(
    async () => typesOf(await twin.history(executionArn)).filter((each) => each === type).length >= times,
  );

describe('X-13 a task that fails', () => {
  it('is tried again with growing pauses, then fails the execution with the error of its function', async () => {
    let attempts = 0;
    const arn = await start(
      {
        ...invoke('work', { End: true }),
        Retry: [
          { ErrorEquals: ['Unavailable'] },
          {
            ErrorEquals: ['Throttled'],
            IntervalSeconds: 100,
            BackoffRate: 3,
            MaxDelaySeconds: 600,
            MaxAttempts: 3,
          },
        ],
      },
      {
        work: () => {
          attempts += 1;
          return refuse('Throttled', 'slow down');
        },
      },
    );
    for (const [failures, clockAt] of [
      [1, 100],
      [2, 400],
      [3, 1000],
    ] as const) {
      await reached(arn, 'TaskFailed', failures);
      twin.clock.move(clockAt - 10);
      expect((await describeExecution(arn)).status).toBe('RUNNING');
      expect(attempts).toBe(failures);
      twin.clock.move(clockAt + 5 * failures);
    }
    await twin.ended(arn);
    expect(attempts).toBe(4);
    expect(typesOf(await twin.history(arn))).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskFailed',
      'TaskScheduled',
      'TaskStarted',
      'TaskFailed',
      'TaskScheduled',
      'TaskStarted',
      'TaskFailed',
      'TaskScheduled',
      'TaskStarted',
      'TaskFailed',
      'ExecutionFailed',
    ]);
    expect(await outcomeOf(arn)).toEqual({
      status: 'FAILED',
      error: 'Throttled',
      cause: '{"errorType":"Throttled","errorMessage":"slow down","trace":[]}',
    });
  });

  it('succeeds with a later attempt, which knows how many went before', async () => {
    const tries: unknown[] = [];
    const arn = await start(
      {
        ...invoke('work', { End: true }),
        Parameters: { FunctionName: 'sallyport-dev-work', Payload: { 'tries.$': '$$.State.RetryCount' } },
        ResultSelector: { 'after.$': '$.Payload' },
        ResultPath: '$',
        Retry: [{ ErrorEquals: ['States.TaskFailed'], JitterStrategy: 'FULL' }],
      },
      {
        work: (payload) => {
          tries.push(payload);
          return tries.length === 3 ? answer('ok') : refuse('Unavailable');
        },
      },
      1000,
    );
    await twin.ended(arn);
    expect(tries).toEqual([{ tries: 0 }, { tries: 1 }, { tries: 2 }]);
    expect(await outcomeOf(arn)).toEqual({ status: 'SUCCEEDED', output: '{"after":"ok"}' });
  });

  it('is caught by the first catcher that names its error', async () => {
    const arn = await start(
      invoke('work', {
        Catch: [
          { ErrorEquals: ['Conflict'], Next: 'Work' },
          { ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Rescue' },
        ],
        End: true,
      }),
      { work: () => refuse('Rejected', 'never') },
    );
    await twin.ended(arn);
    expect(typesOf(await twin.history(arn))).toEqual([
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
    const cause = JSON.stringify({ errorType: 'Rejected', errorMessage: 'never', trace: [] });
    expect(JSON.parse((await describeExecution(arn)).output ?? '')).toEqual({
      id: 1,
      error: { Error: 'Rejected', Cause: cause },
    });
  });

  it('replaces its input by the error where a catcher names no ResultPath or the whole', async () => {
    const arn = await start(
      invoke('work', {
        Catch: [{ ErrorEquals: ['States.TaskFailed'], ResultPath: '$', Next: 'Rescue' }],
        End: true,
      }),
      { work: () => refuse('Rejected') },
    );
    await twin.ended(arn);
    expect(Object.keys(JSON.parse((await describeExecution(arn)).output ?? '') as object)).toEqual([
      'Error',
      'Cause',
    ]);
  });

  it('times out when the clock says so, which States.TaskFailed does not catch but States.Timeout does', async () => {
    const arn = await start(
      invoke('work', {
        TimeoutSeconds: 300,
        Catch: [
          { ErrorEquals: ['States.TaskFailed'], Next: 'Work' },
          { ErrorEquals: ['States.Timeout'], ResultPath: '$.error', Next: 'Rescue' },
        ],
        End: true,
      }),
      { work: () => new Promise(() => undefined) },
    );
    await reached(arn, 'TaskStarted');
    twin.clock.move(299);
    expect((await describeExecution(arn)).status).toBe('RUNNING');
    twin.clock.move(301);
    await twin.ended(arn);
    const events = await twin.history(arn);
    expect(events[4]).toEqual({
      type: 'TaskTimedOut',
      taskTimedOutEventDetails: { resourceType: 'lambda', resource: 'invoke', error: 'States.Timeout' },
      timestamp: expect.any(Date) as Date,
      id: 5,
      previousEventId: 4,
    });
    expect(await outcomeOf(arn)).toEqual({
      status: 'SUCCEEDED',
      output: '{"id":1,"error":{"Error":"States.Timeout","Cause":""}}',
    });
  });
});

describe('X-13 a task that waits for its callback', () => {
  const tokens: string[] = [];
  const noteToken = (payload: unknown) => {
    tokens.push((payload as { taskToken: string }).taskToken);
    return answer('asked');
  };
  const lastToken = (): string => tokens.at(-1) ?? '';
  const gone = { name: 'TaskTimedOut', message: "Task Timed Out: 'Provided task does not exist anymore'" };

  it('goes on with what the callback brings; its token is told to its function alone', async () => {
    const arn = await start(ask('ask', { ResultPath: '$.said', End: true }), { ask: noteToken });
    await reached(arn, 'TaskSubmitted');
    const taskToken = lastToken();
    await expect(
      twin.client.send(new SendTaskSuccessCommand({ taskToken, output: '{' })),
    ).rejects.toMatchObject({ name: 'InvalidOutput' });
    await twin.client.send(new SendTaskSuccessCommand({ taskToken, output: '"yes"' }));
    await twin.ended(arn);
    const events = await twin.history(arn);
    expect(typesOf(events)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    expect(events[4]?.taskSubmittedEventDetails).toEqual({
      resourceType: 'lambda',
      resource: 'invoke.waitForTaskToken',
      output: '{"ExecutedVersion":"$LATEST","Payload":"asked","StatusCode":200}',
      outputDetails: { truncated: false },
    });
    expect(await outcomeOf(arn)).toEqual({
      status: 'SUCCEEDED',
      output: '{"id":1,"said":"yes"}',
    });
    expect(
      events.filter((event) => JSON.stringify(event).includes(taskToken)).map(({ type }) => type),
    ).toEqual(['TaskScheduled']);
    await expect(
      twin.client.send(new SendTaskSuccessCommand({ taskToken, output: '"again"' })),
    ).rejects.toMatchObject(gone);
  });

  it('may be called back before its function has answered', async () => {
    const answered = Promise.withResolvers<undefined>();
    const arn = await start(ask('ask', { End: true }), {
      ask: async (payload) => {
        const said = noteToken(payload);
        await answered.promise;
        return said;
      },
    });
    await until(() => tokens.length > 0 && arn !== '');
    await reached(arn, 'TaskStarted');
    await until(
      async () =>
        await twin.client.send(new SendTaskSuccessCommand({ taskToken: lastToken(), output: '1' })).then(
          () => true,
          () => false,
        ),
    );
    await twin.ended(arn);
    answered.resolve(undefined);
    expect(typesOf(await twin.history(arn)).slice(2)).toEqual([
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('fails with the error that the callback names, is asked anew with another token, and keeps neither', async () => {
    const arn = await start(
      ask('ask', { Retry: [{ ErrorEquals: ['NotYet'], IntervalSeconds: 1 }], End: true }),
      { ask: noteToken },
      100,
    );
    await reached(arn, 'TaskSubmitted');
    const first = lastToken();
    await twin.client.send(
      new SendTaskFailureCommand({ taskToken: first, error: 'NotYet', cause: 'tomorrow' }),
    );
    await reached(arn, 'TaskSubmitted', 2);
    expect(lastToken()).not.toBe(first);
    await expect(
      twin.client.send(new SendTaskSuccessCommand({ taskToken: first, output: '1' })),
    ).rejects.toMatchObject(gone);
    await twin.client.send(
      new SendTaskFailureCommand({ taskToken: lastToken(), error: 'Refused', cause: 'never' }),
    );
    await twin.ended(arn);
    expect(await outcomeOf(arn)).toEqual({
      status: 'FAILED',
      error: 'Refused',
      cause: 'never',
    });
  });

  it('times out after 14 days by the clock, and its token with it', async () => {
    const arn = await start(ask('ask', { TimeoutSeconds: 14 * 86_400, End: true }), { ask: noteToken });
    await reached(arn, 'TaskSubmitted');
    twin.clock.move(14 * 86_400 + 1);
    await twin.ended(arn);
    expect(await outcomeOf(arn)).toEqual({ status: 'FAILED', error: 'States.Timeout' });
    await expect(
      twin.client.send(new SendTaskSuccessCommand({ taskToken: lastToken(), output: '1' })),
    ).rejects.toMatchObject(gone);
  });

  it('lives as long as heartbeats come', async () => {
    const arn = await start(ask('ask', { TimeoutSeconds: 3600, HeartbeatSeconds: 60, End: true }), {
      ask: noteToken,
    });
    await reached(arn, 'TaskSubmitted');
    twin.clock.move(50);
    await twin.client.send(new SendTaskHeartbeatCommand({ taskToken: lastToken() }));
    twin.clock.move(100);
    expect((await describeExecution(arn)).status).toBe('RUNNING');
    twin.clock.move(120);
    await twin.ended(arn);
    expect(await outcomeOf(arn)).toEqual({ status: 'FAILED', error: 'States.Timeout' });
    expect((await twin.history(arn))[2]?.taskScheduledEventDetails).toEqual({
      timeoutInSeconds: 3600,
      heartbeatInSeconds: 60,
      resourceType: 'lambda',
      resource: 'invoke.waitForTaskToken',
      region: 'eu-west-1',
      parameters: expect.stringMatching(
        /^\{"FunctionName":"sallyport-dev-ask","Payload":\{"taskToken":"[A-Za-z0-9+/=]+"\}\}$/u,
      ) as string,
    });
  });

  it('knows no token that it did not give out', async () => {
    await start({ Type: 'Pass', End: true }, {});
    await expect(
      twin.client.send(new SendTaskHeartbeatCommand({ taskToken: 'not a token' })),
    ).rejects.toMatchObject({ name: 'InvalidToken' });
    const invented = Buffer.alloc(96).toString('base64');
    await expect(
      twin.client.send(new SendTaskHeartbeatCommand({ taskToken: invented })),
    ).rejects.toMatchObject({ name: 'TaskDoesNotExist' });
  });
});

describe('X-13 an execution that is stopped or takes too long', () => {
  it('is aborted, and what its function still answers is ignored', async () => {
    const answered = Promise.withResolvers<undefined>();
    const arn = await start(invoke('work', { End: true }), {
      work: async () => {
        await answered.promise;
        return answer('late');
      },
    });
    await reached(arn, 'TaskStarted');
    const { stopDate } = await twin.client.send(
      new StopExecutionCommand({ executionArn: arn, error: 'Operator', cause: 'asked to' }),
    );
    answered.resolve(undefined);
    expect(await twin.client.send(new StopExecutionCommand({ executionArn: arn }))).toEqual({
      stopDate,
      $metadata: expect.any(Object) as object,
    });
    const events = await twin.history(arn);
    expect(typesOf(events)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'ExecutionAborted',
    ]);
    expect(events[4]?.executionAbortedEventDetails).toEqual({ error: 'Operator', cause: 'asked to' });
    expect(await outcomeOf(arn)).toEqual({ status: 'ABORTED', error: 'Operator', cause: 'asked to' });
    expect((await describeExecution(arn)).stopDate).toEqual(stopDate);
  });

  it('is timed out by the machine’s own limit', async () => {
    twin = await startStepFunctions(
      {
        StartAt: 'Wait',
        TimeoutSeconds: 600,
        States: { Wait: { Type: 'Wait', SecondsPath: '$.seconds', End: true } },
      },
      {},
    );
    const { executionArn: arn = '' } = await twin.client.send(
      new StartExecutionCommand({ stateMachineArn: machineArn, input: '{"seconds":3600}' }),
    );
    await reached(arn, 'WaitStateEntered');
    twin.clock.move(601);
    await twin.ended(arn);
    expect(typesOf(await twin.history(arn))).toEqual([
      'ExecutionStarted',
      'WaitStateEntered',
      'ExecutionTimedOut',
    ]);
    expect((await describeExecution(arn)).status).toBe('TIMED_OUT');
  });
});
