import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type StepFunctionsTwin,
  answer,
  invoke,
  machineArn,
  roleArn,
  startStepFunctions,
  typesOf,
} from '../support/step-functions-twin.ts';

const definition: StateMachineDefinition = {
  StartAt: 'Prepare',
  States: {
    Prepare: { Type: 'Pass', Result: false, ResultPath: '$.rejected', Next: 'Work' },
    Work: {
      ...invoke('work', { Next: 'IsDone' }),
      TimeoutSeconds: 60,
      Parameters: {
        FunctionName: 'arn:aws:lambda:eu-west-1:000000000000:function:sallyport-dev-work',
        Payload: {
          'id.$': '$$.Execution.Input.id',
          'name.$': '$$.Execution.Name',
          'state.$': '$$.State.Name',
          'machine.$': '$$.StateMachine.Id',
        },
      },
      ResultSelector: { 'done.$': '$.Payload.done' },
      ResultPath: '$.work',
    },
    IsDone: {
      Type: 'Choice',
      Choices: [{ Variable: '$.work.done', BooleanEquals: true, Next: 'Pause' }],
      Default: 'Broken',
    },
    Pause: { Type: 'Wait', Seconds: 1, Next: 'Done' },
    Done: { Type: 'Succeed', OutputPath: '$.work' },
    Broken: { Type: 'Fail', Error: 'Broken', Cause: 'it is not done' },
  },
};

describe('X-13 Step Functions, for whoever starts and watches executions', () => {
  let twin: StepFunctionsTwin;
  const payloads: unknown[] = [];
  const payloadsOf = (execution: string) =>
    payloads.filter((payload) => (payload as { name: string }).name === execution);
  const held = Promise.withResolvers<undefined>();
  const start = (name?: string, input?: string) =>
    twin.client.send(new StartExecutionCommand({ stateMachineArn: machineArn, name, input }));

  beforeAll(async () => {
    twin = await startStepFunctions(
      definition,
      {
        work: async (payload) => {
          payloads.push(payload);
          if ((payload as { name: string }).name === 'once') await held.promise;
          return answer({ done: (payload as { id: string }).id !== 'no' });
        },
      },
      { timeScale: 20 },
    );
  });
  afterAll(() => twin.stop());

  it('takes an execution to its end and tells of every step as AWS does', async () => {
    const { executionArn } = await start('first', '{"id":"o-1"}');
    expect(executionArn).toBe('arn:aws:states:eu-west-1:000000000000:execution:sallyport-dev-test:first');
    await twin.ended(executionArn);

    const payload = { id: 'o-1', name: 'first', state: 'Work', machine: machineArn };
    expect(payloadsOf('first')).toEqual([payload]);
    const resource = { resourceType: 'lambda', resource: 'invoke' };
    const whole = { truncated: false };
    const entered = (name: string, input: object) => ({
      stateEnteredEventDetails: { name, input: JSON.stringify(input), inputDetails: whole },
    });
    const exited = (name: string, output: object) => ({
      stateExitedEventDetails: { name, output: JSON.stringify(output), outputDetails: whole },
    });
    const prepared = { id: 'o-1', rejected: false };
    const worked = { ...prepared, work: { done: true } };
    expect(await twin.history(executionArn)).toEqual(
      [
        {
          type: 'ExecutionStarted',
          executionStartedEventDetails: { input: '{"id":"o-1"}', inputDetails: whole, roleArn },
        },
        { type: 'PassStateEntered', ...entered('Prepare', { id: 'o-1' }) },
        { type: 'PassStateExited', ...exited('Prepare', prepared) },
        { type: 'TaskStateEntered', ...entered('Work', prepared) },
        {
          type: 'TaskScheduled',
          taskScheduledEventDetails: {
            ...resource,
            region: 'eu-west-1',
            timeoutInSeconds: 60,
            parameters: JSON.stringify({
              FunctionName: 'arn:aws:lambda:eu-west-1:000000000000:function:sallyport-dev-work',
              Payload: payload,
            }),
          },
        },
        { type: 'TaskStarted', taskStartedEventDetails: resource },
        {
          type: 'TaskSucceeded',
          taskSucceededEventDetails: {
            ...resource,
            output: '{"ExecutedVersion":"$LATEST","Payload":{"done":true},"StatusCode":200}',
            outputDetails: whole,
          },
        },
        { type: 'TaskStateExited', ...exited('Work', worked) },
        { type: 'ChoiceStateEntered', ...entered('IsDone', worked) },
        { type: 'ChoiceStateExited', ...exited('IsDone', worked) },
        { type: 'WaitStateEntered', ...entered('Pause', worked) },
        { type: 'WaitStateExited', ...exited('Pause', worked) },
        { type: 'SucceedStateEntered', ...entered('Done', worked) },
        { type: 'SucceedStateExited', ...exited('Done', { done: true }) },
        {
          type: 'ExecutionSucceeded',
          executionSucceededEventDetails: { output: '{"done":true}', outputDetails: whole },
        },
      ].map((event, index) => ({
        ...event,
        id: index + 1,
        previousEventId: index <= 1 ? 0 : index,
        timestamp: expect.any(Date) as Date,
      })),
    );

    const { $metadata, ...description } = await twin.client.send(
      new DescribeExecutionCommand({ executionArn }),
    );
    expect($metadata.httpStatusCode).toBe(200);
    expect(description).toEqual({
      executionArn,
      stateMachineArn: machineArn,
      name: 'first',
      status: 'SUCCEEDED',
      startDate: expect.any(Date) as Date,
      stopDate: expect.any(Date) as Date,
      input: '{"id":"o-1"}',
      inputDetails: { included: true },
      output: '{"done":true}',
      outputDetails: { included: true },
      redriveCount: 0,
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
    });
    expect(twin.statusChanges.filter((change) => change.startsWith('first '))).toEqual([
      'first RUNNING',
      'first SUCCEEDED',
    ]);
  });

  it('ends in a Fail state with its error and cause', async () => {
    const { executionArn } = await start('failing', '{"id":"no"}');
    await twin.ended(executionArn);
    const events = await twin.history(executionArn);
    expect(typesOf(events).slice(-3)).toEqual(['ChoiceStateExited', 'FailStateEntered', 'ExecutionFailed']);
    expect(events.at(-1)?.executionFailedEventDetails).toEqual({ error: 'Broken', cause: 'it is not done' });
    expect(await twin.client.send(new DescribeExecutionCommand({ executionArn }))).toEqual({
      status: 'FAILED',
      error: 'Broken',
      cause: 'it is not done',
      redriveStatus: 'REDRIVABLE',
      executionArn: 'arn:aws:states:eu-west-1:000000000000:execution:sallyport-dev-test:failing',
      stateMachineArn: 'arn:aws:states:eu-west-1:000000000000:stateMachine:sallyport-dev-test',
      startDate: expect.any(Date) as Date,
      name: 'failing',
      stopDate: expect.any(Date) as Date,
      input: '{"id":"no"}',
      inputDetails: { included: true },
      redriveCount: 0,
      $metadata: expect.any(Object) as object,
    });
  });

  it('fails an execution whose data do not fit, and says where', async () => {
    const { executionArn } = await start('misfit', '{"other":1}');
    await twin.ended(executionArn);
    const events = await twin.history(executionArn);
    expect(typesOf(events).slice(-2)).toEqual(['TaskStateEntered', 'ExecutionFailed']);
    expect(events.at(-1)?.executionFailedEventDetails).toEqual({
      error: 'States.Runtime',
      cause:
        "An error occurred while executing the state 'Work' (entered at the event id #4). Path expression '$$.Execution.Input.id' does not point to a value",
    });
  });

  it('reads a history backwards, in pages, and without data', async () => {
    const { executionArn } = await start('paged', '{"id":"o-2"}');
    await twin.ended(executionArn);
    const ids: number[] = [];
    let nextToken: string | undefined;
    do {
      const page = await twin.client.send(
        new GetExecutionHistoryCommand({ executionArn, maxResults: 4, reverseOrder: true, nextToken }),
      );
      ids.push(...(page.events ?? []).map(({ id = 0 }) => id));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(ids).toEqual([15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);

    const bare = await twin.client.send(
      new GetExecutionHistoryCommand({ executionArn, includeExecutionData: false }),
    );
    expect(JSON.stringify(bare.events)).not.toMatch(/o-2|done/);
    expect(bare.events?.[3]).toEqual({
      id: 4,
      previousEventId: 3,
      timestamp: expect.any(Date) as Date,
      type: 'TaskStateEntered',
      stateEnteredEventDetails: { name: 'Work' },
    });
    await expect(
      twin.client.send(new GetExecutionHistoryCommand({ executionArn, nextToken: 'invented' })),
    ).rejects.toMatchObject({ name: 'InvalidToken' });
  });

  it('lists executions newest first, by status and in pages', async () => {
    for (const name of ['list-1', 'list-2', 'list-3']) {
      await twin.ended((await start(name, '{"id":"no"}')).executionArn);
    }
    const failed = new Set<string | undefined>();
    const names: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await twin.client.send(
        new ListExecutionsCommand({
          stateMachineArn: machineArn,
          statusFilter: 'FAILED',
          maxResults: 2,
          nextToken,
        }),
      );
      for (const { name, status } of page.executions ?? []) {
        names.push(name);
        failed.add(status);
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(names.slice(0, 3)).toEqual(['list-3', 'list-2', 'list-1']);
    expect([...failed]).toEqual(['FAILED']);
    const { executions = [] } = await twin.client.send(
      new ListExecutionsCommand({ stateMachineArn: machineArn, redriveFilter: 'REDRIVEN' }),
    );
    expect(executions).toEqual([]);
  });

  it('describes its machines', async () => {
    const { stateMachines } = await twin.client.send(new ListStateMachinesCommand({}));
    expect(stateMachines).toEqual([
      {
        stateMachineArn: machineArn,
        name: 'sallyport-dev-test',
        type: 'STANDARD',
        creationDate: expect.any(Date) as Date,
      },
    ]);
    const described = await twin.client.send(
      new DescribeStateMachineCommand({ stateMachineArn: machineArn }),
    );
    expect(described).toMatchObject({
      stateMachineArn: machineArn,
      name: 'sallyport-dev-test',
      status: 'ACTIVE',
      type: 'STANDARD',
      roleArn,
    });
    expect(described.definition).toBe(JSON.stringify(definition));
    const { executionArn } = await start('of-machine', '{"id":"o-3"}');
    await twin.ended(executionArn);
    const { definition: used } = await twin.client.send(
      new DescribeStateMachineForExecutionCommand({ executionArn }),
    );
    expect(used).toBe(described.definition);
  });

  it('starts an execution once while it runs, and never under a name that has been used', async () => {
    const first = await start('once', '{"id":"o-4"}');
    expect(await start('once', '{"id":"o-4"}')).toEqual({
      executionArn: first.executionArn,
      startDate: first.startDate,
      $metadata: expect.any(Object) as object,
    });
    await expect(start('once', '{"id":"o-5"}')).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
      message: `Execution Already Exists: '${String(first.executionArn)}'`,
    });
    held.resolve(undefined);
    await twin.ended(first.executionArn);
    await expect(start('once', '{"id":"o-4"}')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    expect(payloadsOf('once')).toHaveLength(1);
  });

  it.each([
    ['InvalidName', () => start('white space')],
    ['ValidationException', () => start('x'.repeat(81))],
    ['InvalidExecutionInput', () => start('input', '{')],
    ['InvalidArn', () => twin.client.send(new StartExecutionCommand({ stateMachineArn: 'machine' }))],
    ['InvalidArn', () => twin.client.send(new DescribeExecutionCommand({ executionArn: machineArn }))],
    [
      'StateMachineDoesNotExist',
      () => twin.client.send(new StartExecutionCommand({ stateMachineArn: `${machineArn}-other` })),
    ],
    [
      'ExecutionDoesNotExist',
      () =>
        twin.client.send(
          new DescribeExecutionCommand({
            executionArn: `${machineArn.replace('stateMachine', 'execution')}:none`,
          }),
        ),
    ],
  ])('refuses with %s', async (name, call) => {
    await expect(call()).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
  });
});
