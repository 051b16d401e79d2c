import type { NoNewLink } from '../core/credentials/new-link.ts';
import { parseOnboardingId } from '../core/onboarding/ids.ts';
import { describeTask, type PersonalTask, type Unfinished } from './attention.ts';

/** What an operator reads about a status, and what to do next. */
export interface Advice {
  readonly meaning: string;
  /** A command or a runbook. Undefined if there is nothing to do. */
  readonly next?: string;
}

/** How an onboarding is, as far as advice depends on it. */
export interface Situation {
  readonly onboardingId: string;
  /** The status of the record. Undefined if there is no record. */
  readonly recorded: string | undefined;
  /** The status of the execution, or its error. Undefined if there is no execution. */
  readonly execution: string | undefined;
  /** The task of a person, or a vendor. */
  readonly waitsFor?: PersonalTask | 'a vendor' | undefined;
  /** Why it still needs somebody although it has ended. */
  readonly unfinished?: Unfinished | undefined;
  /** Why a new link would be refused, if it would. */
  readonly noNewLink?: NoNewLink | undefined;
  /** Whether the personal data was removed, so that the same request cannot be tried again. */
  readonly isDataRemoved?: boolean;
  /** Whether Step Functions refuses to redrive the execution: it does for 14 days only. */
  readonly isTooLate?: boolean;
  /** Whether a step failed for a reason that has nothing to do with the request. */
  readonly isFaultOfOurs?: boolean;
  /** The id of a later attempt at the same ticket. */
  readonly laterAttempt?: string | undefined;
  /** Options to repeat in the commands, for example ` --aws`. */
  readonly options: string;
}

/** Says what a situation means, and which command or runbook comes next. */
export function adviceFor({
  onboardingId,
  recorded,
  execution,
  waitsFor,
  unfinished,
  noNewLink,
  isDataRemoved = false,
  isTooLate = false,
  isFaultOfOurs = false,
  laterAttempt,
  options,
}: Situation): Advice {
  if (laterAttempt !== undefined) {
    return {
      meaning: 'A later attempt at the same ticket has begun.',
      next: `npm run show -- ${laterAttempt}${options}`,
    };
  }
  const command = (name: string): string => `npm run ${name} -- ${onboardingId}${options}`;
  const cannotGoOn = isDataRemoved || isTooLate;
  const newAttempt = `npm run redrive -- ${onboardingId}${isDataRemoved ? ' --input FILE' : ''}${options}`;
  const page = (name: string): string => `docs/runbooks/${name}.md`;
  if (execution === undefined && recorded === undefined) {
    return {
      meaning: 'It was recorded and has not started.',
      next: `The sweep starts it within minutes; otherwise ${page('not-started')}`,
    };
  }
  const isOver = execution !== 'RUNNING';
  if (execution === undefined && (recorded === 'Running' || recorded === 'Stopped')) {
    return {
      meaning: `Step Functions has forgotten the execution, 90 days after its end, and the record says ${recorded}.`,
      next: `Roll it back: ${command('rollback')} (${page('stopped')})`,
    };
  }
  if (isOver && execution !== undefined && (recorded === undefined || recorded === 'Running')) {
    return {
      meaning: `The execution has ended (${execution}), and the record does not say so.`,
      next: `${command('reconcile')} (${page('not-recorded')})`,
    };
  }
  if (!isOver && recorded === 'Stopped' && waitsFor === undefined) {
    return { meaning: 'The execution was stopped, and was redriven. It is running.' };
  }
  if (isOver && unfinished !== undefined) {
    return adviceForUnfinished(unfinished, recorded, noNewLink, { command, page });
  }
  switch (isOver ? recorded : undefined) {
    case 'Done':
      if (parseOnboardingId(onboardingId)?.kind === 'b2b-user') return { meaning: 'Everything is set up.' };
      if (noNewLink !== undefined) return adviceWithoutLink('Everything is set up.', noNewLink);
      return {
        meaning: 'Everything is set up.',
        next: `If the partner has no credentials: ${command('relink')} (${page('done')})`,
      };
    case 'Rejected':
      return {
        meaning: 'The request was rejected before anything was set up.',
        next: `The requester corrects the ticket; once the reason is gone: ${newAttempt} (${page('rejected')})`,
      };
    case 'RolledBack':
      if (isFaultOfOurs) {
        return {
          meaning: 'A step failed by a fault on our side, and everything that was set up was rolled back.',
          next: `Fix the cause (${page('defect')}), then start a new attempt: ${newAttempt}`,
        };
      }
      return {
        meaning: 'A step failed, and everything that was set up was rolled back.',
        next: `Once the reason is gone: ${newAttempt} (${page('rolled-back')}). What was ended stays so, and needs another request.`,
      };
    case 'RollbackIncomplete':
      return {
        meaning: 'A step failed, and some of what was set up could not be rolled back.',
        next: cannotGoOn
          ? `${command('rollback')} (${page('rollback-incomplete')})`
          : `${command('redrive')} or ${command('rollback')} (${page('rollback-incomplete')})`,
      };
    case 'Stopped':
      return {
        meaning: 'The execution ended before its work was done. What was set up is still there.',
        next: cannotGoOn
          ? `Roll it back: ${command('rollback')} (${page('stopped')})`
          : `Go on: ${command('redrive')}; or give up: ${command('rollback')} (${page('stopped')})`,
      };
    case undefined:
    default:
      return adviceWhileRunning(waitsFor, { closed: command('reconcile'), page });
  }
}

/** Returns the command of this name for the onboarding, or the page of this name. */
interface Remedies {
  readonly command: (name: string) => string;
  readonly page: (name: string) => string;
}

/** Says what there is to do in place of a new link. */
const adviceWithoutLink = (meaning: string, { why, instead }: NoNewLink): Advice => ({
  meaning: `${meaning} A new link would be refused, because ${why}.`,
  next: instead,
});

function adviceForUnfinished(
  unfinished: Unfinished,
  recorded: string | undefined,
  noNewLink: NoNewLink | undefined,
  remedies: Remedies,
): Advice {
  const { command, page } = remedies;
  if (unfinished !== 'ticket not told') {
    const advice = adviceForLink(unfinished, remedies);
    return noNewLink === undefined ? advice : adviceWithoutLink(advice.meaning, noNewLink);
  }
  return {
    meaning: `The onboarding has ended (${recorded ?? 'no record'}), and its ticket was not told.`,
    next: `Tell the ticket: ${command('reconcile')} (${page('not-recorded')})`,
  };
}

function adviceForLink(
  unfinished: Exclude<Unfinished, 'ticket not told'>,
  { command, page }: Remedies,
): Advice {
  const relink = `${command('relink')} (${page('done')})`;
  switch (unfinished) {
    case 'link locked':
      return {
        meaning:
          'Everything is set up. The pick-up link is locked, because a wrong code was entered five times.',
        next: `Have the business unit ask the partner whether it was them; if so: ${relink}`,
      };
    case 'link expired':
      return {
        meaning: 'Everything is set up. The pick-up link has expired, and the partner has no credentials.',
        next: `If the partner still wants them, send a new link: ${relink}`,
      };
    case 'mail bounced':
      return {
        meaning: 'Everything is set up. The mail with the pick-up link bounced, so nobody has the link.',
        next: `Have the business unit check the address; once the mailbox works: ${relink}`,
      };
    case 'mail returned':
      return {
        meaning:
          'Everything is set up. A mail system has answered the mail with the pick-up link, and no delivery was reported.',
        next: `Have the business unit ask the partner whether they have the mail; if not: ${relink}`,
      };
    case 'mail suppressed':
      return {
        meaning:
          'Everything is set up. The mail with the pick-up link was not sent, because the address is on the suppression list. Nobody has the link.',
        next: `Have the business unit check the address; take it off the list, and then: ${relink}`,
      };
    case 'mail rejected':
      return {
        meaning:
          'Everything is set up. SES refused to send the mail with the pick-up link, so nobody has the link.',
        next: `Find out why SES refused it, and then: ${relink}`,
      };
    case 'pick-up failed':
      return {
        meaning: 'Everything is set up. The pick-up failed after it had used the link up.',
        next: `Send a new link: ${relink}`,
      };
  }
}

function adviceWhileRunning(
  waitsFor: Situation['waitsFor'],
  { closed, page }: { readonly closed: string; readonly page: (name: string) => string },
): Advice {
  if (waitsFor === 'a vendor') {
    return {
      meaning: 'It waits for a vendor that is busy or down, and goes on by itself.',
      next: `If it lasts: ${page('vendor-down')}`,
    };
  }
  if (waitsFor === undefined) return { meaning: 'It is running.' };
  const meaning = `It waits for the ${waitsFor.name}: ${describeTask(waitsFor)}.`;
  if (!waitsFor.isOverdue) {
    return { meaning, next: `If the task is closed already: ${closed} (${page('waiting')})` };
  }
  return {
    meaning: `${meaning} It is overdue.`,
    next: `Ask ${waitsFor.group} to close the task; if it is closed already: ${closed} (${page('waiting')})`,
  };
}
