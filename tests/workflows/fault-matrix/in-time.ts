import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { setTimeout as pause } from 'node:timers/promises';
import type { WorkflowEnd, OnboardingTwin } from '../support/onboarding-twin.ts';
import { executionArnOf } from '../support/requests.ts';

/** Many cells wait at once, and whoever looks too often is all that the twin has to do. */
const betweenLooks = 200;

/** What a look shows once it is as expected; what it shows at last, if it does not become so. */
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

/** How the execution ends, whenever that is. */
export async function endOf(twin: OnboardingTwin, onboardingId: string): Promise<WorkflowEnd> {
  const execution = new DescribeExecutionCommand({ executionArn: executionArnOf(onboardingId) });
  while ((await twin.aws.stepFunctions.send(execution)).status === 'RUNNING') await pause(betweenLooks);
  return twin.ended(onboardingId);
}
