import { type Clock, secondsAfter } from '../clock.ts';
import { startAttempt } from './receive-request.ts';
import type { Workflows } from '../workflow/ports.ts';
import type { Onboardings, Tickets } from '../workflow/records.ts';

/** A webhook that is still at work starts its execution within this time itself. */
const graceSeconds = 60;

/**
 * Starts what was recorded and never started, because the webhook died in between and its delivery did not
 * come again.
 * @returns how many executions were started
 * @throws what kept one from being started; the others are
 */
export async function sweep(deps: {
  readonly tickets: Tickets;
  readonly onboardings: Onboardings;
  readonly workflows: Workflows;
  readonly clock: Clock;
}): Promise<number> {
  const forgotten = await deps.tickets.listUnstarted(secondsAfter(deps.clock.now(), -graceSeconds));
  const starts = await Promise.allSettled(forgotten.map((ticket) => startAttempt(deps, ticket)));
  const failed = starts.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return starts.length;
}
