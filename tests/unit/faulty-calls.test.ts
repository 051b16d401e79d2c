import { describe, expect, test } from 'vitest';
import { Conflict, OutcomeUnknown, Unavailable } from '../../core/errors.ts';
import {
  type AdapterFacts,
  faultyCalls,
  loginFaults,
  type MethodKind,
  repeatableCreation,
} from '../conformance/faulty-calls.ts';

type Method = 'create' | 'find';
const facts: AdapterFacts<Method> = {
  name: 'an adapter',
  logsIn: true,
  outageSaysNothingWasDone: false,
  calls: { create: ['reads', 'changes', 'changes'] },
};
const expected = (method: Method, kind: MethodKind, changes: Partial<typeof facts> = {}) =>
  Object.fromEntries(
    faultyCalls({ ...facts, ...changes }, method, kind).map(({ after, mode, error, done }) => [
      `${after} ${mode}`,
      `${error}, ${done}`,
    ]),
  );

describe('X-2 what the conformance suites expect of each fault', () => {
  test('in a look: nothing was done, in one call or in several', () => {
    expect(expected('find', 'reads')).toEqual({
      '0 fail-before': 'Unavailable, nothing',
      '0 fail-after': 'Unavailable, nothing',
      '0 hang': 'Unavailable, nothing',
      '0 throttle': 'Throttled, nothing',
      '0 reject': 'Defect, nothing',
      '0 garbage': 'Unavailable, nothing',
      '0 crash': 'Unavailable, nothing',
    });
  });

  const once = {
    '0 fail-before': 'Unavailable, nothing',
    '0 fail-after': 'Unavailable, nothing',
    '0 hang': 'Unavailable, nothing',
    '0 throttle': 'Throttled, nothing',
    '0 reject': 'Defect, nothing',
    '0 garbage': 'Unavailable, nothing',
    '0 crash': 'Unavailable, nothing',
    '1 fail-before': 'OutcomeUnknown, nothing',
    '1 fail-after': 'OutcomeUnknown, some',
    '1 hang': 'OutcomeUnknown, nothing',
    '1 throttle': 'Throttled, nothing',
    '1 reject': 'Defect, nothing',
    '1 garbage': 'OutcomeUnknown, some',
    '1 crash': 'OutcomeUnknown, some',
    '2 fail-before': 'OutcomeUnknown, some',
    '2 fail-after': 'OutcomeUnknown, everything',
    '2 hang': 'OutcomeUnknown, some',
    '2 throttle': 'OutcomeUnknown, some',
    '2 reject': 'OutcomeUnknown, some',
    '2 garbage': 'OutcomeUnknown, everything',
    '2 crash': 'OutcomeUnknown, everything',
  };
  test('in a creation of several calls: after the first change, no error promises that nothing was done', () => {
    expect(expected('create', 'once')).toEqual(once);
  });

  test('in what may be repeated: each call is judged alone', () => {
    expect(expected('create', 'repeatable')).toEqual({
      ...once,
      '2 throttle': 'Throttled, some',
      '2 reject': 'Defect, some',
    });
  });

  test('where an outage says that nothing was done: that may be promised, and only then', () => {
    const calls = { create: ['changes'] } as const;
    expect(expected('create', 'once', { calls, outageSaysNothingWasDone: true })).toEqual({
      '0 fail-before': 'Unavailable, nothing',
      '0 fail-after': 'OutcomeUnknown, everything',
      '0 hang': 'OutcomeUnknown, nothing',
      '0 throttle': 'Throttled, nothing',
      '0 reject': 'Defect, nothing',
      '0 garbage': 'OutcomeUnknown, everything',
      '0 crash': 'OutcomeUnknown, everything',
    });
  });

  test('in a login: nothing was done, and an adapter that does not log in has no such faults', () => {
    expect(new Set(loginFaults(facts).map(({ error, done }) => `${error}, ${done}`))).toEqual(
      new Set(['Unavailable, nothing', 'Throttled, nothing', 'Defect, nothing']),
    );
    expect(loginFaults({ ...facts, logsIn: false })).toEqual([]);
  });
});

describe('X-1 how the conformance suites repeat a creation', () => {
  const details = { service: 'vendor', operation: 'Create', detail: 'a test' };
  /** A creation by a vendor that makes something each time, even if the answer is an error. */
  const createsAgain = () => {
    const made: number[] = [];
    const errors: Error[] = [];
    const run = repeatableCreation<undefined, number>(
      () => Promise.resolve(made[0]),
      () => {
        made.push(made.length);
        const error = errors.shift();
        return error === undefined ? Promise.resolve(made.length - 1) : Promise.reject(error);
      },
    );
    return { made, errors, run };
  };

  test('an adapter that tells the truth about a lost answer creates once', async () => {
    const { made, errors, run } = createsAgain();
    errors.push(new OutcomeUnknown(details));
    await expect(run(undefined)).rejects.toThrow('a test');
    expect([await run(undefined), await run(undefined), made]).toEqual([0, 0, [0]]);
  });

  test.each([new Unavailable(details), new Conflict(details)])(
    'an adapter that throws $name after an effect creates twice, which a suite sees',
    async (error) => {
      const { made, errors, run } = createsAgain();
      errors.push(error);
      await expect(run(undefined)).rejects.toThrow('a test');
      await run(undefined);
      expect(made).toEqual([0, 1]);
    },
  );
});
