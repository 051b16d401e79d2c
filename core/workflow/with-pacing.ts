import type { AwaitTurn, Pace } from '../pace/pace.ts';
import type { QuotaName } from '../pace/quotas.ts';
import type { Onboarding, Steps } from './records.ts';
import type { Step } from './step.ts';

interface Dependencies<Quota extends QuotaName> {
  readonly pace: Pace<Quota>;
  readonly steps: Pick<Steps, 'find'>;
}

/**
 * A step whose vendor rations its effect: it waits for its turn before it begins, so that a run that has to wait has
 * asked nobody anything. What has nothing to undo needs no turn.
 */
export function withPacing<Quota extends QuotaName>(
  step: Step,
  quota: Quota,
  { pace, steps }: Dependencies<Quota>,
): Step {
  const inTurn = (
    { onboardingId, partnerId }: Onboarding,
    make: (awaitTurn: AwaitTurn) => Promise<void>,
  ): Promise<void> => pace.call(quota, { onboardingId, partnerId }, make);
  return {
    name: step.name,
    apply: (onboarding, event) => inTurn(onboarding, (awaitTurn) => step.apply(onboarding, event, awaitTurn)),
    undo: async (onboarding) => {
      const record = await steps.find(onboarding.onboardingId, step.name);
      if (record?.state === 'undone') return;
      if (record === undefined) return step.undo(onboarding);
      return inTurn(onboarding, (awaitTurn) => step.undo(onboarding, awaitTurn));
    },
  };
}
