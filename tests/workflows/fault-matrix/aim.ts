import type { SetFault } from '../../../local/kernel/faults.ts';
import type { Fault, OnboardingTwin } from '../support/onboarding-twin.ts';
import { inTime } from './in-time.ts';
import { eventOf, functionOf } from './paths.ts';
import type { AimedFault } from './ways.ts';

/** Returns a fault that affects only the runs of one state of one onboarding. */
export function aimedAt(
  onboardingId: string,
  { at, operation: call, mode, times, after, isOfItsPartition }: AimedFault,
): Fault {
  const [functionName, event] = [functionOf(at), { ...eventOf(at), onboardingId }];
  const [service = '', operation = functionName] = call.split(' ');
  return {
    service,
    operation,
    mode,
    ...(times !== undefined && { times }),
    ...(after !== undefined && { after }),
    during: { functionName, event },
    ...(isOfItsPartition === true && { partition: `ONBOARDING#${onboardingId}` }),
  };
}

/**
 * Returns the faults of an onboarding that have not happened. A function may still run after its state has
 * ended.
 */
export const faultsLeftFor = (twin: OnboardingTwin, onboardingId: string): Promise<readonly SetFault[]> =>
  inTime(
    async () =>
      (await twin.faultsLeft()).filter(({ during }) => during?.event?.['onboardingId'] === onboardingId),
    (left) => left.length === 0,
  );
