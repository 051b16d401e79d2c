import type { Clock } from '../clock.ts';
import { AwaitingTurn, Defect, isTransient, StepError } from '../errors.ts';
import type { AwaitTurn } from '../pace/pace.ts';
import type { Stalls, StepFailure, StepStates } from './records.ts';

/**
 * One step of a saga. `apply` may be repeated at any time and after any failure. `undo` removes only what this
 * execution has created, whether `apply` ran completely, in part or not at all. Both are given the
 * execution's record, or the part of it that the step knows.
 */
export interface Step<Subject> {
  readonly name: string;
  /** @param awaitTurn must be awaited just before a call that the vendor rate-limits */
  apply(subject: Subject, event: StepEvent, awaitTurn?: AwaitTurn): Promise<void>;
  undo(subject: Subject, awaitTurn?: AwaitTurn): Promise<void>;
}

/** The part of a step that a rollback needs. */
export type Undoable<Subject> = Pick<Step<Subject>, 'name' | 'undo'>;

/** The input of a step's function. */
export interface StepEvent {
  readonly action: 'apply' | 'undo';
  readonly executionId: string;
  /** Set if the state machine waits for a callback. */
  readonly taskToken?: string | undefined;
}

/** The records that are needed to run a step. */
export interface StepRecords<Subject> {
  readonly executions: { find(executionId: string): Promise<Subject | undefined> };
  readonly steps: StepStates;
  readonly stalls: Pick<Stalls, 'begin'>;
  readonly clock: Clock;
}

/**
 * Runs one action of a step. If an `apply` fails, the reason is recorded. An `apply` that never ended is
 * recorded as failed when it is undone. While the vendor is busy or down, it records since when.
 * @throws the errors of `core/errors.ts`
 */
export async function runStep<Subject>(
  step: Step<Subject>,
  { executions, steps, stalls, clock }: StepRecords<Subject>,
  event: StepEvent,
): Promise<void> {
  const { executionId } = event;
  const subject = await executions.find(executionId);
  if (subject === undefined) {
    // The intake creates the record before any step has an effect. Without a record there is nothing to undo.
    if (event.action === 'undo') return;
    throw new Defect({ service: 'sallyport', operation: step.name, detail: 'no such execution' });
  }
  if (event.action === 'undo') await noteUnfinished(step.name, steps, executionId);
  try {
    await (event.action === 'apply' ? step.apply(subject, event) : step.undo(subject));
  } catch (error) {
    if (isTransient(error)) await stalls.begin(executionId, step.name, clock.now());
    if (event.action === 'apply' && !(error instanceof AwaitingTurn)) {
      await steps.failed(executionId, step.name, failureOf(step.name, error));
    }
    throw error;
  }
}

/**
 * Describes a failure for the record. An unexpected error is a fault of ours; its message goes only to the
 * log.
 */
function failureOf(step: string, error: unknown): StepFailure {
  if (!(error instanceof StepError)) {
    return {
      error: 'Defect',
      service: 'sallyport',
      operation: step,
      detail: 'an unexpected fault; see the log',
    };
  }
  const { name, service, operation, detail } = error;
  return { error: name, service, operation, detail };
}

async function noteUnfinished(step: string, steps: StepStates, executionId: string): Promise<void> {
  const record = await steps.find(executionId, step);
  if (record?.state !== 'intended' || record.failure !== undefined) return;
  await steps.failed(executionId, step, {
    error: 'OutcomeUnknown',
    service: 'sallyport',
    operation: step,
    detail: 'the step did not come to its end',
  });
}
