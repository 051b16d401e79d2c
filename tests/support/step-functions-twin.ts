import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HistoryEvent, SFNClient, paginateGetExecutionHistory } from '@aws-sdk/client-sfn';
import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import { stateMachineArn } from '../../local/aws/step-functions/arns.ts';
import type { Execution } from '../../local/aws/step-functions/executions.ts';
import { type StepFunctions, createStepFunctions } from '../../local/aws/step-functions/step-functions.ts';
import { type TwinClock, createClock } from '../../local/kernel/clock.ts';
import { openStore } from '../../local/kernel/store.ts';
import type { Invocation } from '../../local/lambda/lambda.ts';
import { startAwsTwin } from './aws-twin.ts';

export const roleArn = 'arn:aws:iam::000000000000:role/workflow';
export const machineArn = stateMachineArn('sallyport-dev-test');

type Task = Extract<StateMachineDefinition['States'][string], { Type: 'Task' }>;

/** Returns a Task state that invokes `sallyport-dev-<name>` with the state's input as its payload. */
export const invoke = (
  name: string,
  rest: Partial<Task> & { HeartbeatSeconds?: number } & ({ Next: string } | { End: true }),
): Task => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: {
    FunctionName: `arn:aws:lambda:eu-west-1:000000000000:function:sallyport-dev-${name}`,
    'Payload.$': '$',
  },
  ...rest,
});

/**
 * Returns a Task state like `invoke`, for a function that receives a task token and waits for its callback.
 */
export const ask = (name: string, rest: Parameters<typeof invoke>[1]): Task => ({
  ...invoke(name, rest),
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Parameters: { FunctionName: `sallyport-dev-${name}`, Payload: { 'taskToken.$': '$$.Task.Token' } },
});

export type Functions = Readonly<Record<string, (payload: unknown) => Promise<Invocation> | Invocation>>;

export const answer = (payload: unknown): Invocation => ({ ok: true, payload });
export const refuse = (errorType: string, errorMessage = 'no'): Invocation => ({
  ok: false,
  error: { errorType, errorMessage, trace: [] },
});

export interface StepFunctionsTwin {
  readonly url: string;
  readonly client: SFNClient;
  readonly clock: TwinClock;
  readonly service: StepFunctions;
  /** Every change of status, as `name status`. */
  readonly statusChanges: readonly string[];
  /** Waits until the execution has a status other than RUNNING. */
  ended(executionArn: string | undefined): Promise<Execution>;
  history(executionArn: string | undefined): Promise<HistoryEvent[]>;
  stop(): Promise<void>;
}

/** Starts Step Functions behind the twin's AWS endpoint, with one machine, `sallyport-dev-test`. */
export async function startStepFunctions(
  definition: StateMachineDefinition,
  functions: Functions,
  options: { timeScale?: number; folder?: string } = {},
): Promise<StepFunctionsTwin> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'sallyport-sfn-')));
  const store = openStore(folder);
  const clock = createClock(options.timeScale);
  const statusChanges: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<Execution>>();
  const endOf = (executionArn = ''): PromiseWithResolvers<Execution> => {
    const end = ends.get(executionArn) ?? Promise.withResolvers<Execution>();
    ends.set(executionArn, end);
    return end;
  };
  const service = createStepFunctions({
    store,
    clock,
    lambda: {
      invoke: async (name, payload) =>
        (await functions[name]?.(payload)) ?? refuse('Lambda.ResourceNotFoundException'),
    },
    functionPrefix: 'sallyport-dev-',
    machines: [{ name: 'sallyport-dev-test', definition, roleArn, aliases: ['live'] }],
    onStatusChange: (execution) => {
      statusChanges.push(`${execution.name} ${execution.status}`);
      if (execution.status === 'RUNNING') ends.delete(execution.executionArn);
      else endOf(execution.executionArn).resolve(execution);
    },
  });
  const twin = await startAwsTwin({ store, clock, stepFunctions: service }, folder);
  const client = new SFNClient({
    endpoint: twin.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'twin', secretAccessKey: 'twin' },
  });
  return {
    url: twin.url,
    client,
    clock,
    service,
    statusChanges,
    ended: (executionArn) => endOf(executionArn).promise,
    history: async (executionArn) => {
      const events: HistoryEvent[] = [];
      for await (const { events: page = [] } of paginateGetExecutionHistory({ client }, { executionArn })) {
        events.push(...page);
      }
      return events;
    },
    stop: async () => {
      client.destroy();
      service.close();
      await twin.stop();
      store.close();
      if (options.folder === undefined) await rm(folder, { recursive: true });
    },
  };
}

/** Returns the types of a history's events. */
export const typesOf = (events: readonly HistoryEvent[]): (string | undefined)[] =>
  events.map(({ type }) => type);

/** Waits until the condition holds. */
export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}
