import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  RedriveExecutionCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type StepFunctionsTwin,
  answer,
  invoke,
  machineArn,
  refuse,
  startStepFunctions,
  typesOf,
  until,
} from '../support/step-functions-twin.ts';

describe('X-13 an execution that is redriven', () => {
  let twin: StepFunctionsTwin;
  let works = false;
  const calls: string[] = [];
  const start = async (name: string): Promise<string> => {
    const { executionArn = '' } = await twin.client.send(
      new StartExecutionCommand({ stateMachineArn: machineArn, name, input: '{"id":1}' }),
    );
    return executionArn;
  };
  const redrive = (executionArn: string, clientToken?: string) =>
    twin.client.send(new RedriveExecutionCommand({ executionArn, clientToken }));
  const describeExecution = (executionArn: string) =>
    twin.client.send(new DescribeExecutionCommand({ executionArn }));

  /** What an execution says of its redrives. */
  const redriveOf = ({
    redriveCount,
    redriveDate,
    redriveStatus,
    redriveStatusReason,
  }: Partial<DescribeExecutionCommandOutput>) => ({
    redriveCount,
    redriveDate,
    redriveStatus,
    redriveStatusReason,
  });

  beforeAll(async () => {
    twin = await startStepFunctions(
      {
        StartAt: 'First',
        States: {
          First: invoke('first', { ResultPath: null, Next: 'Second' }),
          Second: invoke('second', {
            ResultSelector: { 'said.$': '$.Payload' },
            Retry: [{ ErrorEquals: ['Unavailable'], MaxAttempts: 1 }],
            End: true,
          }),
        },
      },
      {
        first: () => {
          calls.push('first');
          return answer(null);
        },
        second: (payload) => {
          calls.push(`second ${JSON.stringify(payload)}`);
          return works ? answer('done') : refuse('Unavailable');
        },
      },
      { timeScale: 1000 },
    );
  });
  beforeEach(() => {
    works = false;
    calls.length = 0;
    twin.clock.move(0);
  });
  afterAll(() => twin.stop());

  it('runs again from the state that failed, with its input and all its attempts', async () => {
    const arn = await start('failed');
    await twin.ended(arn);
    await redrive(arn);
    await twin.ended(arn);
    works = true;
    const { redriveDate } = await redrive(arn);
    await twin.ended(arn);

    expect(calls).toEqual(['first', ...Array.from({ length: 5 }, () => 'second {"id":1}')]);
    const attempt = ['TaskScheduled', 'TaskStarted', 'TaskFailed'];
    const events = await twin.history(arn);
    expect(typesOf(events)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'TaskStateEntered',
      ...attempt,
      ...attempt,
      'ExecutionFailed',
      'ExecutionRedriven',
      ...attempt,
      ...attempt,
      'ExecutionFailed',
      'ExecutionRedriven',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
    expect(
      events.flatMap(({ executionRedrivenEventDetails: details }) =>
        details === undefined ? [] : [details],
      ),
    ).toEqual([{ redriveCount: 1 }, { redriveCount: 2 }]);
    const { status, output, error, cause, ...redrives } = await describeExecution(arn);
    expect({ status, output, error, cause }).toEqual({ status: 'SUCCEEDED', output: '{"said":"done"}' });
    expect(redriveOf(redrives)).toEqual({
      redriveCount: 2,
      redriveDate,
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
    });
    expect(twin.statusChanges.filter((change) => change.startsWith('failed '))).toEqual([
      'failed RUNNING',
      'failed FAILED',
      'failed RUNNING',
      'failed FAILED',
      'failed RUNNING',
      'failed SUCCEEDED',
    ]);
  });

  it('runs again after it was stopped', async () => {
    const arn = await start('stopped');
    await until(() => calls.length > 1);
    await twin.client.send(new StopExecutionCommand({ executionArn: arn }));
    works = true;
    await redrive(arn);
    await twin.ended(arn);
    expect((await describeExecution(arn)).status).toBe('SUCCEEDED');
  });

  it('runs again after it has timed out, with its whole time anew', async () => {
    let patient = false;
    const limited = await startStepFunctions(
      { StartAt: 'Work', TimeoutSeconds: 600, States: { Work: invoke('work', { End: true }) } },
      { work: () => (patient ? answer('done') : new Promise(() => undefined)) },
    );
    try {
      const { executionArn: arn = '' } = await limited.client.send(
        new StartExecutionCommand({ stateMachineArn: machineArn, input: '{}' }),
      );
      await until(async () => typesOf(await limited.history(arn)).includes('TaskStarted'));
      limited.clock.move(601);
      expect((await limited.ended(arn)).status).toBe('TIMED_OUT');
      patient = true;
      await limited.client.send(new RedriveExecutionCommand({ executionArn: arn }));
      expect((await limited.ended(arn)).status).toBe('SUCCEEDED');
    } finally {
      await limited.stop();
    }
  });

  it('is not redriven twice by one client token', async () => {
    const arn = await start('token');
    await twin.ended(arn);
    const first = await redrive(arn, 'once');
    expect((await redrive(arn, 'once')).redriveDate).toEqual(first.redriveDate);
    await twin.ended(arn);
    const { status, redriveCount } = await describeExecution(arn);
    expect([status, redriveCount]).toEqual(['FAILED', 1]);
  });

  it('is refused once it has succeeded, and 14 days after it ended', async () => {
    const arn = await start('late');
    await twin.ended(arn);
    twin.clock.move(14 * 86_400 + 60);
    const refusal = 'Execution redrivable period exceeded';
    await expect(redrive(arn)).rejects.toMatchObject({
      name: 'ExecutionNotRedrivable',
      message: `Execution Not Redrivable: '${refusal}'`,
    });
    expect(redriveOf(await describeExecution(arn))).toEqual({
      redriveCount: 0,
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: refusal,
    });
    twin.clock.move(0);
    works = true;
    await redrive(arn);
    await twin.ended(arn);
    await expect(redrive(arn)).rejects.toMatchObject({ name: 'ExecutionNotRedrivable' });
  });
});
