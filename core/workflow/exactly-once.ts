import { AwaitingTurn, Conflict, Defect, Rejected, Throttled, Unavailable } from '../errors.ts';
import type { StepName, StepRecord, Steps } from './records.ts';

/** True if the error says that the effect did not happen; after any other it may have. */
export function hadNoEffect(error: unknown): boolean {
  return (
    error instanceof Throttled ||
    error instanceof Unavailable ||
    error instanceof AwaitingTurn ||
    error instanceof Rejected ||
    error instanceof Conflict ||
    error instanceof Defect
  );
}

/**
 * Makes a thing whose vendor has no idempotency of its own, exactly once:
 *
 *     intend ──▶ create ──▶ (the caller records it)
 *        │          └─ refused: the intent is taken back
 *        └─ intended before, outcome unknown: look it up by its ownership mark, create only if it is not there
 */
export async function createOnce<Made>(
  steps: Steps,
  onboardingId: string,
  step: StepName,
  fresh: boolean,
  vendor: { readonly lookUp: () => Promise<Made | undefined>; readonly create: () => Promise<Made> },
): Promise<Made> {
  const found = fresh ? undefined : await vendor.lookUp();
  if (found !== undefined) return found;
  try {
    return await vendor.create();
  } catch (error) {
    // An earlier attempt whose outcome is unknown may still take effect: its intent stays.
    if (fresh && hadNoEffect(error)) await steps.retract(onboardingId, step);
    throw error;
  }
}

/**
 * What a step has to undo, if anything. A step that was not begun cannot be begun from now on: the function of
 * an execution that was stopped may still be at work.
 */
export async function findRecordToUndo<Name extends StepName>(
  steps: Steps,
  onboardingId: string,
  step: Name,
): Promise<StepRecord<Name> | undefined> {
  const record = await steps.find(onboardingId, step);
  if (record !== undefined) return record.state === 'undone' ? undefined : record;
  return (await steps.tombstone(onboardingId, step))
    ? undefined
    : findRecordToUndo(steps, onboardingId, step);
}
