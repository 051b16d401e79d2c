import { type Clock, secondsAfter } from '../clock.ts';
import type { Workflows } from './ports.ts';
import type { Steps } from './records.ts';

/** Step Functions may show an execution as it was before a redrive in which the wait began. */
const graceSeconds = 60;

/**
 * How many onboardings wait for somebody outside, and for how many whole hours the first of them has waited; 0 if
 * nobody waits. A step ends its own wait; only an execution that was stopped leaves one behind, which is forgotten
 * once it is the longest: to look at each execution every time would be more than Step Functions answers.
 */
export async function countWaits({
  steps,
  workflows,
  clock,
}: {
  readonly steps: Pick<Steps, 'listWaits' | 'forget'>;
  readonly workflows: Pick<Workflows, 'isRunning'>;
  readonly clock: Clock;
}): Promise<{ readonly waiting: number; readonly longestWaitHours: number }> {
  const now = clock.now();
  const waits = await steps.listWaits(secondsAfter(now, -graceSeconds));
  for (const [forgotten, wait] of waits.entries()) {
    if (await workflows.isRunning(wait.onboardingId)) {
      return {
        waiting: waits.length - forgotten,
        longestWaitHours: Math.floor((now.getTime() - wait.since.getTime()) / 3_600_000),
      };
    }
    await steps.forget(wait);
  }
  return { waiting: 0, longestWaitHours: 0 };
}
