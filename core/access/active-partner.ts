import { Rejected } from '../errors.ts';
import type { LifecycleStatus } from '../lifecycle/lifecycle.ts';
import type { Partners } from '../partners/partner.ts';
import type { FailedStep } from '../workflow/records.ts';
import type { Step } from '../workflow/step.ts';
import type { AccessSubject } from './subject.ts';

/** The operation that the error names if a step was not applied because of its partner. */
const operation = 'RequireActivePartner';

const reasons: Readonly<Record<Exclude<LifecycleStatus, 'active'>, string>> = {
  draft: 'the partner is not active yet',
  suspended: 'the partner was suspended',
  ended: 'the partner is no longer active',
};

/**
 * Wraps a step that gives access. It is applied only while the partner is active, since an operator may have
 * suspended it after the intake: a request may wait for days. Undoing does not depend on the partner.
 *
 * `apply` throws {@link Rejected} if the partner is not active.
 */
export function forActivePartner<Subject extends Pick<AccessSubject, 'partnerId'>>(
  step: Step<Subject>,
  { partners }: { readonly partners: Pick<Partners, 'find'> },
): Step<Subject> {
  return {
    ...step,
    apply: async (subject, event, awaitTurn) => {
      const status = (await partners.find(subject.partnerId))?.status ?? 'ended';
      if (status !== 'active') {
        throw new Rejected({ service: 'sallyport', operation, detail: reasons[status] });
      }
      await step.apply(subject, event, awaitTurn);
    },
  };
}

/** Returns what is wrong with the partner, if the step failed because of it. */
export const partnerReasonOf = ({ failure }: Pick<FailedStep, 'failure'>): string | undefined =>
  failure.service === 'sallyport' && failure.operation === operation ? failure.detail : undefined;
