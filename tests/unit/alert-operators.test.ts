import { describe, expect, test } from 'vitest';
import { alertOperators } from '../../core/workflow/alert-operators.ts';
import type { Alert } from '../../core/workflow/ports.ts';

const onboardingId = 'RITM0010001-b2b-onboarding-DEV-1';

async function alertFor(error: string, cause?: string): Promise<readonly Alert[]> {
  const raised: Alert[] = [];
  await alertOperators(
    {
      alerts: {
        raise: async (alert) => {
          raised.push(alert);
          return Promise.resolve();
        },
      },
    },
    onboardingId,
    { error, cause },
  );
  return raised;
}

describe('X-2 operators are alerted of a fault that is ours', () => {
  test.each([
    [
      "with the message of the function's error, and not its stack trace",
      'Defect',
      JSON.stringify({
        errorType: 'Defect',
        errorMessage: 'okta Token: HTTP 401 invalid_client',
        trace: ['at /var/task'],
      }),
      'A step failed by a fault of ours: Defect, okta Token: HTTP 401 invalid_client',
    ],
    [
      'with the plain text of Lambda',
      'Lambda.ResourceNotFoundException',
      'Function not found: okta-profile',
      'A step failed by a fault of ours: Lambda.ResourceNotFoundException, Function not found: okta-profile',
    ],
    [
      'also without a cause',
      'States.Timeout',
      undefined,
      'A step failed by a fault of ours: States.Timeout, without a message',
    ],
    [
      'also with a cause that is no error',
      'Lambda.Unknown',
      '{"a":1}',
      'A step failed by a fault of ours: Lambda.Unknown, without a message',
    ],
    [
      'also with a null for a cause',
      'Lambda.Unknown',
      'null',
      'A step failed by a fault of ours: Lambda.Unknown, without a message',
    ],
  ])('%s', async (_, error, cause, sentence) => {
    expect(await alertFor(error, cause)).toEqual([
      { executionId: onboardingId, status: 'Defect', reasons: [{ code: error, sentence }] },
    ]);
  });

  test('in at most 500 characters', async () => {
    const [alert] = await alertFor('Runtime.ExitError', '🏦'.repeat(1000));
    expect(Array.from(alert?.reasons[0]?.sentence ?? '')).toHaveLength(500);
  });
});
