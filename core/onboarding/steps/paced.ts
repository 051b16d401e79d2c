import type { Due, Pace } from '../../pace/pace.ts';
import type { QuotaName } from '../../pace/quotas.ts';
import type { Onboarding, Steps } from '../records.ts';
import type { Step } from './step.ts';

interface Dependencies<Quota extends QuotaName> {
  readonly pace: Pace<Quota>;
  readonly steps: Pick<Steps, 'find'>;
}

/**
 * A step whose vendor rations its effect: it waits for its turn before it begins, so that a run that has to wait has
 * asked nobody anything. What has nothing to undo needs no turn.
 */
export function paced<Quota extends QuotaName>(
  step: Step,
  quota: Quota,
  { pace, steps }: Dependencies<Quota>,
): Step {
  const inTurn = (
    { onboardingId, partnerId }: Onboarding,
    make: (due: Due) => Promise<void>,
  ): Promise<void> => pace.call(quota, { onboardingId, partnerId }, make);
  return {
    name: step.name,
    apply: (onboarding, event) => inTurn(onboarding, (due) => step.apply(onboarding, event, due)),
    undo: async (onboarding) => {
      const record = await steps.find(onboarding.onboardingId, step.name);
      if (record?.state === 'undone') return;
      if (record === undefined) return step.undo(onboarding);
      return inTurn(onboarding, (due) => step.undo(onboarding, due));
    },
  };
}
