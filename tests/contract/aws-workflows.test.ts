import { DescribeExecutionCommand, RedriveExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createWaitingTasks, createWorkflows } from '../../adapters/aws/sfn-workflows.ts';
import { Defect, NotFound } from '../../core/errors.ts';
import { createStepFunctions, type StepFunctions } from '../../local/aws/step-functions/step-functions.ts';
import {
  type AwsTwin,
  effectUnderFault,
  errorUnderFault,
  readUnderFault,
  startAwsTwin,
} from '../support/aws-twin.ts';

const machineArn = 'arn:aws:states:eu-west-1:000000000000:stateMachine:sallyport-dev-onboarding';
const stateMachineArn = `${machineArn}:live`;
const executionArn = (name: string) =>
  `arn:aws:states:eu-west-1:000000000000:execution:sallyport-dev-onboarding:${name}`;
const input = { onboardingId: 'onb-1', ticketNumber: 'RITM0010001' };

describe('WF-2 workflows, against the twin', () => {
  /** The tokens that the waiting function has received, in the order of the calls. */
  const calls: { readonly execution: string; readonly token: string }[] = [];
  let twin: AwsTwin;
  let stepFunctions: StepFunctions;
  let client: SFNClient;
  let workflows: ReturnType<typeof createWorkflows>;
  let tasks: ReturnType<typeof createWaitingTasks>;

  beforeAll(async () => {
    twin = await startAwsTwin(({ store, clock }) => {
      stepFunctions = createStepFunctions({
        store,
        clock,
        lambda: {
          invoke: (_name, payload) => {
            calls.push(payload as (typeof calls)[number]);
            return Promise.resolve({ ok: true, payload: {} });
          },
        },
        functionPrefix: 'sallyport-dev-',
        machines: [
          {
            name: 'sallyport-dev-onboarding',
            roleArn: 'arn:aws:iam::000000000000:role/twin',
            aliases: ['live'],
            definition: {
              StartAt: 'Wait',
              States: {
                Wait: {
                  Type: 'Task',
                  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
                  TimeoutSeconds: 60,
                  End: true,
                  Parameters: {
                    FunctionName: 'sallyport-dev-ewacs-account',
                    Payload: { 'execution.$': '$$.Execution.Name', 'token.$': '$$.Task.Token' },
                  },
                },
              },
            },
          },
        ],
      });
      return { stepFunctions };
    });
    client = new SFNClient(twin.client);
    workflows = createWorkflows({ client, stateMachineArn });
    tasks = createWaitingTasks(client);
  });
  afterAll(async () => {
    client.destroy();
    stepFunctions.close();
    await twin.stop();
  });

  const tokensOf = (name: string): readonly string[] =>
    calls.filter(({ execution }) => execution === name).map(({ token }) => token);
  const started = async (name: string): Promise<string> => {
    await workflows.start(name, input);
    return vi.waitUntil(() => tokensOf(name)[0]);
  };
  const ended = async (name: string) =>
    vi.waitUntil(async () => {
      const { status, input, output, error, cause } = await client.send(
        new DescribeExecutionCommand({ executionArn: executionArn(name) }),
      );
      return status === 'RUNNING' ? undefined : { status, input, output, error, cause };
    });

  it('starts an execution under the ARN it said, once, also when it is asked again after the end', async () => {
    expect(workflows.executionArnOf('once')).toBe(executionArn('once'));
    const token = await started('once');
    await workflows.start('once', input);
    await tasks.succeed(token);
    expect(await ended('once')).toEqual({
      status: 'SUCCEEDED',
      input: JSON.stringify(input),
      output: '{}',
    });
    await workflows.start('once', input);
    expect(tokensOf('once')).toHaveLength(1);
  });

  it('fails a waiting task; a token that is spent or invented is NotFound', async () => {
    const token = await started('fails');
    await tasks.fail(token, 'Rejected', 'the task was closed incomplete');
    expect(await ended('fails')).toEqual({
      status: 'FAILED',
      input: JSON.stringify(input),
      error: 'Rejected',
      cause: 'the task was closed incomplete',
    });
    await expect(tasks.succeed(token)).rejects.toThrow(
      new NotFound({ service: 'stepfunctions', operation: 'SendTaskSuccess', detail: 'TaskTimedOut' }),
    );
    await expect(tasks.fail('invented', 'Rejected', '')).rejects.toThrow(
      new NotFound({ service: 'stepfunctions', operation: 'SendTaskFailure', detail: 'InvalidToken' }),
    );
  });

  // Failure F-27
  it('shows how an execution stands, and that one which is not there is NotFound', async () => {
    const token = await started('stands');
    expect(await workflows.stateOf('stands')).toEqual({ status: 'RUNNING', redriveCount: 0 });
    await tasks.fail(token, 'Rejected', 'no');
    await ended('stands');
    expect(await workflows.stateOf('stands')).toEqual({
      status: 'FAILED',
      error: 'Rejected',
      redriveCount: 0,
    });
    await client.send(new RedriveExecutionCommand({ executionArn: executionArn('stands') }));
    expect(await workflows.stateOf('stands')).toEqual({
      status: 'RUNNING',
      redriveCount: 1,
      redrivenAt: expect.any(Date) as Date,
    });
    await expect(workflows.stateOf('nobody')).rejects.toThrow(
      new NotFound({
        service: 'stepfunctions',
        operation: 'DescribeExecution',
        detail: 'ExecutionDoesNotExist',
      }),
    );
  });

  // Failure F-21
  it('shows whether an execution runs, which one that is not there does not', async () => {
    const token = await started('runs');
    expect(await workflows.isRunning('runs')).toBe(true);
    await tasks.fail(token, 'Rejected', 'no');
    await ended('runs');
    expect(await workflows.isRunning('runs')).toBe(false);
    await client.send(new RedriveExecutionCommand({ executionArn: executionArn('runs') }));
    expect(await workflows.isRunning('runs')).toBe(true);
    expect(await workflows.isRunning('nobody')).toBe(false);
  });

  it.each(readUnderFault)('whether an execution runs is %s under %s', async (mode, name) => {
    twin.faults.add([{ service: 'stepfunctions', operation: 'DescribeExecution', mode, times: 1 }]);
    await expect(workflows.isRunning('any')).rejects.toThrow(
      errorUnderFault(name, 'stepfunctions', 'DescribeExecution', mode),
    );
  });

  it.each([`${machineArn}-x`, `${machineArn}-x:live`, `${machineArn}:dead`])(
    '%s, which is not there, is a Defect',
    async (arn) => {
      await expect(createWorkflows({ client, stateMachineArn: arn }).start('x', input)).rejects.toThrow(
        new Defect({
          service: 'stepfunctions',
          operation: 'StartExecution',
          detail: 'StateMachineDoesNotExist',
        }),
      );
    },
  );

  it('starts by the alias, and finds the execution also without it', async () => {
    const token = await started('by-alias');
    const { stateMachineAliasArn } = await client.send(
      new DescribeExecutionCommand({ executionArn: executionArn('by-alias') }),
    );
    expect(stateMachineAliasArn).toBe(stateMachineArn);
    const byMachine = createWorkflows({ client, stateMachineArn: machineArn });
    expect(byMachine.executionArnOf('by-alias')).toBe(executionArn('by-alias'));
    expect(await byMachine.stateOf('by-alias')).toEqual({ status: 'RUNNING', redriveCount: 0 });
    await tasks.succeed(token);
  });

  it.each(effectUnderFault)('starting under %s is %s, and starting again is safe', async (mode, name) => {
    twin.faults.add([{ service: 'stepfunctions', operation: 'StartExecution', mode, times: 1 }]);
    await expect(workflows.start(`fault-${mode}`, input)).rejects.toThrow(
      errorUnderFault(name, 'stepfunctions', 'StartExecution', mode),
    );
    await workflows.start(`fault-${mode}`, input);
  });

  it.each(effectUnderFault)('ending a task under %s is %s', async (mode, name) => {
    twin.faults.add(
      ['SendTaskSuccess', 'SendTaskFailure'].map((operation) => ({
        service: 'stepfunctions',
        operation,
        mode,
        times: 1,
      })),
    );
    await expect(tasks.succeed('any')).rejects.toThrow(
      errorUnderFault(name, 'stepfunctions', 'SendTaskSuccess', mode),
    );
    await expect(tasks.fail('any', 'Rejected', '')).rejects.toThrow(
      errorUnderFault(name, 'stepfunctions', 'SendTaskFailure', mode),
    );
  });
});
