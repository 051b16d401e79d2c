import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { retriersOf, withRetries } from '../../scripts/state-machine-retries.ts';
import { notRetried, retryPolicies } from '../../state-machines/retry-policies.ts';
import { invokeErrors } from './lambda-errors.ts';

const machines = globSync('state-machines/*.asl.json').map((file) => ({
  name: basename(file, '.asl.json'),
  source: readFileSync(file, 'utf8'),
}));

const retried = [...new Set(Object.values(retryPolicies).flatMap(({ errors }) => errors))];

describe('WF-8 the retry policies', () => {
  test.each(machines)('$name has them as npm run retries writes them', ({ name, source }) => {
    expect(withRetries(name, source)).toBe(source);
  });

  test('retry what AWS recommends, and what Lambda answers while a deployment is under way', () => {
    // https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
    expect(retryPolicies.lambda).toMatchObject({ IntervalSeconds: 2, BackoffRate: 2, MaxAttempts: 6 });
    expect(retryPolicies.lambda.errors).toEqual(
      expect.arrayContaining([
        'Lambda.ClientExecutionTimeoutException',
        'Lambda.ServiceException',
        'Lambda.AWSLambdaException',
        'Lambda.SdkClientException',
        'Lambda.ResourceConflictException',
        'Lambda.ResourceNotReadyException',
      ]),
    );
  });

  test('decide about every error that Lambda’s Invoke may end with', () => {
    const decided = [
      ...invokeErrors.filter((name) => retried.includes(`Lambda.${name}`)),
      ...Object.values(notRetried).flat(),
    ];
    expect(decided.toSorted()).toEqual(invokeErrors.toSorted());
  });

  test('give an error of two policies to the first, and leave out what a Task does not retry', () => {
    expect(
      retriersOf('onboarding', 'CredentialDelivery').map(({ ErrorEquals }) => ErrorEquals.slice(0, 2)),
    ).toEqual([['OutcomeUnknown'], ['Throttled', 'Unavailable'], ['Runtime.ExitError', 'Lambda.Unknown']]);
    expect(
      retriersOf('onboarding', 'AwaitEwacsAccount').map(({ ErrorEquals }) => ErrorEquals.slice(0, 2)),
    ).toEqual([
      ['Throttled', 'Unavailable'],
      ['Runtime.ExitError', 'Lambda.Unknown'],
    ]);
  });

  const machine = (task: string): string => `{
  "States": {
    "Work": {
      "Type": "Task",
${task}      "Next": "Done"
    },
    "Done": {
      "Type": "Succeed"
    }
  }
}
`;

  test('are written where a Task has an empty Retry, and change nothing else', () => {
    const written = withRetries('any', machine('      "Retry": [],\n'));
    expect(JSON.parse(written)).toEqual({
      States: {
        Work: { Type: 'Task', Retry: retriersOf('any', 'Work'), Next: 'Done' },
        Done: { Type: 'Succeed' },
      },
    });
    expect(written.replace(/"Retry": \[[\s\S]*\n {6}\]/, '"Retry": []')).toBe(
      machine('      "Retry": [],\n'),
    );
  });

  test('cannot be written where a Task has none', () => {
    expect(() => withRetries('any', machine(''))).toThrow(
      'any: Work is a Task without a Retry; write "Retry": [] in it',
    );
  });
});
