import { Defect } from '../errors.ts';
import { type Journal, writeOnce } from '../workflow/journal.ts';
import { targetOf } from '../access/subject.ts';
import { lookAlikeWarning } from '../access/look-alike-warning.ts';
import { isToldUndelivered } from '../credentials/mail-report.ts';
import { isEnd, recordEnd } from '../workflow/ends.ts';
import type { FailedStep } from '../workflow/records.ts';
import {
  awaitsPrerequisite,
  type Onboarding,
  type Onboardings,
  type OnboardingSteps,
  type StepName,
} from './onboarding.ts';
import {
  accepted,
  clientReady,
  done,
  prerequisiteConfirmed,
  profileReady,
  rejected,
  rolledBack,
  type TicketWords,
} from './ticket-texts.ts';
import type { TicketSubject, TicketText } from '../tickets/ticket-text.ts';
import { prerequisiteConfirmedName } from '../access/step-names.ts';

/** What is needed to write to an onboarding's ticket. */
export interface ReportDependencies extends Journal, TicketWords {
  readonly onboardings: Onboardings;
  readonly steps: OnboardingSteps;
}

export const milestones = [
  'Accepted',
  prerequisiteConfirmedName,
  'ProfileReady',
  'ClientReady',
  'Done',
  'Rejected',
  'RolledBack',
] as const;
export type Milestone = (typeof milestones)[number];

/**
 * Tells the ticket once that a milestone is reached (WF-8). A final status is recorded first, because the
 * record is authoritative.
 * @param error for `RolledBack`: the name of the error that ended the last state before the undo chain
 * @throws {Defect} if there is no such onboarding
 */
export async function reportMilestone(
  reporting: ReportDependencies,
  onboardingId: string,
  milestone: Milestone,
  error?: string,
): Promise<void> {
  const { onboardings } = reporting;
  const onboarding = await onboardings.find(onboardingId);
  if (onboarding === undefined) {
    throw new Defect({ service: 'sallyport', operation: 'ticket-report', detail: 'no such onboarding' });
  }
  if (isEnd(milestone)) await recordEnd(onboardings, onboardingId, milestone);
  await writeMilestone(reporting, onboarding, milestone, error);
}

/** Tells the ticket of a milestone once, whatever the record says. */
export async function writeMilestone(
  reporting: ReportDependencies,
  onboarding: Onboarding,
  milestone: Milestone,
  error?: string,
): Promise<void> {
  const failed =
    milestone === 'RolledBack' ? await reporting.steps.failedStep(onboarding.onboardingId) : undefined;
  await writeOnce(
    reporting,
    targetOf(onboarding),
    milestone,
    milestone === 'Done'
      ? done(subjectOf(onboarding), await isToldUndelivered(reporting, onboarding.onboardingId))
      : textOf(reporting, milestone, onboarding, failed, error),
  );
}

function textOf(
  words: TicketWords,
  milestone: Exclude<Milestone, 'Done'>,
  onboarding: Onboarding,
  failed: FailedStep<StepName> | undefined,
  error?: string,
): TicketText {
  const subject = subjectOf(onboarding);
  switch (milestone) {
    case 'Accepted':
      return accepted(subject, awaitsPrerequisite(onboarding) ? words.prerequisite : undefined);
    case prerequisiteConfirmedName:
      return prerequisiteConfirmed(words.prerequisite, subject);
    case 'ProfileReady':
      return profileReady(subject);
    case 'ClientReady':
      return clientReady(subject);
    case 'Rejected':
      return rejected(subject, onboarding.reasons ?? []);
    case 'RolledBack':
      return rolledBack(words, subject, failed, error);
  }
}

export function subjectOf({ request, plan }: Onboarding): TicketSubject {
  const { kind, company, environment, userId, email } = request;
  const warning = lookAlikeWarning(company, plan);
  return {
    kind,
    company,
    environment,
    // Empty once the personal data was removed.
    userId: userId || '(removed)',
    email: email || '(removed)',
    product: plan.productName,
    assignmentGroup: plan.assignmentGroup,
    ...(warning !== undefined && { warning }),
  };
}
