import { AwaitingTurn, Conflict, Defect, Rejected, Throttled, Unavailable } from '../errors.ts';
import type { NameIn, StepRecord, Steps } from './records.ts';

/**
 * Tells whether the error means that the effect did not happen. After any other error it may have happened.
 */
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
 * Creates a resource exactly once, although its vendor's API is not idempotent:
 *
 *     intend ──▶ create ──▶ (the caller records it)
 *        │          └─ refused: the intent is retracted
 *        └─ intended before, outcome unknown: look it up by its ownership mark, and create it if missing
 *
 * @param fresh whether the step was intended for the first time, so that nothing can exist yet
 */
export async function createOnce<Facts, Made>(
  steps: Pick<Steps<Facts>, 'retract'>,
  executionId: string,
  step: NameIn<Facts>,
  fresh: boolean,
  vendor: { readonly lookUp: () => Promise<Made | undefined>; readonly create: () => Promise<Made> },
): Promise<Made> {
  const found = fresh ? undefined : await vendor.lookUp();
  if (found !== undefined) return found;
  try {
    return await vendor.create();
  } catch (error) {
    // An earlier attempt with an unknown outcome may still take effect, so its intent stays.
    if (fresh && hadNoEffect(error)) await steps.retract(executionId, step);
    throw error;
  }
}

/**
 * Returns the record of a step that has something to undo, if it has. A step that was not begun is prevented
 * from beginning from now on, because the function of a stopped execution may still be running.
 */
export async function findRecordToUndo<Facts, Name extends NameIn<Facts>>(
  steps: Pick<Steps<Facts>, 'find' | 'tombstone'>,
  executionId: string,
  step: Name,
): Promise<StepRecord<Facts, Name> | undefined> {
  const record = await steps.find(executionId, step);
  if (record !== undefined) return record.state === 'undone' ? undefined : record;
  return (await steps.tombstone(executionId, step)) ? undefined : findRecordToUndo(steps, executionId, step);
}
