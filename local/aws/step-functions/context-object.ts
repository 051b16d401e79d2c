import type { ContextObject } from './data-flow.ts';
import type { Execution } from './executions.ts';
import type { Revision } from './machines.ts';
import { parseJson } from './states.ts';

/**
 * Returns the context object, which a state reads as `$$` (Step Functions, "Context object"). Its member
 * `Run` holds what definitions call `$$.Execution`; `adaptToLibrary` explains why.
 */
export function contextOf(execution: Execution, revision: Revision, token?: string): ContextObject {
  const { position, redrives } = execution;
  const iso = (at: number): string => new Date(at).toISOString();
  const redriven = redrives.at(-1);
  return {
    Run: {
      Id: execution.executionArn,
      Input: parseJson(execution.input),
      Name: execution.name,
      RoleArn: revision.roleArn,
      StartTime: iso(execution.startedAt),
      RedriveCount: redrives.length,
      ...(redriven === undefined ? {} : { RedriveTime: iso(redriven.at) }),
    },
    State: {
      EnteredTime: iso(position.enteredAt),
      Name: position.state,
      RetryCount: position.retries.reduce((sum, used) => sum + used, 0),
    },
    StateMachine: { Id: execution.stateMachineArn, Name: revision.name },
    ...(token === undefined ? {} : { Task: { Token: token } }),
  };
}
