import type { Clock } from '../clock.ts';
import { AwaitingTurn, Defect, isTransient, StepError } from '../errors.ts';
import type { AwaitTurn } from '../pace/pace.ts';
import type { Onboarding, Onboardings, Stalls, StepFailure, StepName, Steps } from './records.ts';

/**
 * One step of the onboarding saga. `apply` may be repeated at any time and after any failure. `undo` removes
 * only what this onboarding has created, whether `apply` ran completely, in part or not at all.
 */
export interface Step {
  readonly name: StepName;
  /** @param awaitTurn must be awaited just before a call that the vendor rate-limits */
  apply(onboarding: Onboarding, event: StepEvent, awaitTurn?: AwaitTurn): Promise<void>;
  undo(onboarding: Onboarding, awaitTurn?: AwaitTurn): Promise<void>;
}

/** The part of a step that a rollback needs. */
export type Undoable = Pick<Step, 'name' | 'undo'>;

/** The input of a step's function. */
export interface StepEvent {
  readonly action: 'apply' | 'undo';
  readonly onboardingId: string;
  /** Set if the state machine waits for a callback. */
  readonly taskToken?: string | undefined;
}

/** The records that are needed to run a step. */
export interface StepRecords {
  readonly onboardings: Onboardings;
  readonly steps: Steps;
  readonly stalls: Pick<Stalls, 'begin'>;
  readonly clock: Clock;
}

/**
 * Runs one action of a step. If an `apply` fails, the reason is recorded. An `apply` that never ended is
 * recorded as failed when it is undone. While the vendor is busy or down, it records since when.
 * @throws the errors of `core/errors.ts`
 */
export async function runStep(
  step: Step,
  { onboardings, steps, stalls, clock }: StepRecords,
  event: StepEvent,
): Promise<void> {
  const onboarding = await onboardings.find(event.onboardingId);
  if (onboarding === undefined) {
    // The intake creates the record before any step has an effect. Without a record there is nothing to undo.
    if (event.action === 'undo') return;
    throw new Defect({ service: 'sallyport', operation: step.name, detail: 'no such onboarding' });
  }
  if (event.action === 'undo') await noteUnfinished(step.name, steps, event.onboardingId);
  try {
    await (event.action === 'apply' ? step.apply(onboarding, event) : step.undo(onboarding));
  } catch (error) {
    if (isTransient(error)) await stalls.begin(onboarding.onboardingId, step.name, clock.now());
    if (event.action === 'apply' && !(error instanceof AwaitingTurn)) {
      await steps.failed(onboarding.onboardingId, step.name, failureOf(step.name, error));
    }
    throw error;
  }
}

/**
 * Describes a failure for the record. An unexpected error is a fault of ours; its message goes only to the
 * log.
 */
function failureOf(step: StepName, error: unknown): StepFailure {
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

async function noteUnfinished(step: StepName, steps: Steps, onboardingId: string): Promise<void> {
  const record = await steps.find(onboardingId, step);
  if (record?.state !== 'intended' || record.failure !== undefined) return;
  await steps.failed(onboardingId, step, {
    error: 'OutcomeUnknown',
    service: 'sallyport',
    operation: step,
    detail: 'the step did not come to its end',
  });
}
