import { describe, expect, it } from 'vitest';
import { catcherFor, matches, nextAttempt } from '../../local/aws/step-functions/retries.ts';

const half = () => 0.5;

describe('X-13 the retries of the twin’s Step Functions', () => {
  it('wait longer each time, up to the retrier’s longest wait, and end after its attempts', () => {
    const retriers = [
      { ErrorEquals: ['Throttled'], IntervalSeconds: 2, BackoffRate: 3, MaxDelaySeconds: 10, MaxAttempts: 3 },
    ];
    expect([0, 1, 2, 3].map((used) => nextAttempt(retriers, [used], { error: 'Throttled' }, half))).toEqual([
      { seconds: 2, used: [1] },
      { seconds: 6, used: [2] },
      { seconds: 10, used: [3] },
      undefined,
    ]);
  });

  it('have AWS’s defaults: three attempts after 1, 2 and 4 seconds', () => {
    const retriers = [{ ErrorEquals: ['States.ALL'] }];
    expect(
      [0, 1, 2, 3].map((used) => nextAttempt(retriers, [used], { error: 'Any' }, half)?.seconds),
    ).toEqual([1, 2, 4, undefined]);
    expect(
      nextAttempt([{ ErrorEquals: ['States.ALL'], MaxAttempts: 0 }], [0], { error: 'Any' }, half),
    ).toBeUndefined();
  });

  it('spread their waits with full jitter', () => {
    const retriers = [{ ErrorEquals: ['Throttled'], IntervalSeconds: 8, JitterStrategy: 'FULL' as const }];
    expect(
      [0, 0.25, 0.75].map(
        (random) => nextAttempt(retriers, [1], { error: 'Throttled' }, () => random)?.seconds,
      ),
    ).toEqual([0, 4, 12]);
  });

  it('count each retrier by itself, and the first that matches decides', () => {
    const retriers = [
      { ErrorEquals: ['Throttled'], MaxAttempts: 1 },
      { ErrorEquals: ['Unavailable'] },
      { ErrorEquals: ['States.ALL'] },
    ];
    expect(nextAttempt(retriers, [1, 0, 0], { error: 'Unavailable' }, half)).toEqual({
      seconds: 1,
      used: [1, 1, 0],
    });
    expect(nextAttempt(retriers, [1, 1, 0], { error: 'Throttled' }, half)).toBeUndefined();
  });

  it.each([
    [['Conflict'], 'Conflict', true],
    [['Conflict'], 'NotFound', false],
    [['States.ALL'], 'Conflict', true],
    [['States.ALL'], undefined, true],
    [['States.ALL'], 'States.Timeout', true],
    [['States.ALL'], 'States.Runtime', false],
    [['States.Runtime'], 'States.Runtime', false],
    [['States.ALL'], 'States.DataLimitExceeded', true],
    [['States.DataLimitExceeded'], 'States.DataLimitExceeded', true],
    [['States.TaskFailed'], 'States.DataLimitExceeded', false],
    [['States.TaskFailed'], 'Conflict', true],
    [['States.TaskFailed'], 'States.Timeout', false],
    [['States.TaskFailed'], 'States.HeartbeatTimeout', false],
    [['States.Timeout'], 'States.HeartbeatTimeout', true],
    [['States.HeartbeatTimeout'], 'States.Timeout', false],
  ])('%j matches %s: %s', (errorEquals, error, expected) => {
    expect(matches(errorEquals, { error })).toBe(expected);
  });

  it('leave what they do not retry to the first catcher that matches', () => {
    const catchers = [
      { ErrorEquals: ['Conflict'], Next: 'A' },
      { ErrorEquals: ['States.ALL'], Next: 'B' },
    ];
    expect([
      catcherFor(catchers, { error: 'Conflict' })?.Next,
      catcherFor(catchers, { error: 'Any' })?.Next,
    ]).toEqual(['A', 'B']);
    expect(catcherFor([], { error: 'Any' })).toBeUndefined();
  });
});
