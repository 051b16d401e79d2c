import type { TwinClock } from '../../kernel/clock.ts';
import type { Invocation, Lambda } from '../../lambda/lambda.ts';
import { shortName } from './arns.ts';
import type { ContextObject, DataFlow } from './data-flow.ts';
import { dataLimitFailure } from './data-limit.ts';
import type { Execution, Executions, ScheduledTask } from './executions.ts';
import { resourceOf, taskScheduled, taskStarted, taskSubmitted } from './history.ts';
import { type Json, type StateOutcome, type TaskState, parseJson } from './states.ts';
import type { TaskTokens } from './task-tokens.ts';
import { dueAfter, sleepUntil } from './times.ts';

/** AWS's default for a task without TimeoutSeconds. */
const defaultTimeoutSeconds = 99_999_999;

/** Runs the attempts of Task states. */
export interface Tasks {
  /** Stores that the task is scheduled and started, before anything else happens. */
  schedule(
    execution: Execution,
    state: TaskState,
    flow: DataFlow,
    contextWith: (token?: string) => ContextObject,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Waits for the end of the scheduled task: its function's answer, its callback or a time-out. If the
   * process died after scheduling the task, the next process calls this again. The function is then invoked
   * again, unless it had already answered.
   */
  outcome(executionArn: string, state: TaskState, signal: AbortSignal): Promise<StateOutcome>;
}

export function createTasks({
  clock,
  lambda,
  functionPrefix,
  executions,
  tokens,
}: {
  readonly clock: TwinClock;
  readonly lambda: Lambda;
  readonly functionPrefix: string;
  readonly executions: Executions;
  readonly tokens: TaskTokens;
}): Tasks {
  const timeOut = async (executionArn: string, signal: AbortSignal): Promise<StateOutcome> => {
    for (;;) {
      const { task } = executions.get(executionArn).position;
      const dueAt = task?.dueAt ?? Infinity;
      const beatDueAt = task?.heartbeat?.dueAt ?? Infinity;
      if (dueAt <= clock.now().getTime()) return { ok: false, timedOut: true, error: 'States.Timeout' };
      // As recorded on AWS, a missed heartbeat has no error name of its own.
      if (beatDueAt <= clock.now().getTime()) return { ok: false, timedOut: true, error: 'States.Timeout' };
      await sleepUntil(clock, Math.min(dueAt, beatDueAt), signal);
    }
  };

  const invoke = async (state: TaskState, { parameters }: ScheduledTask): Promise<StateOutcome> => {
    const { FunctionName, Payload } = functionCall(parameters);
    try {
      const answer = await lambda.invoke(shortName(FunctionName, functionPrefix), Payload);
      if (!answer.ok) {
        return { ok: false, timedOut: false, error: answer.error.errorType, cause: causeOf(answer) };
      }
      const output = { ExecutedVersion: '$LATEST', Payload: toJson(answer.payload), StatusCode: 200 };
      const tooLarge = dataLimitFailure(output, resourceOf(state).resourceType);
      return tooLarge === undefined ? { ok: true, output } : { ok: false, timedOut: false, ...tooLarge };
    } catch (error) {
      return {
        ok: false,
        timedOut: false,
        error: 'Lambda.Unknown',
        cause: error instanceof Error ? error.message : String(error),
      };
    }
  };

  /** Invokes the function unless it has answered before. After that, the callback decides. */
  const submit = async (
    executionArn: string,
    state: TaskState,
    task: ScheduledTask,
    callback: Promise<StateOutcome>,
    signal: AbortSignal,
  ): Promise<StateOutcome> => {
    if (task.submitted) return callback;
    const answer = await invoke(state, task);
    if (!answer.ok || signal.aborted) return answer;
    const execution = executions.get(executionArn);
    const submitted = { ...(execution.position.task ?? task), submitted: true };
    executions.record(execution, [taskSubmitted(state, answer.output)], {
      position: { ...execution.position, task: submitted },
    });
    return callback;
  };

  return {
    schedule: async (execution, state, flow, contextWith, signal) => {
      const { executionArn, position } = execution;
      const token = state.Resource.endsWith('.waitForTaskToken') ? tokens.mint(executionArn) : undefined;
      const context = contextWith(token);
      const limit = async (field: 'TimeoutSeconds' | 'HeartbeatSeconds'): Promise<number | undefined> => {
        const fields = new Map<string, unknown>(Object.entries(state));
        const path = fields.get(`${field}Path`);
        const seconds =
          typeof path === 'string' ? await flow.valueAt(path, position.input, context) : fields.get(field);
        return typeof seconds === 'number' ? seconds : undefined;
      };
      const parameters = await flow.effectiveInput(position.input, context);
      const timeoutInSeconds = await limit('TimeoutSeconds');
      const heartbeatInSeconds = await limit('HeartbeatSeconds');
      const task: ScheduledTask = {
        parameters,
        token,
        dueAt: dueAfter(clock, timeoutInSeconds ?? defaultTimeoutSeconds),
        heartbeat:
          heartbeatInSeconds === undefined
            ? undefined
            : { seconds: heartbeatInSeconds, dueAt: dueAfter(clock, heartbeatInSeconds) },
        submitted: false,
      };
      const limits = {
        ...(timeoutInSeconds === undefined ? {} : { timeoutInSeconds }),
        ...(heartbeatInSeconds === undefined ? {} : { heartbeatInSeconds }),
      };
      signal.throwIfAborted();
      executions.record(execution, [taskScheduled(state, parameters, limits), taskStarted(state)], {
        position: { ...position, wakeAt: undefined, task },
      });
    },
    outcome: async (executionArn, state, signal) => {
      const { task } = executions.get(executionArn).position;
      if (task === undefined) throw new Error(`no task of ${executionArn} is scheduled`);
      if (task.outcome !== undefined) return task.outcome;
      const finished = new AbortController();
      const unfinished = AbortSignal.any([signal, finished.signal]);
      try {
        const limit = timeOut(executionArn, unfinished);
        if (task.token === undefined) return await Promise.race([invoke(state, task), limit]);
        const callback = tokens.outcome(task.token);
        return await Promise.race([callback, submit(executionArn, state, task, callback, unfinished), limit]);
      } finally {
        finished.abort('decided');
        if (task.token !== undefined) tokens.forget(task.token);
      }
    },
  };
}

function functionCall(parameters: Json): { FunctionName: string; Payload: Json } {
  const { FunctionName = '', Payload = {} } =
    parameters !== null && typeof parameters === 'object' && !Array.isArray(parameters) ? parameters : {};
  return { FunctionName: typeof FunctionName === 'string' ? FunctionName : '', Payload };
}

/**
 * Returns the cause: plain text if the Lambda service refused the call, JSON if the function threw an error.
 */
const causeOf = ({ error, refusedByService }: Extract<Invocation, { ok: false }>): string =>
  refusedByService === true ? error.errorMessage : JSON.stringify(error);

/** Returns a handler's answer as the Lambda service would serialize it. */
function toJson(payload: unknown): Json {
  return parseJson(payload === undefined ? 'null' : JSON.stringify(payload));
}
