import { Conflict, NotFound } from '../errors.ts';
import { retryableStatuses } from './ends.ts';
import type { ExecutionRecord, ExecutionRecords } from './records.ts';

/** The attempts at what was asked for, of which the latest one may be followed by another. */
interface Attempts<Subject, Attempt> {
  /** Finds the latest attempt at what this execution was asked for. */
  latest(subject: Subject): Promise<Attempt | undefined>;
  idOf(attempt: Attempt): string;
  /**
   * Returns the attempt that follows the latest one.
   * @throws {Rejected} if what is asked for now is something else
   */
  next(latest: Attempt): Attempt;
  /** Reserves what an attempt needs. Returns the resource that is used up, if one is. */
  reserve(attempt: Attempt): Promise<string | undefined>;
  release(attempt: Attempt): Promise<void>;
  /** Replaces the latest attempt by the next one. False if it is no longer the latest. */
  supersede(latest: Attempt, next: Attempt): Promise<boolean>;
}

/** Builds the details of an error of a redrive. */
export const redriveError = (detail: string) => ({ service: 'sallyport', operation: 'Redrive', detail });

/**
 * Records a new attempt after one that left nothing behind. The caller starts it. Any other attempt is
 * still running, is done, or must be redriven in Step Functions.
 * @param noun what the workflow calls its executions: `onboarding`
 * @throws {NotFound} if there is no such execution
 * @throws {Conflict} if it did not end `Rejected` or `RolledBack`, if a later attempt has begun, or if what
 *   the attempt needs is used up
 */
export async function recordNextAttempt<Subject extends ExecutionRecord, Attempt>(
  noun: string,
  executions: Pick<ExecutionRecords<Subject>, 'find'>,
  attempts: Attempts<Subject, Attempt>,
  executionId: string,
): Promise<Attempt> {
  const subject = await executions.find(executionId);
  if (subject === undefined) throw new NotFound(redriveError(`there is no such ${noun}`));
  if (!retryableStatuses.includes(subject.status)) {
    throw new Conflict(
      redriveError(
        `the ${noun} is ${subject.status}; a new attempt follows only ${retryableStatuses.join(' or ')}`,
      ),
    );
  }
  const latest = await attempts.latest(subject);
  if (latest === undefined || attempts.idOf(latest) !== executionId) {
    const later = latest === undefined ? '' : `: ${attempts.idOf(latest)}`;
    throw new Conflict(redriveError(`a later attempt has begun${later}`));
  }

  const next = attempts.next(latest);
  const full = await attempts.reserve(next);
  if (full !== undefined) throw new Conflict(redriveError(`all ${full} are taken`));
  if (!(await attempts.supersede(latest, next))) {
    await attempts.release(next);
    throw new Conflict(redriveError('a later attempt has begun meanwhile'));
  }
  return next;
}
