import type { AwaitTurn, Pace } from '../pace/pace.ts';
import type { QuotaName } from '../pace/quotas.ts';
import type { Onboarding, Steps } from './records.ts';
import type { Step } from './step.ts';

interface Dependencies<Quota extends QuotaName> {
  readonly pace: Pace<Quota>;
  readonly steps: Pick<Steps, 'find'>;
}

/**
 * Wraps a step whose vendor rate-limits its calls. The step waits for its turn before it begins, so a run
 * that has to wait has called no vendor. An undo that has nothing to undo needs no turn.
 */
export function withPacing<Quota extends QuotaName>(
  step: Step,
  quota: Quota,
  { pace, steps }: Dependencies<Quota>,
): Step {
  const runInTurn = (
    { onboardingId, partnerId }: Onboarding,
    run: (awaitTurn: AwaitTurn) => Promise<void>,
  ): Promise<void> => pace.call(quota, { onboardingId, partnerId }, run);
  return {
    name: step.name,
    apply: (onboarding, event) =>
      runInTurn(onboarding, (awaitTurn) => step.apply(onboarding, event, awaitTurn)),
    undo: async (onboarding) => {
      const record = await steps.find(onboarding.onboardingId, step.name);
      if (record?.state === 'undone') return;
      if (record === undefined) return step.undo(onboarding);
      return runInTurn(onboarding, (awaitTurn) => step.undo(onboarding, awaitTurn));
    },
  };
}
