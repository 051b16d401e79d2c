import type { Clock } from '../clock.ts';
import { Conflict, isTransient, rejectedToDefect, RollbackIncomplete, StepError } from '../errors.ts';
import { writeOnce } from '../workflow/journal.ts';
import { type Onboarding, type Stalls, type StepName, openStatuses } from '../workflow/records.ts';
import type { Undoable } from '../workflow/step.ts';
import type { ReportDependencies } from './ticket-report.ts';
import { rollbackIncomplete } from './ticket-texts.ts';

interface Dependencies extends ReportDependencies {
  /** The steps, in the order in which they are undone. */
  readonly undoable: readonly Undoable[];
  readonly stalls: Pick<Stalls, 'begin'>;
  readonly clock: Clock;
}

/**
 * Ends the undo chain: undoes once more whatever the records still show. It is the only state of the chain
 * that may fail, so a redrive runs only this state. While a vendor is busy or down, it fails with that error
 * and is retried.
 * @throws {RollbackIncomplete} naming the steps whose effects are still there, after telling the record and
 *   the ticket
 * @throws {Conflict} if the onboarding has ended in another way, so that there is nothing to undo
 */
export async function finishRollback(deps: Dependencies, onboardingId: string): Promise<void> {
  const { onboardings, undoable, stalls, clock } = deps;
  const onboarding = await onboardings.find(onboardingId).catch(rejectedToDefect);
  if (onboarding === undefined) return;
  if (onboarding.status === 'Done' || onboarding.status === 'Rejected') {
    throw new Conflict({
      service: 'sallyport',
      operation: 'finish-rollback',
      detail: `the onboarding has ended ${onboarding.status}; have its execution redriven`,
    });
  }

  const leftovers: { readonly step: StepName; readonly why: string }[] = [];
  const transientErrors: unknown[] = [];
  for (const step of undoable) {
    try {
      await step.undo(onboarding);
    } catch (error) {
      if (isTransient(error)) {
        transientErrors.push(error);
        await stalls.begin(onboardingId, step.name, clock.now());
        continue;
      }
      leftovers.push({
        step: step.name,
        why: error instanceof StepError ? error.message : 'an unexpected fault; see the log',
      });
    }
  }
  if (transientErrors.length > 0) throw transientErrors[0];
  if (leftovers.length === 0) return;

  const names = leftovers.map(({ step }) => step);
  await onboardings
    .conclude(
      onboardingId,
      openStatuses,
      'RollbackIncomplete',
      leftovers.map(({ step, why }) => ({ code: step, sentence: `${step} is not undone: ${why}` })),
    )
    .catch(rejectedToDefect);
  // The alarm must go off even if the ticket cannot be updated.
  await reportLeftovers(deps, onboarding, names).catch(() => undefined);
  throw new RollbackIncomplete({
    service: 'sallyport',
    operation: 'finish-rollback',
    detail: names.join(', '),
  });
}

/** Tells the ticket what may still be there. Each set of steps is reported once. */
export async function reportLeftovers(
  reporting: ReportDependencies,
  onboarding: Onboarding,
  leftovers: readonly StepName[],
): Promise<void> {
  const text = rollbackIncomplete(await reporting.steps.failedStep(onboarding.onboardingId), leftovers);
  await writeOnce(reporting, onboarding, `RollbackIncomplete:${leftovers.join(',')}`, text);
}
