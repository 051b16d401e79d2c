import { type AccessCondition, accessRefusalOf } from '../access/access-in-force.ts';
import type { Port, Vendors } from '../access/vendors.ts';
import { groupOf, type Prerequisite } from '../catalogue/prerequisite.ts';
import type { FailedStep, Reason } from '../workflow/records.ts';
import { isStepName, type StepName } from './onboarding.ts';
import type { TicketSubject, TicketText } from '../tickets/ticket-text.ts';
import { isForStoppedUser, stoppedByOperator } from '../access/profile.ts';
import { fillIn, maskMailbox, say } from '../tickets/wording.ts';
import { utcMinute } from '../wording.ts';
import { stepName } from '../access/step-names.ts';

/** The words of an installation. */
export interface TicketWords {
  readonly prerequisite: Prerequisite;
  readonly vendors: Vendors;
}

/** @param awaited the prerequisite that comes first, unless it is met */
export function accepted(subject: TicketSubject, awaited: Prerequisite | undefined): TicketText {
  const next =
    awaited === undefined
      ? 'Everything that follows happens by itself.'
      : fillIn(awaited.ticket.comesFirst, withGroupOf(awaited, subject));
  return {
    state: 'in-progress',
    internalNote: `${say`Accepted: ${wish(subject)}.`} ${next}${withWarning(subject)}`,
    comment: `${say`Your request is accepted: ${wish(subject)}.`} ${next} You have nothing to do until you hear from us here.`,
  };
}

const withWarning = ({ warning }: TicketSubject): string => (warning === undefined ? '' : `\n${warning}`);

export function prerequisiteConfirmed(prerequisite: Prerequisite, subject: TicketSubject): TicketText {
  return { internalNote: fillIn(prerequisite.ticket.confirmed, withGroupOf(prerequisite, subject)) };
}

const withGroupOf = (prerequisite: Prerequisite, subject: TicketSubject): TicketSubject => ({
  ...subject,
  assignmentGroup: groupOf(prerequisite, subject.assignmentGroup),
});

export function profileReady({ userId, email }: TicketSubject): TicketText {
  return {
    internalNote: say`The partner profile ${userId} is ready. If it is new, a mail to ${maskMailbox(email)} asks its owner to activate it.`,
  };
}

export function clientReady({ company, product, environment, email }: TicketSubject): TicketText {
  return {
    internalNote: say`The API client of ${company} for ${product} (${environment}) is ready. Next, its credentials are offered for pick-up: the link goes to ${maskMailbox(email)}, the code into the comments of this request.`,
  };
}

/** @param isUndelivered whether the ticket was told before that nobody has the link to the credentials */
export function done(subject: TicketSubject, isUndelivered = false): TicketText {
  const { kind, company, product, environment, userId, email } = subject;
  if (kind === 'b2b-user') {
    return {
      state: 'complete',
      internalNote: say`Done: ${wish(subject)}.`,
      comment: say`Done: ${userId} of ${company} has a partner profile for ${product} (${environment}). Please ask them to look for a mail to ${maskMailbox(email)} if the profile is new: it holds the link that activates it.`,
    };
  }
  if (isUndelivered) {
    return {
      state: 'complete',
      internalNote: say`Done, but for the hand-over: ${wish(subject)}. The mail with the pick-up link was not delivered, so the credentials cannot be picked up before a new link is sent.`,
      comment: say`Done, but for the hand-over: ${company} has access to ${product} (${environment}), and cannot pick the credentials up yet, because the mail with the link was not delivered. Please do what the comment about that mail asks. Do not pass on the code from the comment above: it will be replaced together with the link.`,
    };
  }
  return {
    state: 'complete',
    internalNote: say`Done: ${wish(subject)}.`,
    comment: say`Done: ${company} has access to ${product} (${environment}). One thing is left to you: if you have not passed on the code from the comment above, please do so now. The partner needs it to pick the credentials up.`,
  };
}

/** @param reasons at least one; the requester is told each of them */
export function rejected(subject: TicketSubject, reasons: readonly Pick<Reason, 'sentence'>[]): TicketText {
  const list = reasons.map(({ sentence }) => say`- ${sentence}`).join('\n');
  return {
    state: 'incomplete',
    internalNote: `Not accepted, nothing was set up:\n${list}${withWarning(subject)}`,
    comment: `This request could not be accepted, and nothing was set up:\n${list}\n${say`Please put this right and submit the request again. If something is unclear, ask ${subject.assignmentGroup} here.`}`,
  };
}

/**
 * @param failed the step that failed, and why, if that is known
 * @param error the name of the error that ended the last state before the undo chain, if that is known
 */
export function rolledBack(
  words: TicketWords,
  subject: TicketSubject,
  failed: FailedStep<StepName> | undefined,
  error?: string,
): TicketText {
  const { happened, next } = whatFailed(words, failed, causeOf(failed, error));
  return {
    state: 'incomplete',
    internalNote: `Rolled back: ${happened}. Nothing that was set up for this request is left.`,
    comment: `Your request could not be completed: ${happened}. Everything that had been set up for it was removed, so nothing is left over. ${next} ${say`If you have a question, ask ${subject.assignmentGroup} here.`}`,
  };
}

/** @param leftovers the steps whose effects are still there, wholly or in part */
export function rollbackIncomplete(
  words: TicketWords,
  failed: FailedStep<StepName> | undefined,
  leftovers: readonly StepName[],
): TicketText {
  const { happened } = whatFailed(words, failed, causeOf(failed));
  return {
    state: 'incomplete',
    internalNote: `Not everything could be rolled back: ${happened}, and this may still be there: ${tracesOf(words, leftovers)}. The platform team has been alerted and finishes it by hand.`,
    comment: `Your request could not be completed: ${happened}. Some of what had been set up for it could not be removed yet; the platform team has been alerted and is seeing to it. Please do not submit the request again until you hear from them here.`,
  };
}

/** @param stepsInEffect the steps that may have had an effect */
export function stopped(words: TicketWords, stepsInEffect: readonly StepName[]): TicketText {
  const there =
    stepsInEffect.length === 0
      ? 'Nothing has been set up yet.'
      : `Set up so far, wholly or in part: ${tracesOf(words, stepsInEffect)}.`;
  return {
    internalNote: `The work on this request has stopped before its end. ${there} The platform team has been alerted, and continues it or rolls it back.`,
    comment:
      'The work on your request has been interrupted. The platform team has been alerted and is seeing to it. You have nothing to do until you hear from us here.',
  };
}

/** @param vendor the name of the vendor that the request waits for */
export function waitsForVendor(vendor: string, since: Date): TicketText {
  return {
    internalNote: `Waiting for ${vendor} since ${utcMinute(since)}: it is busy or cannot be reached. Nothing is lost and nothing has to be done here. The request goes on by itself as soon as ${vendor} answers, and this ticket hears of its next step.`,
    comment:
      'Your request takes longer than usual, because a system that it needs is busy or cannot be reached. It keeps its place and goes on by itself. You have nothing to do until you hear from us here.',
  };
}

/** @param vendor the name of the vendor that the undo waits for */
export function undoWaitsForVendor(vendor: string, since: Date): TicketText {
  return {
    internalNote: `Waiting for ${vendor} since ${utcMinute(since)}, to roll this request back: it is busy or cannot be reached. The undo goes on by itself as soon as ${vendor} answers, and this ticket hears when nothing is left.`,
    comment:
      'Your request could not be completed and is being rolled back. That takes longer than usual, because a system is busy or cannot be reached. Please do not submit the request again before you hear from us here why it failed and what to do.',
  };
}

/** The text for a smoke test that was Done and has been undone. */
export function smokeTestUndone(): { readonly internalNote: string } {
  return {
    internalNote:
      'The smoke test is over. Everything that was set up for this request has been removed again.',
  };
}

/** Describes the request in words that follow a colon. */
function wish({ kind, company, product, environment, userId }: TicketSubject): string {
  const place = `${product} (${environment})`;
  switch (kind) {
    case 'b2b-onboarding':
      return `access to ${place} for ${company}, with the partner profile ${userId} and an API client`;
    case 'b2b-user':
      return `the partner profile ${userId} of ${company} for ${place}`;
    case 'api-client':
      return `an API client of ${company} for ${place}, under the partner profile ${userId}`;
  }
}

/** Why a step failed, as far as it decides who has to act. */
type FailureCause = 'refused' | 'no answer' | 'our fault' | 'unknown';

/**
 * The cause for each error class of `core/errors.ts`. An error of any other name was raised by AWS, and is a
 * fault of ours.
 */
const causes: Readonly<Record<string, FailureCause>> = {
  Rejected: 'refused',
  Conflict: 'refused',
  Throttled: 'no answer',
  Unavailable: 'no answer',
  OutcomeUnknown: 'no answer',
  Defect: 'our fault',
  NotFound: 'our fault',
};

function causeOf(failed: FailedStep<StepName> | undefined, lastError?: string): FailureCause {
  if (failed !== undefined && isTaskTimeout(failed)) return 'refused';
  // A function that could not even start has recorded no failure, so the state machine's own error decides.
  const error = lastError !== undefined && isOurFault(lastError) ? lastError : failed?.failure.error;
  return error === undefined ? 'unknown' : (causes[error] ?? 'our fault');
}

const isOurFault = (error: string): boolean => (causes[error] ?? 'our fault') === 'our fault';

/** Tells whether nobody closed the prerequisite's task in time. That is nobody's fault. */
export const isTaskTimeout = ({ step, failure: { error, service } }: FailedStep<StepName>): boolean =>
  step === stepName.prerequisite && error === 'OutcomeUnknown' && service === 'sallyport';

function whatFailed(
  words: TicketWords,
  failed: FailedStep<StepName> | undefined,
  cause: FailureCause,
): { readonly happened: string; readonly next: string } {
  const { notDone, refused }: FailureTexts =
    failed === undefined
      ? { notDone: 'one of its steps could not be finished' }
      : failureTextsOf(words, failed.step);
  const notInForce = failed === undefined ? undefined : accessRefusalOf(failed);
  if (cause === 'refused' && notInForce !== undefined) {
    return { happened: `${notDone}, because ${notInForce.reason}`, next: nextSteps[notInForce.condition] };
  }
  if (cause === 'refused' && failed !== undefined && isForStoppedUser(failed)) {
    return { happened: `${notDone}, because ${stoppedByOperator}`, next: nextSteps.user };
  }
  const service = failed?.failure.service ?? '';
  switch (cause) {
    case 'refused':
      return refused?.by === service
        ? { happened: refused.happened ?? notDone, next: refused.next }
        : { happened: notDone, next: nextSteps.refused };
    case 'no answer':
      return {
        happened: `${notDone}, because ${words.vendors.names[service] ?? 'a system that it needs'} did not answer in time`,
        next: nextSteps['no answer'],
      };
    case 'our fault':
      return { happened: `${notDone}, because of a fault on our side`, next: nextSteps['our fault'] };
    case 'unknown':
      return { happened: notDone, next: nextSteps.unknown };
  }
}

const nextSteps: Readonly<Record<FailureCause | AccessCondition | 'user', string>> = {
  partner: 'Please submit a new request only once the partner is active again.',
  contract: 'Please submit a new request only once its contract is in force, or name another contract in it.',
  user: 'Please ask the platform team before you submit a new request for this user id.',
  refused: 'Please submit a new request.',
  'no answer': 'You need not change anything. Please submit the request again later.',
  'our fault':
    'You need not change anything, and you need not submit it again: the platform team has been alerted and has the request carried out once the fault is mended.',
  unknown: 'This is not due to your request, and you need not change anything. Please submit it again later.',
};

/** What the texts say about the failure of one step. */
interface FailureTexts {
  readonly notDone: string;
  /** The texts to use if this service refused the contents of the request. */
  readonly refused?: {
    readonly by: string;
    readonly happened?: string;
    readonly next: string;
  };
}

function failureTextsOf({ prerequisite, vendors }: TicketWords, step: StepName): FailureTexts {
  const { services, names } = vendors;
  switch (step) {
    case stepName.prerequisite:
      return {
        notDone: prerequisite.ticket.notAskedFor,
        refused: {
          by: 'sallyport',
          happened: prerequisite.ticket.notMet,
          next: prerequisite.ticket.advice,
        },
      };
    case stepName.profile:
      return {
        notDone: 'the partner profile could not be set up',
        refused: {
          by: services.directory,
          next: "Please check that the user id is the partner's own and that the e-mail address belongs to it, then submit a new request.",
        },
      };
    case stepName.client:
      return { notDone: 'the API client could not be set up' };
    case stepName.mapping:
      return {
        notDone: 'the access to the product could not be set up',
        refused: {
          by: services.gateway,
          happened: `the access to the product could not be set up, because ${names[services.gateway] ?? vendors.platform} refused it`,
          next: 'Please ask here what has to be changed before you submit a new request.',
        },
      };
    case stepName.delivery:
      return {
        notDone: 'the credentials could not be offered for pick-up',
        refused: {
          by: services.delivery,
          next: 'Please check the e-mail address, then submit a new request.',
        },
      };
  }
}

/** Names what steps may have left behind, for a list. */
function tracesOf({ prerequisite }: TicketWords, steps: readonly StepName[]): string {
  const traces: Readonly<Record<StepName, string>> = {
    [stepName.prerequisite]: `the task for the ${prerequisite.name}`,
    [stepName.profile]: 'the partner profile or its group membership',
    [stepName.client]: 'the API client',
    [stepName.mapping]: 'the access to the product and its API key',
    [stepName.delivery]: 'the pick-up link',
  };
  return steps.map((step) => traces[step]).join('; ');
}

/** The port that each step works with. */
const portOf: Readonly<Record<StepName, Port>> = {
  [stepName.prerequisite]: 'desk',
  [stepName.profile]: 'directory',
  [stepName.client]: 'credentials',
  [stepName.mapping]: 'gateway',
  [stepName.delivery]: 'delivery',
};

/**
 * Returns the name of the vendor that an onboarding waits for.
 * @param what the step that waits, or the intake, which looks people up in the directory
 * @param service the service that failed last, if that is known
 */
export function vendorNameOf(
  { services, names, platform }: Vendors,
  what: string,
  service: string | undefined,
): string {
  const name = service ?? services[isStepName(what) ? portOf[what] : 'directory'];
  return Object.values(services).includes(name) ? (names[name] ?? platform) : platform;
}
