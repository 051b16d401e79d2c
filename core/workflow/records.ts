/**
 * The records of an execution, whatever its workflow does, and the only ways to change them. Every change
 * names the state that it starts from. If it finds another state, it reports that and overwrites nothing.
 */

/** A reason for a status, in a sentence that the requester or an operator understands. */
export interface Reason {
  readonly code: string;
  readonly sentence: string;
}

/**
 * `Stopped`: the execution ended without a final status. It may still get one, because an operator can
 * redrive it or roll it back.
 */
export type WorkflowStatus =
  'Running' | 'Done' | 'Rejected' | 'RolledBack' | 'RollbackIncomplete' | 'Stopped';

/** The statuses that are not final. */
export const openStatuses: readonly WorkflowStatus[] = ['Running', 'Stopped'];

/** What the records of all executions have in common. Each workflow adds what its steps need to know. */
export interface ExecutionRecord {
  readonly status: WorkflowStatus;
  /** Why it was rejected or has stopped, or what a rollback has left behind. */
  readonly reasons?: readonly Reason[];
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601. Since when its intake waits for a vendor; absent if it does not. */
  readonly stalledSince?: string;
  /** ISO 8601. Since when it has its status; absent if that has been `Running` from the beginning. */
  readonly endedAt?: string;
  /** ISO 8601. When its personal data was removed; absent if it was not. */
  readonly personalDataRemovedAt?: string;
}

/** The records of one workflow's executions. */
export interface ExecutionRecords<Subject extends ExecutionRecord> {
  find(executionId: string): Promise<Subject | undefined>;
  /** Creates the record, unless there is one already. Returns the record that is there afterwards. */
  create(subject: Subject): Promise<Subject>;
  /**
   * Moves to a final status from one of the given statuses. Nothing happens if it is there already. Reasons,
   * if given, replace the old ones.
   */
  conclude(
    executionId: string,
    from: readonly WorkflowStatus[],
    to: WorkflowStatus,
    reasons?: readonly Reason[],
  ): Promise<void>;
}

/** What the intake of a request is called where a step could stand. */
export const intakeName = 'request-intake';

/** A wait for a vendor: what waits, since when, and who has been told. */
export interface Stall {
  readonly executionId: string;
  /** The name of a step, or `intakeName`. */
  readonly what: string;
  readonly since: Date;
  readonly stage: StallStage;
}

/** The stages of a stall: nobody has been told; the ticket has been told; the operators have been alerted. */
export const stallStages = ['untold', 'told', 'escalated'] as const;
export type StallStage = (typeof stallStages)[number];

/** The waits for vendors. A stall ends with the write that marks its step as applied or undone. */
export interface Stalls {
  /** Records a stall since this moment. An earlier moment that is recorded already stays. */
  begin(executionId: string, what: string, since: Date): Promise<void>;
  /** Ends the stall of an intake. */
  endIntake(executionId: string): Promise<void>;
  /**
   * Lists the stalls that began before this moment, longest first. If there are thousands, it lists only the
   * longest.
   */
  list(stage: StallStage, before: Date): Promise<readonly Stall[]>;
  /** Moves a stall to another stage, unless it has ended meanwhile. */
  advance(stall: Stall, to: StallStage): Promise<void>;
  /** Deletes a stall that was left behind. */
  forget(stall: Stall): Promise<void>;
}

/** The names of the steps whose facts these are. */
export type NameIn<Facts> = keyof Facts & string;

/** Why a step failed. */
export interface StepFailure {
  readonly error: string;
  readonly service: string;
  readonly operation: string;
  readonly detail: string;
}

export interface FailedStep<Name extends string = string> {
  readonly step: Name;
  readonly failure: StepFailure;
}

/**
 * The record of one step of an execution. `Facts` says for each step what it records about its effects: enough
 * to undo them, and to finish the step after a crash.
 */
export interface StepRecord<Facts, Name extends NameIn<Facts> = NameIn<Facts>> {
  readonly step: Name;
  /** `intended`: the effect may or may not have happened. */
  readonly state: 'intended' | 'applied' | 'undone';
  readonly facts: Facts[Name];
  readonly failure?: StepFailure;
}

/** The records of single steps. Those of a workflow serve each of its steps, which knows only its own facts. */
export interface Steps<Facts> {
  find<Name extends NameIn<Facts>>(
    executionId: string,
    step: Name,
  ): Promise<StepRecord<Facts, Name> | undefined>;
  /**
   * Records that the step is about to act. `fresh` means that it was not recorded before, so nothing can have
   * happened yet.
   * @throws {Conflict} if the step was undone, because it must not be applied again
   */
  intend<Name extends NameIn<Facts>>(
    executionId: string,
    step: Name,
  ): Promise<{ readonly record: StepRecord<Facts, Name>; readonly fresh: boolean }>;
  /** Removes an intent, because it is known that nothing happened. */
  retract(executionId: string, step: NameIn<Facts>): Promise<void>;
  /** Adds facts to a step that is not undone. */
  note<Name extends NameIn<Facts>>(executionId: string, step: Name, facts: Facts[Name]): Promise<void>;
  /**
   * Replaces facts of an applied step. False if one of them is not as in `from`, where a missing one counts as
   * undefined, or if the step is not applied.
   */
  replaceFacts<Name extends NameIn<Facts>>(
    executionId: string,
    step: Name,
    facts: { readonly from: Facts[Name]; readonly to: Facts[Name] },
  ): Promise<boolean>;
  /**
   * Adds facts to a step that waits from this moment on for somebody outside, until it is applied, retracted
   * or undone. A step that is applied already does not wait.
   */
  wait<Name extends NameIn<Facts>>(
    executionId: string,
    step: Name,
    since: Date,
    facts: Facts[Name],
  ): Promise<void>;
  /** Marks a step that is not undone as applied, and adds facts. Earlier failures no longer count. */
  applied<Name extends NameIn<Facts>>(executionId: string, step: Name, facts: Facts[Name]): Promise<void>;
  undone(executionId: string, step: NameIn<Facts>): Promise<void>;
  /** Removes facts from a step, whatever its state is. Nothing happens if there is no such step. */
  removeFacts<Name extends NameIn<Facts>>(
    executionId: string,
    step: Name,
    names: readonly (keyof Facts[Name] & string)[],
  ): Promise<void>;
  /** Marks a step as undone before it was intended. False if it has been intended. */
  tombstone(executionId: string, step: NameIn<Facts>): Promise<boolean>;
  /** Records why the step's last `apply` failed, even if the step has no other record. */
  failed(executionId: string, step: NameIn<Facts>, failure: StepFailure): Promise<void>;
}

/** What the records say about all steps of an execution. */
export interface StepSummary<Name extends string = string> {
  /** Lists the steps that may have left an effect: intended or applied, and not undone. */
  stepsInEffect(executionId: string): Promise<readonly Name[]>;
  /** Returns the step whose `apply` failed, and why, if one did. */
  failedStep(executionId: string): Promise<FailedStep<Name> | undefined>;
}

/** The state of a step, whatever its facts are. */
export interface StepStates {
  find(
    executionId: string,
    step: string,
  ): Promise<Pick<StepRecord<unknown>, 'state' | 'failure'> | undefined>;
  failed(executionId: string, step: string, failure: StepFailure): Promise<void>;
}

/** The waits of a workflow's steps for somebody outside. */
export interface Waits {
  /**
   * Lists the waits that began before this moment, longest first. If there are thousands, it lists only the
   * longest.
   */
  listWaits(before: Date): Promise<readonly Wait[]>;
  /** Deletes a wait that was left behind, unless it has begun anew. */
  forget(wait: Wait): Promise<void>;
}

/** A step that waits for somebody outside. */
export interface Wait {
  readonly executionId: string;
  readonly step: string;
  readonly since: Date;
}

/** Everything that a workflow's records know about steps. */
export interface StepStore<Facts> extends Steps<Facts>, StepSummary<NameIn<Facts>>, Waits {}

/**
 * Records which executions use a shared resource, such as a directory profile. The last one to release it
 * may delete the resource.
 */
export interface ResourceReferences {
  /** Adds a reference. False while the resource is being deleted. Idempotent. */
  acquire(resource: string, executionId: string): Promise<boolean>;
  /** Records that one of the executions that use the resource is about to create it. */
  markCreating(resource: string): Promise<void>;
  /**
   * Removes a reference. `last`: no other execution uses the resource, and none can acquire it until
   * `clear`. `made`: one of the executions that ever used it may have created it. Idempotent.
   */
  release(resource: string, executionId: string): Promise<{ readonly last: boolean; readonly made: boolean }>;
  /** Returns the executions that use the resource. */
  holders(resource: string): Promise<readonly string[]>;
  /** Allows the resource to be acquired again after `last`. References that were added since then stay. */
  clear(resource: string): Promise<void>;
}

/** The entries of tickets' journals that were begun, or are known to be written. */
export interface JournalIntents {
  /**
   * Records that an entry is about to be written. `fresh`: it was never begun. `begun`: it may have been
   * written.
   */
  begin(executionId: string, entry: string): Promise<'fresh' | 'begun' | 'written'>;
  /** Returns the entries that were begun whose names begin like this. */
  begunWith(executionId: string, prefix: string): Promise<readonly string[]>;
  written(executionId: string, entry: string): Promise<void>;
}
