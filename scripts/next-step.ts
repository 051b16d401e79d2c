import { parseOnboardingId } from '../core/onboarding/ids.ts';

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
  readonly waitsFor?: 'a person' | 'a vendor' | undefined;
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
  const page = (name: string): string => `docs/runbooks/${name}.md`;
  if (execution === undefined) {
    return {
      meaning: 'It was recorded and has not started.',
      next: `The sweep starts it within minutes; otherwise ${page('not-started')}`,
    };
  }
  const isOver = execution !== 'RUNNING';
  if (isOver && (recorded === undefined || recorded === 'Running')) {
    return {
      meaning: `The execution has ended (${execution}), and the record does not say so.`,
      next: `${command('reconcile')} (${page('not-recorded')})`,
    };
  }
  if (!isOver && recorded === 'Stopped' && waitsFor === undefined) {
    return { meaning: 'The execution was stopped, and was redriven. It is running.' };
  }
  switch (isOver ? recorded : undefined) {
    case 'Done':
      if (parseOnboardingId(onboardingId)?.kind === 'b2b-user') return { meaning: 'Everything is set up.' };
      return {
        meaning: 'Everything is set up.',
        next: `If the partner has no credentials: ${command('relink')} (${page('done')})`,
      };
    case 'Rejected':
      return {
        meaning: 'The request was rejected before anything was set up.',
        next: `The requester corrects the ticket; once the reason is gone: ${command('redrive')} (${page('rejected')})`,
      };
    case 'RolledBack':
      if (isFaultOfOurs) {
        return {
          meaning: 'A step failed by a fault on our side, and everything that was set up was rolled back.',
          next: `Fix the cause (${page('defect')}), then start a new attempt: ${command('redrive')}`,
        };
      }
      return {
        meaning: 'A step failed, and everything that was set up was rolled back.',
        next: `Once the reason is gone: ${command('redrive')} (${page('rolled-back')})`,
      };
    case 'RollbackIncomplete':
      return {
        meaning: 'A step failed, and some of what was set up could not be rolled back.',
        next: `${command('redrive')} or ${command('rollback')} (${page('rollback-incomplete')})`,
      };
    case 'Stopped':
      return {
        meaning: 'The execution ended before its work was done. What was set up is still there.',
        next: `Go on: ${command('redrive')}; or give up: ${command('rollback')} (${page('stopped')})`,
      };
    case undefined:
    default:
      return adviceWhileRunning(waitsFor, { closed: command('reconcile'), page });
  }
}

function adviceWhileRunning(
  waitsFor: Situation['waitsFor'],
  { closed, page }: { readonly closed: string; readonly page: (name: string) => string },
): Advice {
  if (waitsFor === 'a person') {
    return {
      meaning: 'It waits for its ServiceNow task to be closed.',
      next: `If the task is closed already: ${closed} (${page('waiting')})`,
    };
  }
  if (waitsFor === 'a vendor') {
    return {
      meaning: 'It waits for a vendor that is busy or down, and goes on by itself.',
      next: `If it lasts: ${page('vendor-down')}`,
    };
  }
  return { meaning: 'It is running.' };
}
