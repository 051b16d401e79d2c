import { type Clock, secondsAfter } from '../clock.ts';

/** Whoever records an attempt and is still working starts its execution itself within this time. */
const graceSeconds = 60;

/**
 * Starts the executions that were recorded and never started, because of a crash in between.
 * @param unstarted lists the attempts that were recorded before a moment and not started
 * @param start starts an attempt, or finds that it has started
 * @returns how many executions were started
 * @throws the first error, after every start was tried
 */
export async function sweep<Attempt>(
  clock: Clock,
  unstarted: (before: Date) => Promise<readonly Attempt[]>,
  start: (attempt: Attempt) => Promise<unknown>,
): Promise<number> {
  const attempts = await unstarted(secondsAfter(clock.now(), -graceSeconds));
  const starts = await Promise.allSettled(attempts.map((attempt) => start(attempt)));
  const failed = starts.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return starts.length;
}
