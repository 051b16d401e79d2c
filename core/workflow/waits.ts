import { type Clock, secondsAfter } from '../clock.ts';
import type { Workflows } from './ports.ts';
import type { Waits } from './records.ts';

/**
 * A wait for somebody outside that lasts longer than this needs attention. It is longer than a weekend, and long
 * before an onboarding's wait ends after 14 days.
 */
export const overdueAfterHours = 72;

/** Step Functions may still show an execution as it was before a redrive in which the wait began. */
const graceSeconds = 60;

/**
 * Counts the executions that wait for somebody outside, and for how many whole hours the longest has waited;
 * 0 if none waits. A step ends its own wait, and only a stopped execution leaves one behind. Such a wait is
 * deleted once it is the longest. To check every execution each time would exceed what Step Functions
 * answers.
 */
export async function countWaits({
  steps,
  workflows,
  clock,
}: {
  readonly steps: Waits;
  readonly workflows: Pick<Workflows<unknown>, 'isRunning'>;
  readonly clock: Clock;
}): Promise<{ readonly waiting: number; readonly longestWaitHours: number }> {
  const now = clock.now();
  const waits = await steps.listWaits(secondsAfter(now, -graceSeconds));
  for (const [stoppedCount, wait] of waits.entries()) {
    if (await workflows.isRunning(wait.executionId)) {
      return {
        waiting: waits.length - stoppedCount,
        longestWaitHours: Math.floor((now.getTime() - wait.since.getTime()) / 3_600_000),
      };
    }
    await steps.forget(wait);
  }
  return { waiting: 0, longestWaitHours: 0 };
}
