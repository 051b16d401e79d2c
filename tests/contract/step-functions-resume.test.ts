import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import {
  DescribeExecutionCommand,
  SFNClient,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  paginateGetExecutionHistory,
} from '@aws-sdk/client-sfn';
import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inTurn } from '../support/step-functions-process.ts';
import { succeededExecution } from '../support/executions.ts';
import {
  answer,
  ask,
  type Functions,
  invoke,
  machineArn,
  refuse,
  startStepFunctions,
  type StepFunctionsTwin,
  typesOf,
  until,
} from '../support/step-functions-twin.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-resume-'));
});
afterEach(() => rm(folder, { recursive: true }));

const never = () => new Promise<never>(() => undefined);

describe('X-13 executions that outlive their process', () => {
  let twin: StepFunctionsTwin;

  /** Ends the twin with whatever runs in it, and starts another on what it left. */
  const restart = async (definition: StateMachineDefinition, functions: Functions): Promise<void> => {
    await twin.stop();
    twin = await startStepFunctions(definition, functions, { folder });
    twin.service.resume();
  };
  const start = async (definition: StateMachineDefinition, functions: Functions): Promise<string> => {
    twin = await startStepFunctions(definition, functions, { folder });
    const { executionArn = '' } = await twin.client.send(
      new StartExecutionCommand({ stateMachineArn: machineArn }),
    );
    return executionArn;
  };
  const reached = (arn: string, type: string) =>
    until(async () => typesOf(await twin.history(arn)).includes(type));
  const status = async (executionArn: string) =>
    (await twin.client.send(new DescribeExecutionCommand({ executionArn }))).status;
  afterEach(() => twin.stop());

  it('wait on the same token for what is left of the time, and do not ask again', async () => {
    const tokens: string[] = [];
    const functions = {
      ask: (payload: unknown) => {
        tokens.push((payload as { taskToken: string }).taskToken);
        return answer('asked');
      },
    };
    const waiting = { StartAt: 'Ask', States: { Ask: ask('ask', { TimeoutSeconds: 1000, End: true }) } };
    const called = await start(waiting, functions);
    await reached(called, 'TaskSubmitted');
    const { executionArn: forgotten = '' } = await twin.client.send(
      new StartExecutionCommand({ stateMachineArn: machineArn }),
    );
    await reached(forgotten, 'TaskSubmitted');

    await restart(waiting, functions);
    twin.clock.move(900);
    await twin.client.send(new SendTaskSuccessCommand({ taskToken: tokens[0], output: '"yes"' }));
    await twin.ended(called);
    expect(typesOf(await twin.history(called))).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    expect(await status(forgotten)).toBe('RUNNING');
    twin.clock.move(1001);
    await twin.ended(forgotten);
    expect(typesOf(await twin.history(forgotten)).slice(-2)).toEqual(['TaskTimedOut', 'ExecutionFailed']);
    expect(tokens).toHaveLength(2);
  });

  it('keep a callback that came when nobody could act on it', async () => {
    let taskToken = '';
    const waiting = { StartAt: 'Ask', States: { Ask: ask('ask', { End: true }) } };
    const arn = await start(waiting, {
      ask: (payload) => {
        ({ taskToken } = payload as { taskToken: string });
        return answer('asked');
      },
    });
    await reached(arn, 'TaskSubmitted');
    twin.service.close();
    await twin.client.send(new SendTaskSuccessCommand({ taskToken, output: '"in between"' }));
    expect(await status(arn)).toBe('RUNNING');
    await restart(waiting, {});
    expect((await twin.ended(arn)).output).toBe('"in between"');
  });

  it('go on with a back-off, and with the attempts that are left', async () => {
    let attempts = 0;
    const functions = {
      work: () => {
        attempts += 1;
        return refuse('Throttled');
      },
    };
    const retrying = {
      StartAt: 'Work',
      States: {
        Work: {
          ...invoke('work', { End: true }),
          Retry: [{ ErrorEquals: ['Throttled'], IntervalSeconds: 1000, BackoffRate: 1, MaxAttempts: 2 }],
        },
      },
    };
    const arn = await start(retrying, functions);
    await reached(arn, 'TaskFailed');
    await restart(retrying, functions);
    expect(await status(arn)).toBe('RUNNING');
    expect(attempts).toBe(1);
    twin.clock.move(1001);
    await until(() => attempts === 2);
    await until(
      async () => typesOf(await twin.history(arn)).filter((type) => type === 'TaskFailed').length === 2,
    );
    twin.clock.move(2100);
    await twin.ended(arn);
    expect(attempts).toBe(3);
    expect(await status(arn)).toBe('FAILED');
  });

  it('go on waiting until the moment they were to wait for', async () => {
    const pausing: StateMachineDefinition = {
      StartAt: 'Pause',
      States: { Pause: { Type: 'Wait', Seconds: 1000, End: true } },
    };
    const arn = await start(pausing, {});
    await reached(arn, 'WaitStateEntered');
    await restart(pausing, {});
    twin.clock.move(900);
    expect(await status(arn)).toBe('RUNNING');
    twin.clock.move(1001);
    await twin.ended(arn);
    expect(typesOf(await twin.history(arn))).toEqual([
      'ExecutionStarted',
      'WaitStateEntered',
      'WaitStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('keep the definition they were started with', async () => {
    const arn = await start(
      {
        StartAt: 'Work',
        States: { Work: { ...invoke('old', { Next: 'Done' }) }, Done: { Type: 'Succeed' } },
      },
      { old: never },
    );
    await reached(arn, 'TaskStarted');
    await restart(
      { StartAt: 'Other', States: { Other: invoke('new', { End: true }) } },
      { old: () => answer('old') },
    );
    await twin.ended(arn);
    expect(typesOf(await twin.history(arn)).slice(-3)).toEqual([
      'SucceedStateEntered',
      'SucceedStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('run the killed function again, enter no state twice, and leave one consistent history', async () => {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, '../support/step-functions-process.ts'), folder],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
    const client = new SFNClient({
      endpoint: url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'twin', secretAccessKey: 'twin' },
    });
    const { executionArn: arn = '' } = await client.send(
      new StartExecutionCommand({ stateMachineArn: machineArn, input: '{"id":1}' }),
    );
    await until(async () => {
      for await (const { events = [] } of paginateGetExecutionHistory({ client }, { executionArn: arn })) {
        if (typesOf(events).at(-1) === 'TaskStarted' && events.length > 6) return true;
      }
      return false;
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    client.destroy();

    const calls: unknown[] = [];
    twin = await startStepFunctions(
      inTurn,
      {
        first: () => {
          calls.push('first');
          return answer(1);
        },
        second: (payload) => {
          calls.push(['second', payload]);
          return answer(2);
        },
        third: (payload) => {
          calls.push(['third', payload]);
          return answer(3);
        },
      },
      { folder },
    );
    twin.service.resume();
    await twin.ended(arn);

    expect(calls).toEqual([
      ['second', { first: 'before' }],
      ['third', { second: 2 }],
    ]);
    const task = ['TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSucceeded', 'TaskStateExited'];
    const events = await twin.history(arn);
    expect(typesOf(events)).toEqual(['ExecutionStarted', ...task, ...task, ...task, 'ExecutionSucceeded']);
    expect(events.map(({ id, previousEventId }) => [id, previousEventId])).toEqual(
      events.map((_, index) => [index + 1, index <= 1 ? 0 : index]),
    );
    expect(await twin.client.send(new DescribeExecutionCommand({ executionArn: arn }))).toEqual({
      ...succeededExecution,
      output: '{"third":3}',
      input: '{"id":1}',
    });
  });
});
