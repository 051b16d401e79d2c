import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { setTimeout as pause } from 'node:timers/promises';
import type { WorkflowEnd, OnboardingTwin } from '../support/onboarding-twin.ts';
import { executionArnOf } from '../support/requests.ts';

/** The interval in milliseconds. Many cells wait at once, and checking more often would overload the twin. */
const betweenLooks = 200;

/**
 * Repeats a look until it shows what is expected, and returns that. After 150 looks, returns what it shows
 * then.
 */
export async function inTime<Seen>(
  look: () => Promise<Seen>,
  isAsExpected: (seen: Seen) => boolean,
): Promise<Seen> {
  for (let looks = 1; ; looks += 1) {
    const seen = await look();
    if (isAsExpected(seen) || looks === 150) return seen;
    await pause(betweenLooks);
  }
}

/** Returns how the execution ends, whenever that happens. */
export async function endOf(twin: OnboardingTwin, onboardingId: string): Promise<WorkflowEnd> {
  const execution = new DescribeExecutionCommand({ executionArn: executionArnOf(onboardingId) });
  while ((await twin.aws.stepFunctions.send(execution)).status === 'RUNNING') await pause(betweenLooks);
  return twin.ended(onboardingId);
}
