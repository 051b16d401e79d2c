import type { Clock } from '../clock.ts';
import { AwaitingTurn, Defect, isTransient, StepError } from '../errors.ts';
import type { AwaitTurn } from '../pace/pace.ts';
import type { Onboarding, Onboardings, Stalls, StepFailure, StepName, Steps } from './records.ts';

/**
 * One step of the onboarding saga. `apply` may be run again after any failure and at any time; `undo` takes
 * away what this onboarding made, and nothing else, whether `apply` ran whole, in part or not at all.
 */
export interface Step {
  readonly name: StepName;
  /** @param due to be awaited just before what the vendor rations */
  apply(onboarding: Onboarding, event: StepEvent, awaitTurn?: AwaitTurn): Promise<void>;
  undo(onboarding: Onboarding, awaitTurn?: AwaitTurn): Promise<void>;
}

/** What taking a step back needs of it. */
export type Undoable = Pick<Step, 'name' | 'undo'>;

export interface StepEvent {
  readonly action: 'apply' | 'undo';
  readonly onboardingId: string;
  /** Where the state machine waits for somebody outside. */
  readonly taskToken?: string | undefined;
}

export interface StepRecords {
  readonly onboardings: Onboardings;
  readonly steps: Steps;
  readonly stalls: Pick<Stalls, 'begin'>;
  readonly clock: Clock;
}

/**
 * Runs one action of a step, and records why an `apply` failed if it does: also one that never came to its
 * end, as the undoing finds it. While the vendor is busy or down, it records since when.
 * @throws the errors of `core/errors.ts`
 */
export async function runStep(
  step: Step,
  { onboardings, steps, stalls, clock }: StepRecords,
  event: StepEvent,
): Promise<void> {
  const onboarding = await onboardings.find(event.onboardingId);
  if (onboarding === undefined) {
    // The intake writes the record before anything has an effect: without it there is nothing to undo.
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

/** What nobody expected is a fault of ours; its words are for the log only. */
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
