import { executionStatusOf, type ExecutionStatus } from '../clients/executions.ts';
import type { Target } from '../clients/operator.ts';
import { ticketNumberOf } from '../core/onboarding/ids.ts';
import { findOnboarding, findTicket } from './onboardings.ts';

/** The options to repeat in a command that is proposed. */
export const optionsFor = ({ twin }: Target): string => (twin === undefined ? ' --aws' : '');

/** Returns the status of an onboarding's execution. Undefined if Step Functions knows none. */
export async function findExecution(
  where: Target,
  onboardingId: string,
): Promise<ExecutionStatus | undefined> {
  try {
    return await executionStatusOf(where, onboardingId);
  } catch (error) {
    if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return undefined;
    throw error;
  }
}

/**
 * Returns the status of an onboarding's execution.
 * @throws {Error} that says what is the case instead, and what to do, if Step Functions knows none
 */
export async function requireExecution(where: Target, onboardingId: string): Promise<ExecutionStatus> {
  const execution = await findExecution(where, onboardingId);
  if (execution !== undefined) return execution;
  const status = (await findOnboarding(where, onboardingId))?.status;
  if (status === undefined) throw await notStarted(where, onboardingId);
  throw new Error(
    `${onboardingId} is ${status}, and Step Functions no longer knows its execution: it forgets one 90 days after its end.\n` +
      `  What to do: npm run show -- ${onboardingId}${optionsFor(where)}`,
  );
}

/** Returns the error for an onboarding that has no record: it has not started yet, or there is none. */
export async function notStarted(where: Target, onboardingId: string): Promise<Error> {
  const ticket = await findTicket(where, ticketNumberOf(onboardingId));
  if (ticket?.onboardingId !== onboardingId) {
    const listing = `npm run show${optionsFor(where) === '' ? '' : ` --${optionsFor(where)}`}`;
    return new Error(`There is no onboarding ${onboardingId}. List what there is: ${listing}`);
  }
  const since = ticket.gsi2sk === undefined ? '' : ` at ${ticket.gsi2sk}`;
  return new Error(
    `${onboardingId} was recorded${since} and has not started: there is nothing to do on it yet.\n` +
      '  The sweep starts it within five minutes. If it does not: docs/runbooks/not-started.md',
  );
}
