import type { TaskFailure, TaskState } from './states.ts';

type Retrier = NonNullable<TaskState['Retry']>[number];
type Catcher = NonNullable<TaskState['Catch']>[number];

/** Errors that `States.TaskFailed` does not match. */
const notTaskFailed = ['States.DataLimitExceeded', 'States.Timeout', 'States.HeartbeatTimeout'];

/**
 * Tells whether `ErrorEquals` matches a failure (Amazon States Language, "Errors"). As recorded on AWS,
 * `States.ALL` also matches `States.DataLimitExceeded`, and only `States.Runtime` is never caught.
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
 * Returns the seconds to wait before the next attempt, and the attempts that each retrier will then have
 * used. The first retrier that matches decides. Returns undefined if none matches or it has no attempts left.
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

/** Returns the first catcher that matches a failure, or undefined if none does. */
export function catcherFor(catchers: readonly Catcher[], failure: TaskFailure): Catcher | undefined {
  return catchers.find(({ ErrorEquals }) => matches(ErrorEquals, failure));
}
