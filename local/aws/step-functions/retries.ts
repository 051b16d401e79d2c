import type { TaskFailure, TaskState } from './states.ts';

type Retrier = NonNullable<TaskState['Retry']>[number];
type Catcher = NonNullable<TaskState['Catch']>[number];

/** What `States.TaskFailed` does not stand for. */
const notTaskFailed = ['States.DataLimitExceeded', 'States.Timeout', 'States.HeartbeatTimeout'];

/**
 * Whether `ErrorEquals` covers a failure (Amazon States Language, "Errors"). As recorded on AWS, `States.ALL` also
 * covers `States.DataLimitExceeded`; only `States.Runtime` is never caught.
 */
export function matches(errorEquals: readonly string[], { error = '' }: TaskFailure): boolean {
  if (error === 'States.Runtime') return false;
  return errorEquals.some((name) => {
    if (name === error) return true;
    if (name === 'States.ALL') return true;
    if (name === 'States.TaskFailed') return !notTaskFailed.includes(error);
    return name === 'States.Timeout' && error === 'States.HeartbeatTimeout';
  });
}

/**
 * What Retry says to a failure: how many seconds to wait, and the attempts each retrier has used then. The first
 * retrier that matches decides; undefined if none does or it has no attempts left.
 */
export function nextAttempt(
  retriers: readonly Retrier[],
  used: readonly number[],
  failure: TaskFailure,
  random: () => number,
): { readonly seconds: number; readonly used: readonly number[] } | undefined {
  const index = retriers.findIndex(({ ErrorEquals }) => matches(ErrorEquals, failure));
  const retrier = retriers[index];
  if (retrier === undefined) return undefined;
  const attempts = used[index] ?? 0;
  if (attempts >= (retrier.MaxAttempts ?? 3)) return undefined;
  const backOff = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** attempts;
  const seconds = Math.min(backOff, retrier.MaxDelaySeconds ?? Infinity);
  return {
    seconds: retrier.JitterStrategy === 'FULL' ? seconds * random() : seconds,
    used: retriers.map((_, each) => (used[each] ?? 0) + (each === index ? 1 : 0)),
  };
}

/** The catcher that takes a failure, if one does. */
export function catcherFor(catchers: readonly Catcher[], failure: TaskFailure): Catcher | undefined {
  return catchers.find(({ ErrorEquals }) => matches(ErrorEquals, failure));
}
