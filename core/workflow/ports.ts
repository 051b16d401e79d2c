import type { Reason } from './plan.ts';

/** All that an execution is told: everything else is in the records, so that no history holds it. */
export interface ExecutionInput {
  readonly onboardingId: string;
  readonly ticketNumber: string;
}

/** How an execution stands. */
export interface ExecutionState {
  readonly status: string;
  /** The name of the error that it failed with. */
  readonly error?: string;
  readonly redriveCount: number;
  /** The last time it was. */
  readonly redrivenAt?: Date;
}

/** Step Functions' executions of the onboarding. */
export interface Workflows {
  /** The ARN that the execution of this name has, or will have. */
  executionArnOf(name: string): string;
  /**
   * Starts an execution under this name, or finds the one that bears it: the answer is the same, also after
   * it has ended.
   */
  start(name: string, input: ExecutionInput): Promise<void>;
  /** As Step Functions knew it a moment ago. One that is not there is `NotFound`. */
  stateOf(name: string): Promise<ExecutionState>;
  /** Whether it has not ended, as Step Functions knew it a moment ago. One that is not there has. */
  isRunning(name: string): Promise<boolean>;
}

/** Something that ends only by an operator's hand, or that only operators can mend. */
export interface Alert {
  readonly onboardingId: string;
  readonly ticketNumber: string;
  /** `Defect`: a fault of ours ended a step, and its onboarding is being taken back. `Waiting`: it goes on waiting for a vendor. */
  readonly status: 'RollbackIncomplete' | 'Stopped' | 'Defect' | 'Waiting';
  /** What happened, and what is left. */
  readonly reasons: readonly Reason[];
}

/** Tells the operators, at least once. */
export interface Alerts {
  raise(alert: Alert): Promise<void>;
}

/** Step Functions tasks that wait for somebody outside. A token that is spent, expired or unknown is `NotFound`. */
export interface WaitingTasks {
  succeed(taskToken: string): Promise<void>;
  fail(taskToken: string, error: string, cause: string): Promise<void>;
}
