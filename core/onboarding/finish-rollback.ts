import type { Clock } from '../clock.ts';
import { Conflict, isTransient, rejectedToDefect, RollbackIncomplete, StepError } from '../errors.ts';
import { writeOnce } from '../workflow/journal.ts';
import { type Onboarding, type Stalls, type StepName, openStatuses } from '../workflow/records.ts';
import type { Undoable } from '../workflow/step.ts';
import type { ReportDependencies } from './ticket-report.ts';
import { rollbackIncomplete } from './ticket-texts.ts';

interface Dependencies extends ReportDependencies {
  /** In the order in which they are undone. */
  readonly undoable: readonly Undoable[];
  readonly stalls: Pick<Stalls, 'begin'>;
  readonly clock: Clock;
}

/**
 * The end of the undo chain: undoes once more what the records still show. It is the only state of the chain
 * that may fail, so a redrive runs just it. While a vendor is busy or down it is run again: then nothing is left over yet.
 * @throws {RollbackIncomplete} naming the steps whose work is still there, after telling record and ticket
 * @throws {Conflict} the onboarding has come to another end: there is nothing to take back
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

  const left: { readonly step: StepName; readonly why: string }[] = [];
  const waiting: unknown[] = [];
  for (const step of undoable) {
    try {
      await step.undo(onboarding);
    } catch (error) {
      if (isTransient(error)) {
        waiting.push(error);
        await stalls.begin(onboardingId, step.name, clock.now());
        continue;
      }
      left.push({
        step: step.name,
        why: error instanceof StepError ? error.message : 'an unexpected fault; see the log',
      });
    }
  }
  if (waiting.length > 0) throw waiting[0];
  if (left.length === 0) return;

  const names = left.map(({ step }) => step);
  await onboardings
    .conclude(
      onboardingId,
      openStatuses,
      'RollbackIncomplete',
      left.map(({ step, why }) => ({ code: step, sentence: `${step} is not undone: ${why}` })),
    )
    .catch(rejectedToDefect);
  await reportLeftovers(deps, onboarding, names).catch(() => undefined); // The alarm must go off even if the ticket cannot be told.
  throw new RollbackIncomplete({
    service: 'sallyport',
    operation: 'finish-rollback',
    detail: names.join(', '),
  });
}

/** Tells the ticket what may still be there: once for each set of steps. */
export async function reportLeftovers(
  reporting: ReportDependencies,
  onboarding: Onboarding,
  left: readonly StepName[],
): Promise<void> {
  const text = rollbackIncomplete(await reporting.steps.failedStep(onboarding.onboardingId), left);
  await writeOnce(reporting, onboarding, `RollbackIncomplete:${left.join(',')}`, text);
}
