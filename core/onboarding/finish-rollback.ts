import { RollbackIncomplete } from '../errors.ts';
import { writeOnce } from './journal.ts';
import type { StepName } from './records.ts';
import type { Step } from './steps/step.ts';
import type { Reporting } from './ticket-report.ts';
import { rollbackIncomplete } from './ticket-texts.ts';

interface Dependencies extends Reporting {
  /** In the order in which they are undone. */
  readonly undoable: readonly Step[];
}

/**
 * The end of the undo chain: undoes once more what the records still show. It is the only state of the chain
 * that may fail, so a redrive runs just it.
 * @throws {RollbackIncomplete} naming the steps whose work is still there, after telling record and ticket
 */
export async function finishRollback(deps: Dependencies, onboardingId: string): Promise<void> {
  const { onboardings, steps, undoable } = deps;
  const onboarding = await onboardings.find(onboardingId);
  if (onboarding === undefined) return;

  const left: StepName[] = [];
  for (const step of undoable) {
    try {
      await step.undo(onboarding);
    } catch {
      left.push(step.name);
    }
  }
  if (left.length === 0) return;

  await onboardings.conclude(onboardingId, ['Running'], 'RollbackIncomplete', left.map((step) => ({ code: step, sentence: `${step} is not undone` })));
  await writeOnce(deps, onboarding, 'RollbackIncomplete', rollbackIncomplete(await steps.failedStep(onboardingId), left))
    .catch(() => undefined); // The alarm must go off even if the ticket cannot be told.
  throw new RollbackIncomplete({ service: 'sallyport', operation: 'finish-rollback', detail: left.join(', ') });
}
