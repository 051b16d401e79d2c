import { type Clock, secondsAfter } from '../clock.ts';
import { startAttempt } from './receive-request.ts';
import type { Workflows } from '../workflow/ports.ts';
import type { Onboardings, Tickets } from '../workflow/records.ts';

/** A webhook that is still working starts its execution itself within this time. */
const graceSeconds = 60;

/**
 * Starts the executions that were recorded and never started, because the webhook crashed in between and
 * ServiceNow did not deliver the event again.
 * @returns how many executions were started
 * @throws the first error, after every start was tried
 */
export async function sweep(deps: {
  readonly tickets: Tickets;
  readonly onboardings: Onboardings;
  readonly workflows: Workflows;
  readonly clock: Clock;
}): Promise<number> {
  const unstarted = await deps.tickets.listUnstarted(secondsAfter(deps.clock.now(), -graceSeconds));
  const starts = await Promise.allSettled(unstarted.map((ticket) => startAttempt(deps, ticket)));
  const failed = starts.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return starts.length;
}
