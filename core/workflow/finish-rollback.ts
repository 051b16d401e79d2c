import type { Clock } from '../clock.ts';
import { Conflict, isTransient, rejectedToDefect, RollbackIncomplete, StepError } from '../errors.ts';
import { type ExecutionRecord, type ExecutionRecords, type Stalls, openStatuses } from './records.ts';
import type { Reports } from './reports.ts';
import type { Undoable } from './step.ts';

interface Dependencies<Subject extends ExecutionRecord> {
  readonly executions: Pick<ExecutionRecords<Subject>, 'find' | 'conclude'>;
  /** The steps, in the order in which they are undone. */
  readonly undoable: readonly Undoable<Subject>[];
  readonly stalls: Pick<Stalls, 'begin'>;
  readonly reports: Pick<Reports<Subject>, 'leftovers'>;
  readonly clock: Clock;
}

/**
 * Ends the undo chain: undoes once more whatever the records still show. It is the only state of the chain
 * that may fail, so a redrive runs only this state. While a vendor is busy or down, it fails with that error
 * and is retried.
 * @throws {RollbackIncomplete} naming the steps whose effects are still there, after telling the record and
 *   whoever asked for the execution
 * @throws {Conflict} if the execution has ended in another way, so that there is nothing to undo
 */
export async function finishRollback<Subject extends ExecutionRecord>(
  deps: Dependencies<Subject>,
  executionId: string,
): Promise<void> {
  const { executions, undoable, stalls, reports, clock } = deps;
  const subject = await executions.find(executionId).catch(rejectedToDefect);
  if (subject === undefined) return;
  if (subject.status === 'Done' || subject.status === 'Rejected') {
    throw new Conflict({
      service: 'sallyport',
      operation: 'finish-rollback',
      detail: `it has ended ${subject.status}; have its execution redriven`,
    });
  }

  const leftovers: { readonly step: string; readonly why: string }[] = [];
  const transientErrors: unknown[] = [];
  for (const step of undoable) {
    try {
      await step.undo(subject);
    } catch (error) {
      if (isTransient(error)) {
        transientErrors.push(error);
        await stalls.begin(executionId, step.name, clock.now());
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
  await executions
    .conclude(
      executionId,
      openStatuses,
      'RollbackIncomplete',
      leftovers.map(({ step, why }) => ({ code: step, sentence: `${step} is not undone: ${why}` })),
    )
    .catch(rejectedToDefect);
  // The alarm must go off even if the ticket cannot be updated.
  await reports.leftovers(subject, names).catch(() => undefined);
  throw new RollbackIncomplete({
    service: 'sallyport',
    operation: 'finish-rollback',
    detail: names.join(', '),
  });
}
