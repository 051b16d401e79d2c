import { NotFound } from '../../../core/errors.ts';
import type { ExecutionInput } from '../../../core/onboarding/onboarding.ts';
import type { ExecutionState, WaitingTasks, Workflows } from '../../../core/workflow/ports.ts';

export interface FakeWorkflows extends Workflows<ExecutionInput> {
  /** One per name, however often it is started. */
  readonly executions: Map<string, ExecutionInput>;
  /** The states of executions that are no longer in their initial state. */
  readonly states: Map<string, ExecutionState>;
}

/**
 * Creates fake workflows. `executions.delete(name)` does what Step Functions does 90 days after an
 * execution's end.
 */
export function fakeWorkflows(): FakeWorkflows {
  const executions = new Map<string, ExecutionInput>();
  const states = new Map<string, ExecutionState>();
  return {
    executions,
    states,
    executionArnOf: (name) => `arn:execution:${name}`,
    start: async (name, input) => {
      if (!executions.has(name)) executions.set(name, input);
      return Promise.resolve();
    },
    stateOf: async (name) => {
      if (!executions.has(name)) {
        throw new NotFound({ service: 'stepfunctions', operation: 'fake', detail: 'no such execution' });
      }
      return Promise.resolve(states.get(name) ?? { status: 'RUNNING', redriveCount: 0 });
    },
    isRunning: async (name) =>
      Promise.resolve(executions.has(name) && (states.get(name)?.status ?? 'RUNNING') === 'RUNNING'),
  };
}

export interface FakeWaitingTasks extends WaitingTasks {
  /** Tokens that a task waits for. */
  readonly waiting: Set<string>;
  /** How each wait ended: `succeeded`, or error and cause. */
  readonly ended: Map<string, string>;
}

export function fakeWaitingTasks(...tokens: readonly string[]): FakeWaitingTasks {
  const waiting = new Set(tokens);
  const ended = new Map<string, string>();
  const end = async (taskToken: string, how: string): Promise<void> => {
    if (!waiting.delete(taskToken)) {
      throw new NotFound({ service: 'stepfunctions', operation: 'fake', detail: 'nobody waits' });
    }
    ended.set(taskToken, how);
    return Promise.resolve();
  };
  return {
    waiting,
    ended,
    succeed: async (taskToken) => end(taskToken, 'succeeded'),
    fail: async (taskToken, error, cause) => end(taskToken, `${error}: ${cause}`),
  };
}
