import type { Reason } from './records.ts';

/** The state of an execution, as Step Functions describes it. */
export interface ExecutionState {
  readonly status: string;
  /** The name of the error that it failed with. */
  readonly error?: string;
  readonly redriveCount: number;
  /** When it was last redriven. */
  readonly redrivenAt?: Date;
}

/** The executions of one state machine of Step Functions, which all begin with the same kind of input. */
export interface Workflows<Input> {
  /** Returns the ARN that the execution of this name has, or will have. */
  executionArnOf(name: string): string;
  /**
   * Starts an execution under this name, or finds the one that has this name already. The result is the same,
   * even after that execution has ended.
   */
  start(name: string, input: Input): Promise<void>;
  /**
   * Returns the state of an execution. It may be a moment old.
   * @throws {NotFound} if there is no such execution
   */
  stateOf(name: string): Promise<ExecutionState>;
  /**
   * Tells whether an execution has not ended. The answer may be a moment old. False if there is no such
   * execution.
   */
  isRunning(name: string): Promise<boolean>;
}

/** Something that only an operator can finish or repair. */
export interface Alert {
  readonly executionId: string;
  /**
   * `Defect`: a fault of ours ended a step, and its execution is being rolled back. `Waiting`: the execution
   * goes on waiting for a vendor.
   */
  readonly status: 'RollbackIncomplete' | 'Stopped' | 'Defect' | 'Waiting';
  /** What happened, and what is left. */
  readonly reasons: readonly Reason[];
}

/** Alerts the operators, at least once per alert. */
export interface Alerts {
  raise(alert: Alert): Promise<void>;
}

/**
 * Step Functions tasks that wait for a callback.
 * @throws {NotFound} for a task token that is used, expired or unknown
 */
export interface WaitingTasks {
  succeed(taskToken: string): Promise<void>;
  fail(taskToken: string, error: string, cause: string): Promise<void>;
}
