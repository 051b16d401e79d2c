import type { Route } from '../catalogue/route.ts';
import type { Caller } from '../pace/pace.ts';
import type { LookAlikes } from '../partners/look-alikes.ts';
import type { OnboardingRequest } from '../tickets/request.ts';
import type { JournalTarget } from '../workflow/journal.ts';

/** What the steps that give access are told: for whom it is, what was asked for, and what was decided. */
export interface AccessSubject {
  readonly onboardingId: string;
  readonly partnerId: string;
  readonly request: OnboardingRequest;
  readonly plan: AccessPlan;
}

/** The onboardings, as far as it matters what access they give. */
export interface AccessSubjects {
  find(onboardingId: string): Promise<AccessSubject | undefined>;
}

/** The access that is going to be given. It is decided once, before the first step. */
export interface AccessPlan extends LookAlikes {
  /** The id of the contract that applies, whether or not that contract exists. */
  readonly contractId: string;
  readonly assignmentGroup: string;
  readonly productName: string;
  /** The directory group of the product's users. */
  readonly group: string;
  readonly scopes: readonly string[];
  readonly ratePlan: string;
  /** All routes of the product, as paths of the gateway, including those that the scopes do not allow. */
  readonly routes: readonly Route[];
}

/** Returns for whom a step's rate-limited calls are made. */
export const callerOf = ({ onboardingId, partnerId }: AccessSubject): Caller => ({ onboardingId, partnerId });

/** Returns the ticket that is told of an onboarding. */
export const targetOf = ({
  onboardingId,
  request,
}: Pick<AccessSubject, 'onboardingId' | 'request'>): JournalTarget => ({
  executionId: onboardingId,
  ticketId: request.ticket.id,
});
