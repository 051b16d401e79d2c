import { type Delivery, deliverLink, revokeLinks } from './delivery.ts';
import { noWait } from '../pace/pace.ts';
import { findRecordToUndo } from '../workflow/exactly-once.ts';
import type { AccessSubject } from '../access/subject.ts';
import type { Step, Undoable } from '../workflow/step.ts';
import { stepName } from '../access/step-names.ts';

const firstLink = 1;

/**
 * The step that sends the first link by mail, and its code to the ticket (WF-7). The client secret does not
 * exist yet.
 */
export function deliveryStep(delivery: Delivery): Step<AccessSubject> {
  const { steps } = delivery;
  return {
    ...undoableDelivery(delivery),

    apply: async (onboarding, _event, awaitTurn = noWait) => {
      const { record } = await steps.intend(onboarding.onboardingId, stepName.delivery);
      if (record.state === 'applied') return;
      await deliverLink(delivery, onboarding, firstLink, awaitTurn);
      await steps.applied(onboarding.onboardingId, stepName.delivery, { linkNumber: firstLink });
    },
  };
}

/** Returns only the undo part of the step. It needs neither mail nor catalogue. */
export function undoableDelivery({
  steps,
  links,
  linkKey,
}: Pick<Delivery, 'steps' | 'links' | 'linkKey'>): Undoable<AccessSubject> {
  return {
    name: stepName.delivery,

    undo: async ({ onboardingId }) => {
      const record = await findRecordToUndo(steps, onboardingId, stepName.delivery);
      if (record === undefined) return;
      await revokeLinks({ links, linkKey }, onboardingId, record.facts.linkNumber ?? firstLink);
      await steps.undone(onboardingId, stepName.delivery);
    },
  };
}
